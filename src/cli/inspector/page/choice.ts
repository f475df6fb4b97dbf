import { element } from './dom';

/** The longest list. Names come from outside, and each may be new. */
const mostChoices = 200;

/** A filter by one of the names that came. */
export class Choice {
  readonly #select: HTMLSelectElement;
  /** Options refer to names by number, so that no text of a delivery becomes an attribute. */
  readonly #names: string[] = [];

  constructor(select: HTMLSelectElement, changed: () => void) {
    this.#select = select;
    select.addEventListener('change', changed);
  }

  /** The chosen name; `undefined` for any. */
  get value(): string | undefined {
    return this.#select.value === '' ? undefined : this.#names[Number(this.#select.value)];
  }

  clear(): void {
    this.#select.value = '';
  }

  offer(name: string, label: string): void {
    if (this.#names.length >= mostChoices || this.#names.includes(name)) return;
    const option = element('option', { value: this.#names.length }, label);
    this.#names.push(name);
    const later = [...this.#select.options].slice(1).find(({ text }) => text > label);
    this.#select.insertBefore(option, later ?? null);
  }
}
