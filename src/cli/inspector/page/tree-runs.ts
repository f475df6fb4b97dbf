import type { JsonMember, JsonNode } from '../../json-node';
import { element } from './dom';
import { counted } from './format';

/** How many members are made at a time. */
const batch = 100;

interface Shown {
  readonly element: HTMLElement;
}

/** Neighbouring members that are made, and what follows them. */
interface Run<Item> {
  readonly from: number;
  readonly items: Item[];
  readonly left: Generator<JsonMember>;
  /** Makes more of those that follow; absent where the next run, or nothing, does. */
  readonly more: HTMLElement;
}

/**
 * The members of an array or object that are in the page: the first hundred, more on demand, and those around a place that
 * somebody went to. However many there are, little is made at once.
 */
export class TreeRuns<Item extends Shown> {
  readonly #node: JsonNode;
  readonly #group: HTMLElement;
  readonly #make: (member: JsonMember) => Item;
  readonly #runs: Run<Item>[] = [];

  constructor(node: JsonNode, group: HTMLElement, make: (member: JsonMember) => Item) {
    this.#node = node;
    this.#group = group;
    this.#make = make;
    this.#begin(0);
  }

  get items(): readonly Item[] {
    return this.#runs.flatMap(({ items }) => items);
  }

  /** Makes some of the members that follow an item; returns whether there were any that were not made. */
  showAfter(item: Item): boolean {
    const run = this.#runs.find(({ items }) => items.at(-1) === item);
    return run !== undefined && this.#extend(run);
  }

  /** Makes the member at an index, and some around it. */
  showAt(index: number): void {
    if (this.#runs.some((run) => index >= run.from && index < endOf(run))) return;
    this.#begin(index - (index % batch));
  }

  #begin(from: number): void {
    const left = this.#node.members();
    for (let passed = 0; passed < from; passed += 1) left.next();
    const more = element('button', { type: 'button', class: 'more', tabindex: -1 });
    const run: Run<Item> = { from, items: [], left, more };
    more.addEventListener('click', (event) => {
      event.stopPropagation();
      this.#extend(run);
    });
    const next = this.#runs.findIndex((each) => each.from > from);
    const before = this.#runs[next]?.items[0]?.element;
    this.#runs.splice(next < 0 ? this.#runs.length : next, 0, run);
    this.#group.insertBefore(more, before ?? null);
    this.#extend(run);
    const earlier = this.#runs[this.#runs.indexOf(run) - 1];
    if (earlier !== undefined) this.#close(earlier);
  }

  #extend(run: Run<Item>): boolean {
    const made: Item[] = [];
    const to = Math.min(endOf(run) + batch, this.#endOfGap(run));
    while (endOf(run) + made.length < to) made.push(this.#make(run.left.next().value as JsonMember));
    run.items.push(...made);
    run.more.before(...made.map((item) => item.element));
    this.#close(run);
    return made.length > 0;
  }

  /** Says how many follow, or that none does. */
  #close(run: Run<Item>): void {
    const left = this.#endOfGap(run) - endOf(run);
    run.more.textContent = counted(left, 'more item');
    run.more.hidden = left === 0;
  }

  #endOfGap(run: Run<Item>): number {
    return this.#runs[this.#runs.indexOf(run) + 1]?.from ?? this.#node.size;
  }
}

function endOf({ from, items }: Run<unknown>): number {
  return from + items.length;
}
