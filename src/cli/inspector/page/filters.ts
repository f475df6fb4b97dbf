import type { DeliverySummary } from '../wire';
import { client } from './client';
import type { Filter } from './deliveries';
import { byId } from './dom';
import { OutcomeChips } from './outcome-chips';

/** How long to wait after a letter before payloads are searched, in milliseconds. */
const pauseMs = 150;

/** What the address of the page keeps of the filters. */
export interface KeptFilters {
  readonly text: string;
  readonly outcomes: readonly string[];
}

/** The search field and the outcomes. */
export class Filters {
  readonly #search = byId('search') as HTMLInputElement;
  readonly #outcomes = new OutcomeChips(byId('outcomes'), () => this.#tell());
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
    return this.#search.value === '' && this.#outcomes.chosen.size === 0;
  }

  get kept(): KeptFilters {
    return { text: this.#search.value, outcomes: [...this.#outcomes.chosen] };
  }

  restore({ text, outcomes }: KeptFilters): void {
    this.#search.value = text;
    this.#outcomes.choose(outcomes);
    this.#tell();
    this.searchPayloads();
  }

  focus(): void {
    this.#search.focus();
    this.#search.select();
  }

  clear(): void {
    this.#search.value = '';
    this.#outcomes.choose([]);
    this.#found = new Set();
    this.#tell();
  }

  /** Counts the outcomes of what is held. */
  count(deliveries: readonly DeliverySummary[]): void {
    this.#outcomes.show(deliveries);
  }

  /** Asks the inspector to search headers, keys and payloads, after a pause. */
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
    this.#changed({ outcomes: this.#outcomes.chosen, text, found: this.#found });
  }
}
