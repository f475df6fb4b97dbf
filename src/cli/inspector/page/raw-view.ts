import type { PlacedText } from '../wire';
import { element, untrusted } from './dom';
import { counted } from './format';
import { partLength, showParts } from './text-parts';

/** How much is shown before the place of an error, in characters. */
const before = 200;

/** A body as it came, with the place where it stops being JSON. More of it is shown on demand. */
export function rawView(text: string, broken?: PlacedText): HTMLElement {
  const shown = element('pre', { class: 'raw', tabindex: 0, 'aria-label': 'The body as it came' });
  // The place is in sight, however far it is from the beginning.
  const from = broken === undefined || broken.start < partLength ? 0 : broken.start - before;
  if (from > 0) shown.append(`… ${counted(from, 'character')} before\n`);
  showParts(shown, { length: text.length, from, make: (start, end) => rawText(text, start, end, broken) });
  return shown;
}

function rawText(text: string, from: number, to: number, broken: PlacedText | undefined): DocumentFragment {
  if (broken === undefined || broken.start < from || broken.start > to || (broken.start === to && to < text.length)) {
    return withLines(text.slice(from, to));
  }
  const { start, end } = broken;
  const sign = end > start ? withLines(text.slice(start, end)) : 'the end';
  const fragment = withLines(text.slice(from, start));
  fragment.append(element('mark', { class: 'broken' }, sign), withLines(text.slice(end, to)));
  return fragment;
}

function withLines(text: string): DocumentFragment {
  return untrusted(text, { lineEnds: true });
}
