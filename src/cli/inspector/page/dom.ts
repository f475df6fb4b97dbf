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

/** Text from a delivery. Invisible characters become escapes, which are marked as such. */
export function untrusted(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const run of textRuns(text)) {
    fragment.append(run.escape ? element('span', { class: 'escape' }, run.text) : run.text);
  }
  return fragment;
}
