import type { DeliverySummary, NewDelivery } from '../wire';

export interface Filter {
  /** None means any. */
  readonly outcomes: ReadonlySet<string>;
  /** In lower case; empty for any. */
  readonly text: string;
  /** Deliveries whose headers, key or payload contain the text. */
  readonly found: ReadonlySet<number>;
}

/** The deliveries that the inspector holds, the oldest first, and the ones that pass the filter. */
export class Deliveries {
  #all: DeliverySummary[];
  #listed: DeliverySummary[];
  #filter: Filter = { outcomes: new Set(), text: '', found: new Set() };

  constructor(deliveries: readonly DeliverySummary[]) {
    this.#all = [...deliveries];
    this.#listed = this.#all;
  }

  get all(): readonly DeliverySummary[] {
    return this.#all;
  }

  get listed(): readonly DeliverySummary[] {
    return this.#listed;
  }

  get latest(): number {
    return this.#all.at(-1)?.id ?? 0;
  }

  /** Adds new deliveries, and drops those that the inspector has dropped. Returns the ones that were not known. */
  add(come: readonly NewDelivery[]): readonly DeliverySummary[] {
    const { latest } = this;
    const fresh = come.map(({ delivery }) => delivery).filter(({ id }) => id > latest);
    const oldest = come.at(-1)?.oldest ?? 0;
    this.#all = [...this.#all, ...fresh].filter(({ id }) => id >= oldest);
    this.filter(this.#filter);
    return fresh;
  }

  filter(filter: Filter): void {
    this.#filter = filter;
    const { outcomes, text, found } = filter;
    const isOpen = outcomes.size === 0 && text === '';
    this.#listed = isOpen
      ? this.#all
      : this.#all.filter(
          (delivery) =>
            (outcomes.size === 0 || outcomes.has(delivery.outcome)) &&
            (text === '' || found.has(delivery.id) || isNamed(delivery, text)),
        );
  }
}

/** The name of a delivery in the list. */
export function eventName({ event, what }: DeliverySummary): string {
  return what ?? event ?? '(no event)';
}

function isNamed(delivery: DeliverySummary, text: string): boolean {
  return (
    eventName(delivery).toLowerCase().includes(text) ||
    delivery.outcome.includes(text) ||
    String(delivery.status) === text ||
    `#${delivery.id}` === text
  );
}
