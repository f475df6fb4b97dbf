import { element } from './dom';
import { icon, type Tone } from './outcome';

/** A part of the detail view. */
export interface Tab {
  readonly name: string;
  readonly label: string;
  /** The result, in a few words. */
  readonly state: string;
  readonly tone?: Tone | undefined;
  /** Makes the content when the tab is first opened. */
  readonly make: () => HTMLElement;
}

/** Tabs, of which one is open. Arrow keys go from one to the next. */
export class Tabs {
  readonly element: HTMLElement;
  readonly #tabs: readonly Tab[];
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #panel = element('div', { class: 'panel', role: 'tabpanel', id: 'panel', tabindex: 0 });
  #open = '';
  readonly #made = new Map<string, HTMLElement>();

  constructor(tabs: readonly Tab[], open: string) {
    this.#tabs = tabs;
    this.#buttons = tabs.map((tab) => this.#makeButton(tab));
    const bar = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Parts of the delivery' });
    bar.append(...this.#buttons);
    bar.addEventListener('keydown', (event) => this.#onKey(event));
    this.element = element('div', { class: 'parts' }, bar, this.#panel);
    this.open(open);
  }

  /** The one that is open. */
  get name(): string {
    return this.#open;
  }

  open(name: string): void {
    const index = this.#tabs.findIndex((tab) => tab.name === name);
    const tab = this.#tabs[index];
    if (tab === undefined) return;
    this.#open = name;
    for (const [at, button] of this.#buttons.entries()) {
      button.setAttribute('aria-selected', String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    }
    const content = this.#made.get(name) ?? tab.make();
    this.#made.set(name, content);
    this.#panel.setAttribute('aria-labelledby', `tab-${name}`);
    this.#panel.replaceChildren(content);
  }

  /** By its place, from 1. */
  openNumber(number: number): void {
    const tab = this.#tabs[number - 1];
    if (tab === undefined) return;
    // The keyboard moves to the new part only if it was in the old one.
    const isRead = this.element.contains(document.activeElement);
    this.open(tab.name);
    if (isRead) this.#buttons[number - 1]?.focus();
  }

  #makeButton({ name, label, state, tone }: Tab): HTMLButtonElement {
    const made = element(
      'button',
      { type: 'button', role: 'tab', class: 'tab', id: `tab-${name}`, 'aria-controls': 'panel' },
      element('span', { class: 'tab-label' }, label),
      element('span', { class: `tab-state ${tone ?? ''}` }, tone && icon(tone), state),
    );
    made.addEventListener('click', () => this.open(name));
    return made;
  }

  #onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const now = this.#buttons.findIndex((button) => button.getAttribute('aria-selected') === 'true');
    const next = (now + by + this.#buttons.length) % this.#buttons.length;
    this.open(this.#tabs[next]?.name ?? '');
    this.#buttons[next]?.focus();
  }
}
