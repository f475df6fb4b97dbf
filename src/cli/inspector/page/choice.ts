import { element } from './dom';

/** Names come from outside: a sender of a new one each time must not make an endless list. */
const mostChoices = 200;

/** One of the names that came, or any. */
export class Choice {
  readonly #select: HTMLSelectElement;
  /** By their number, so that no text of a delivery is an attribute. */
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
