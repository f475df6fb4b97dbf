import { visibleText } from '../../visible-text';
import type { DeliverySummary } from '../wire';
import { Choice } from './choice';
import { client } from './client';
import { eventName, type Filter } from './deliveries';
import { byId } from './dom';
import { labelOf } from './outcome';

/** How long to wait after a letter before payloads are searched, in milliseconds. */
const pauseMs = 150;

/** The search field and the two choices. */
export class Filters {
  readonly #search = byId('search') as HTMLInputElement;
  readonly #event = new Choice(byId('filter-event') as HTMLSelectElement, () => this.#tell());
  readonly #outcome = new Choice(byId('filter-outcome') as HTMLSelectElement, () => this.#tell());
  readonly #changed: (filter: Filter) => void;
  #found: ReadonlySet<number> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: (filter: Filter) => void) {
    this.#changed = changed;
    byId('filters').addEventListener('submit', (event) => event.preventDefault());
    this.#search.addEventListener('input', () => {
      this.#found = new Set();
      this.#tell();
      this.searchPayloads();
    });
  }

  /** Whether every delivery passes. */
  get isOpen(): boolean {
    return this.#search.value === '' && this.#event.value === undefined && this.#outcome.value === undefined;
  }

  focus(): void {
    this.#search.focus();
    this.#search.select();
  }

  clear(): void {
    this.#search.value = '';
    this.#event.clear();
    this.#outcome.clear();
    this.#found = new Set();
    this.#tell();
  }

  /** Offers each name that came, once. */
  offer(deliveries: readonly DeliverySummary[]): void {
    for (const delivery of deliveries) {
      this.#event.offer(eventName(delivery), visibleText(eventName(delivery)));
      this.#outcome.offer(delivery.outcome, labelOf(delivery.outcome));
    }
  }

  /** Asks the inspector to search the payloads, after a pause. */
  searchPayloads(): void {
    clearTimeout(this.#timer);
    const text = this.#search.value.trim();
    if (text === '') return;
    this.#timer = setTimeout(() => {
      client.search(text).then(
        (ids) => {
          if (this.#search.value.trim() !== text) return;
          this.#found = new Set(ids);
          this.#tell();
        },
        // The search by names works without the inspector, and the page shows that the connection is lost.
        () => undefined,
      );
    }, pauseMs);
  }

  #tell(): void {
    const text = this.#search.value.trim().toLowerCase();
    this.#changed({ event: this.#event.value, outcome: this.#outcome.value, text, found: this.#found });
  }
}
