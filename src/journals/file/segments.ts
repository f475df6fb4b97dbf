import type { Segment } from './segment';
import type { KeyWords, Place } from './segment-index';

/** An entry of a segment. */
export interface Located {
  readonly segment: Segment;
  readonly number: number;
  readonly place: Place;
}

/** The files of a journal, in the order in which they were made. */
export class Segments {
  #list: readonly Segment[] = [];

  get all(): readonly Segment[] {
    return this.#list;
  }

  get newest(): Segment | undefined {
    return this.#list.at(-1);
  }

  add(segment: Segment): void {
    this.#list = [...this.#list, segment].sort((a, b) => a.first - b.first);
  }

  remove(segment: Segment): void {
    this.#list = this.#list.filter((one) => one !== segment);
  }

  has(segment: Segment): boolean {
    return this.#list.includes(segment);
  }

  locate(key: KeyWords): Located | undefined {
    // A repeat comes soon.
    for (let at = this.#list.length - 1; at >= 0; at -= 1) {
      const segment = this.#list[at] as Segment;
      const number = segment.index.find(key);
      const place = number === undefined ? undefined : segment.index.at(number);
      if (number !== undefined && place !== undefined) return { segment, number, place };
    }
    return undefined;
  }

  /** The first entry behind a position. */
  after(position: number): Located | undefined {
    for (const segment of this.#list) {
      const { index } = segment;
      for (let number = index.firstAfter(position); number < index.count; number += 1) {
        const place = index.at(number);
        if (place !== undefined) return { segment, number, place };
      }
    }
    return undefined;
  }

  /** The last entry before a position. */
  before(position: number): Located | undefined {
    for (const segment of this.#list.toReversed()) {
      const { index } = segment;
      for (let number = index.firstAfter(position - 0.5) - 1; number >= 0; number -= 1) {
        const place = index.at(number);
        if (place !== undefined) return { segment, number, place };
      }
    }
    return undefined;
  }
}
