import { textRuns } from '../../visible-text';
import type { PlacedText } from '../wire';
import { element } from './dom';
import { counted } from './format';

/** How much of a body is shown at a time, in characters. */
const chunk = 20_000;

/** How many escapes of a chunk are marked as such: each is an element, and a body may be nothing else. */
const mostMarked = 500;

/** A body as it came, with the place where it stops being JSON. More of it is shown on demand. */
export function rawView(text: string, broken?: PlacedText): HTMLElement {
  const shown = element('pre', { class: 'raw', tabindex: 0, 'aria-label': 'The body as it came' });
  // The place is in sight, however far it is from the beginning.
  const from = broken === undefined || broken.start < chunk ? 0 : broken.start - 200;
  if (from > 0) shown.append(`… ${counted(from, 'character')} before\n`);
  let end = from;
  const more = element('button', { type: 'button', class: 'more' });
  more.addEventListener('click', showMore);
  function showMore(): void {
    const next = Math.min(end + chunk, text.length);
    more.before(rawText(text, end, next, broken));
    end = next;
    more.textContent = `… ${counted(text.length - end, 'more character')}`;
    if (end === text.length) more.remove();
  }
  shown.append(more);
  showMore();
  return shown;
}

function rawText(text: string, from: number, to: number, broken: PlacedText | undefined): DocumentFragment {
  const fragment = document.createDocumentFragment();
  if (broken === undefined || broken.start < from || broken.start > to || (broken.start === to && to < text.length)) {
    fragment.append(withEscapes(text.slice(from, to)));
    return fragment;
  }
  const { start, end } = broken;
  const sign = end > start ? withEscapes(text.slice(start, end)) : 'the end';
  const mark = element('mark', { class: 'broken' }, sign);
  fragment.append(withEscapes(text.slice(from, start)), mark, withEscapes(text.slice(end, to)));
  return fragment;
}

/** A line end is shown as an escape, and also ends the line. */
function withEscapes(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let marked = 0;
  let rest = '';
  for (const { text: run, escape: isEscape } of textRuns(text)) {
    const lineEnd = run === '\\n' && isEscape ? '\n' : '';
    marked += isEscape ? 1 : 0;
    if (isEscape && marked <= mostMarked) fragment.append(element('span', { class: 'escape' }, run), lineEnd);
    else if (marked <= mostMarked) fragment.append(run);
    else rest += run + lineEnd;
  }
  fragment.append(rest);
  return fragment;
}
