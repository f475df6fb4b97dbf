import { button, element } from './dom';
import { count } from './format';
import { icon, labelOf, toneOf } from './outcome';

/** A button for each outcome that came, with their number. Pressed ones filter; none pressed means any. */
export class OutcomeChips {
  readonly #group: HTMLElement;
  readonly #changed: () => void;
  readonly #chips = new Map<string, { readonly chip: HTMLElement; readonly number: HTMLElement }>();
  readonly #chosen = new Set<string>();

  constructor(group: HTMLElement, changed: () => void) {
    this.#group = group;
    this.#changed = changed;
  }

  get chosen(): ReadonlySet<string> {
    return this.#chosen;
  }

  choose(outcomes: readonly string[]): void {
    this.#chosen.clear();
    for (const outcome of outcomes) this.#chosen.add(outcome);
    this.#press();
  }

  /** Shows how many of each there are. An outcome whose deliveries were dropped stays. */
  show(deliveries: readonly { readonly outcome: string }[]): void {
    const counts = new Map<string, number>();
    for (const { outcome } of deliveries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const outcome of counts.keys()) if (!this.#chips.has(outcome)) this.#add(outcome);
    for (const [outcome, { number }] of this.#chips) number.textContent = count(counts.get(outcome) ?? 0);
  }

  #add(outcome: string): void {
    const number = element('span', { class: 'number' });
    const chip = button(element('span', {}, icon(toneOf(outcome)), labelOf(outcome), number), 'chip', () => {
      if (!this.#chosen.delete(outcome)) this.#chosen.add(outcome);
      this.#press();
      this.#changed();
    });
    this.#chips.set(outcome, { chip, number });
    this.#group.append(chip);
    this.#press();
  }

  #press(): void {
    for (const [outcome, { chip }] of this.#chips) chip.setAttribute('aria-pressed', String(this.#chosen.has(outcome)));
  }
}
