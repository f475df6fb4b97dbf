import { textRuns } from '../../visible-text';

/** A string always becomes text, never markup. */
export type Child = Node | string | undefined;

/** Makes an element. No text of a payload may go into its attributes. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Makes a button with an action. */
export function button(label: Child, className: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: className }, label);
  made.addEventListener('click', act);
  return made;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}

/** How many escapes of a text are marked as such: each is an element, and a text may be nothing else. */
const mostMarked = 500;

/**
 * Text from a delivery. Invisible characters become escapes, which are marked as such. With `lineEnds`, a line end also ends
 * the line.
 */
export function untrusted(text: string, { lineEnds = false } = {}): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let marked = 0;
  let rest = '';
  for (const { text: run, escape: isEscape } of textRuns(text)) {
    const lineEnd = lineEnds && isEscape && run === '\\n' ? '\n' : '';
    marked += isEscape ? 1 : 0;
    if (marked > mostMarked) rest += run + lineEnd;
    else if (isEscape) fragment.append(element('span', { class: 'escape' }, run), lineEnd);
    else fragment.append(run);
  }
  fragment.append(rest);
  return fragment;
}

/** The longest name that is shown whole, in characters. */
const longestName = 600;

/** A name that a stranger chose, such as that of a property. */
export function untrustedName(name: string): DocumentFragment {
  const fragment = untrusted(name.slice(0, longestName));
  if (name.length > longestName) fragment.append(element('small', {}, `… (${name.length} characters)`));
  return fragment;
}
