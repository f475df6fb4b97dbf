import type { DeliverySummary } from '../wire';
import { byId, element } from './dom';
import { makeRow, placeRow, rowHeight, rowId } from './row';

/** How many rows are made beyond the visible ones, so that scrolling shows no gap. */
const spare = 6;

/** The list of deliveries, the newest first. Only visible rows are in the page, so its length does not matter. */
export class DeliveryList {
  readonly #list = byId('list');
  readonly #rows = element('div', { class: 'rows', role: 'presentation' });
  readonly #select: () => void;
  readonly #open: (id: number) => void;
  #deliveries: readonly DeliverySummary[] = [];
  #selected: number | undefined;
  #drawn = new Map<number, HTMLElement>();
  #drawing = false;

  constructor(actions: { readonly select: () => void; readonly open: (id: number) => void }) {
    this.#select = actions.select;
    this.#open = actions.open;
    this.#list.append(this.#rows);
    this.#list.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    new ResizeObserver(() => this.#drawSoon()).observe(this.#list);
    this.#list.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
      if (row === null) return;
      this.select(Number(row.dataset['id']));
      this.#open(Number(row.dataset['id']));
    });
  }

  get selected(): number | undefined {
    return this.#selected;
  }

  get isAtTop(): boolean {
    return this.#list.scrollTop < rowHeight;
  }

  /** How many rows are visible at once. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#list.clientHeight / rowHeight) - 1);
  }

  focus(): void {
    this.#list.focus();
  }

  /** Lists deliveries, given the oldest first. With `keepPlace`, a scrolled list goes on showing the same rows. */
  show(deliveries: readonly DeliverySummary[], keepPlace: boolean): void {
    const before = this.#deliveries;
    const { scrollTop } = this.#list;
    const first = this.#at(Math.floor(scrollTop / rowHeight), before);
    this.#deliveries = deliveries;
    this.#rows.style.height = `${deliveries.length * rowHeight}px`;
    const index = keepPlace && scrollTop > 0 && first !== undefined ? this.#indexOf(first.id) : -1;
    if (index >= 0) this.#list.scrollTop = index * rowHeight + (scrollTop % rowHeight);
    else if (!keepPlace) this.#list.scrollTop = 0;
    this.#draw();
  }

  /** Moves the selection by some rows. Without a selection, the first row is selected. */
  move(by: number): void {
    const from = this.#selected === undefined ? -1 : this.#indexOf(this.#selected);
    const to = from < 0 ? 0 : Math.min(Math.max(from + by, 0), this.#deliveries.length - 1);
    const delivery = this.#at(to, this.#deliveries);
    if (delivery !== undefined) this.select(delivery.id);
  }

  select(id: number): void {
    const index = this.#indexOf(id);
    if (index < 0) return;
    this.#selected = id;
    this.#reveal(index);
    this.#draw();
    this.#select();
  }

  toTop(): void {
    this.#list.scrollTop = 0;
    this.#draw();
  }

  #reveal(index: number): void {
    const { scrollTop, clientHeight } = this.#list;
    const top = index * rowHeight;
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.#list.scrollTop = top + rowHeight - clientHeight;
  }

  #at(index: number, deliveries: readonly DeliverySummary[]): DeliverySummary | undefined {
    return deliveries[deliveries.length - 1 - index];
  }

  /** Binary search: ids only rise. */
  #indexOf(id: number): number {
    let low = 0;
    let high = this.#deliveries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#deliveries[middle]?.id ?? 0;
      if (found === id) return this.#deliveries.length - 1 - middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#list;
    const total = this.#deliveries.length;
    const from = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
    const to = Math.min(total, Math.ceil((scrollTop + clientHeight) / rowHeight) + spare);
    const drawn = new Map<number, HTMLElement>();
    for (let index = from; index < to; index += 1) {
      const delivery = this.#at(index, this.#deliveries);
      if (delivery === undefined) continue;
      // A visible row keeps its element: a new one between press and release would lose the click.
      const row = this.#drawn.get(delivery.id) ?? makeRow(delivery);
      placeRow(row, index, total, delivery.id === this.#selected);
      drawn.set(delivery.id, row);
    }
    for (const [id, row] of this.#drawn) if (!drawn.has(id)) row.remove();
    for (const row of drawn.values()) if (!row.isConnected) this.#rows.append(row);
    this.#drawn = drawn;
    const selected = this.#selected !== undefined && drawn.has(this.#selected) ? rowId(this.#selected) : undefined;
    if (selected !== undefined) this.#list.setAttribute('aria-activedescendant', selected);
    else this.#list.removeAttribute('aria-activedescendant');
  }
}
