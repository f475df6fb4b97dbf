import type { DeliveryDetail, DeliverySummary } from '../wire';
import { announce } from './announce';
import { client } from './client';
import { diffView } from './diff-view';
import { button, element } from './dom';
import { clockTime, duration } from './format';
import { outcomeMark } from './outcome';

/** The attempts of a delivery, each a link to its own view, and what changed between this one and another. */
export function attemptsView({ id, attempts, key }: DeliveryDetail, open: (id: number) => void): HTMLElement {
  const changes = element('div', { class: 'changes', role: 'status' });

  async function compare(other: DeliverySummary): Promise<void> {
    try {
      const diff = await client.diff(id, other.id);
      changes.replaceChildren(element('h3', {}, `What changed since attempt ${other.attempt}`), diffView(diff));
      announce(`Compared with attempt ${other.attempt}`);
    } catch (error) {
      changes.replaceChildren(element('p', { class: 'remark' }, (error as Error).message));
    }
  }

  function item(attempt: DeliverySummary): HTMLElement {
    const isThis = attempt.id === id;
    const link = element(
      'button',
      { type: 'button', class: 'attempt', 'aria-current': isThis ? 'true' : undefined },
      element('strong', {}, `Attempt ${attempt.attempt}`),
      outcomeMark(attempt.outcome),
      element('span', {}, String(attempt.status)),
      element('span', { class: 'quiet-text' }, `${clockTime(attempt.receivedAt)}, ${duration(attempt.ms)}`),
    );
    link.addEventListener('click', () => open(attempt.id));
    const comparing = button('Compare', 'small quiet', () => void compare(attempt));
    comparing.setAttribute('aria-label', `Compare with attempt ${attempt.attempt}`);
    return element('li', {}, link, isThis ? undefined : comparing);
  }

  return element(
    'div',
    {},
    key === undefined
      ? undefined
      : element('p', { class: 'remark' }, 'Idempotency key ', element('code', { class: 'long' }, key)),
    element('ol', { class: 'attempts' }, ...attempts.map(item)),
    changes,
  );
}
