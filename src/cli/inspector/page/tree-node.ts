import type { JsonNode } from '../../json-node';
import type { PlacedError } from '../wire';
import { element, untrusted, untrustedName } from './dom';
import { counted } from './format';
import { showParts } from './text-parts';

/** How much of a long text is shown at first, in characters. */
const longText = 600;

/** The content of a row of the tree. */
export interface NodeRow {
  readonly key: string | number | undefined;
  /** `undefined` for a missing property. */
  readonly node: JsonNode | undefined;
  readonly errors: readonly PlacedError[];
  readonly isBranch: boolean;
  readonly isOpen: boolean;
}

/** The row of a node: its key, its value or size, and its errors. */
export function makeNodeRow({ key, node, errors, isBranch: folds, isOpen }: NodeRow): HTMLElement {
  const row = element('div', { class: errors.length > 0 ? 'node has-error' : 'node' });
  row.append(element('span', { class: 'fold', 'aria-hidden': 'true' }, folds ? (isOpen ? '▾' : '▸') : ''));
  if (typeof key === 'string') row.append(element('span', { class: 'key' }, untrustedName(key)), ': ');
  if (typeof key === 'number') row.append(element('span', { class: 'index' }, String(key)), ' ');
  row.append(node === undefined ? element('span', { class: 'missing' }, 'missing') : makeValue(node, isOpen));
  for (const { detail, keyword } of errors) {
    const text = element('span', {}, untrusted(detail), element('span', { class: 'keyword' }, keyword));
    row.append(element('span', { class: 'error' }, element('strong', {}, 'Error'), text));
  }
  return row;
}

function makeValue(node: JsonNode, isOpen: boolean): HTMLElement {
  const { kind, size } = node;
  if (kind === 'string') return makeText('string', JSON.parse(node.source) as string, '"');
  if (kind !== 'array' && kind !== 'object') return makeText(kind, node.source, '');
  const isArray = kind === 'array';
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (size === 0) return element('span', { class: 'value brackets' }, `${open}${close}`);
  const held = counted(size, isArray ? 'item' : 'property', isArray ? 'items' : 'properties');
  return element('span', { class: 'value brackets' }, isOpen ? open : `${open}…${close}`, element('small', {}, held));
}

function makeText(kind: string, text: string, quote: string): HTMLElement {
  const shown = element('span', { class: `value ${kind}` }, quote);
  showParts(shown, {
    length: text.length,
    first: longText,
    make: (from, to) => untrusted(text.slice(from, to)),
    end: quote,
  });
  return shown;
}
