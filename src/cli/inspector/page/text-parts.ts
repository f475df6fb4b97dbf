import { element } from './dom';
import { counted } from './format';

/** How much of a long text is shown at a time, in characters: each may end a line. */
export const partLength = 10_000;

interface Parts {
  /** The length of the whole, in characters. */
  readonly length: number;
  /** Where the first part begins. @default 0 */
  readonly from?: number;
  /** The length of the first part. @default {@link partLength} */
  readonly first?: number;
  /** Makes what is shown of a part. */
  readonly make: (from: number, to: number) => Node;
  /** What follows the last part. @default nothing */
  readonly end?: string;
}

/** Shows the first part of a long text, and a button that adds the next. A part is a block: a new one moves no other. */
export function showParts(shown: HTMLElement, { length, from = 0, first = partLength, make, end = '' }: Parts): void {
  const more = element('button', { type: 'button', class: 'more' });
  let at = from;
  function add(most: number): void {
    const to = Math.min(at + most, length);
    more.remove();
    shown.append(at === from ? make(at, to) : element('span', { class: 'part' }, make(at, to)));
    at = to;
    more.textContent = `… ${counted(length - at, 'more character')}`;
    shown.append(at === length ? end : more);
  }
  more.addEventListener('click', (event) => {
    // A click elsewhere in a row of the tree folds it.
    event.stopPropagation();
    add(partLength);
  });
  add(first);
}
