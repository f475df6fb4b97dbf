import type { DeliverySummary } from '../wire';
import { eventName } from './deliveries';
import { element, untrusted } from './dom';
import { clockTime, duration, size } from './format';
import { outcomeMark } from './outcome';

/** Height of a row in the list, in pixels, as in the style sheet. */
export const rowHeight = 40;

/** A delivery in the list, in two lines: the event, then the facts. */
export function makeRow(delivery: DeliverySummary): HTMLElement {
  const { id, outcome, status, receivedAt, ms, bytes, attempt } = delivery;
  return element(
    'div',
    { class: 'row', id: rowId(id), role: 'option', 'data-id': id },
    element('span', { class: 'row-event' }, untrusted(eventName(delivery))),
    attempt > 1 ? element('span', { class: 'row-attempt' }, `attempt ${attempt}`) : undefined,
    element('time', { datetime: new Date(receivedAt).toISOString() }, clockTime(receivedAt)),
    outcomeMark(outcome),
    element(
      'span',
      { class: 'row-facts' },
      element('span', { class: 'row-status' }, String(status)),
      element('span', { class: 'row-size' }, size(bytes)),
      element('span', { class: 'row-ms' }, duration(ms)),
    ),
  );
}

/** Moves a row to its place. `position` counts from 0. */
export function placeRow(row: HTMLElement, position: number, total: number, selected: boolean): void {
  row.style.transform = `translateY(${position * rowHeight}px)`;
  row.setAttribute('aria-selected', String(selected));
  row.setAttribute('aria-posinset', String(position + 1));
  row.setAttribute('aria-setsize', String(total));
}

export function rowId(id: number): string {
  return `delivery-${id}`;
}
