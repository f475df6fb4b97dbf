import type { PlacedError } from '../wire';
import { element, untrusted } from './dom';
import { counted } from './format';

/** How much of a long text is shown at first, in characters. */
const longText = 600;

/** The content of a row of the tree. */
export interface NodeRow {
  readonly key: string | number | undefined;
  /** `undefined` for a missing property. */
  readonly value: unknown;
  readonly errors: readonly PlacedError[];
  readonly isBranch: boolean;
  readonly isOpen: boolean;
}

export function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && sizeOf(value) > 0;
}

export function sizeOf(value: object): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** The row of a node: its key, its value or size, and its errors. */
export function makeNodeRow({ key, value, errors, isBranch: folds, isOpen }: NodeRow): HTMLElement {
  const row = element('div', { class: errors.length > 0 ? 'node has-error' : 'node' });
  row.append(element('span', { class: 'fold', 'aria-hidden': 'true' }, folds ? (isOpen ? '▾' : '▸') : ''));
  if (typeof key === 'string') row.append(element('span', { class: 'key' }, untrusted(key)), ': ');
  if (typeof key === 'number') row.append(element('span', { class: 'index' }, String(key)), ' ');
  row.append(value === undefined ? element('span', { class: 'missing' }, 'missing') : makeValue(value, isOpen));
  for (const { detail, keyword } of errors) {
    const text = element('span', {}, untrusted(detail), element('span', { class: 'keyword' }, keyword));
    row.append(element('span', { class: 'error' }, element('strong', {}, 'Error'), text));
  }
  return row;
}

function makeValue(value: unknown, isOpen: boolean): HTMLElement {
  if (typeof value === 'string') return makeText(value);
  if (typeof value !== 'object' || value === null) {
    return element('span', { class: `value ${value === null ? 'null' : typeof value}` }, String(value));
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const size = sizeOf(value);
  if (size === 0) return element('span', { class: 'value brackets' }, `${open}${close}`);
  const held = counted(size, Array.isArray(value) ? 'item' : 'property', Array.isArray(value) ? 'items' : 'properties');
  return element('span', { class: 'value brackets' }, isOpen ? open : `${open}…${close}`, element('small', {}, held));
}

function makeText(text: string): HTMLElement {
  const shown = element('span', { class: 'value string' }, '"', untrusted(text.slice(0, longText)));
  if (text.length <= longText) {
    shown.append('"');
    return shown;
  }
  const more = element(
    'button',
    { type: 'button', class: 'more', tabindex: -1 },
    `… ${counted(text.length - longText, 'more character')}`,
  );
  more.addEventListener('click', (event) => {
    event.stopPropagation();
    shown.replaceChildren('"', untrusted(text), '"');
  });
  shown.append(more);
  return shown;
}
