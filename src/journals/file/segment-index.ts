/** Where the lines of an entry lie in its segment. */
export interface Place {
  /** Its number in the whole journal. */
  readonly position: number;
  readonly receivedAt: number;
  readonly offset: number;
  readonly length: number;
  readonly endOffset: number;
  /** Zero while there is no end. */
  readonly endLength: number;
}

/** The first 128 bits of a key, which is a SHA-256. */
export type KeyWords = readonly [number, number, number, number];

const hexKey = /^[\da-f]{64}$/;

/** `undefined` for a text that is no key. */
export function keyWords(key: string): KeyWords | undefined {
  if (!hexKey.test(key)) return undefined;
  const word = (index: number): number => Number.parseInt(key.slice(index * 8, index * 8 + 8), 16);
  return [word(0), word(1), word(2), word(3)];
}

/** The columns of an entry: four words of its key, offset and length of its line, offset and length of its end. */
const width = 8;
const [offsetAt, lengthAt, endOffsetAt, endLengthAt] = [4, 5, 6, 7] as const;
/** In its columns, with position and time. */
export const bytesPerEntry = width * 4 + 8 + 8;

/**
 * What is known in memory of a segment's entries, in the order in which they were kept: 48 bytes for each and a place in
 * a hash table, at most twice that while it grows. Plain objects would take several times as much.
 */
export class SegmentIndex {
  #count = 0;
  #lost = 0;
  #words = new Uint32Array(16 * width);
  #positions = new Float64Array(16);
  #times = new Float64Array(16);
  /** Number of an entry from 1, by its key; open addressing. */
  #table = new Uint32Array(32);
  oldest: number | undefined;
  newest: number | undefined;

  /** Makes an index of its columns. */
  static of(count: number, columns: Uint8Array): SegmentIndex {
    const index = new SegmentIndex();
    const capacity = Math.max(count, 16);
    index.#count = count;
    index.#words = new Uint32Array(capacity * width);
    index.#positions = new Float64Array(capacity);
    index.#times = new Float64Array(capacity);
    index.#table = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    let start = 0;
    for (const column of index.columns) {
      column.set(columns.subarray(start, start + column.length));
      start += column.length;
    }
    for (let number = 0; number < count; number += 1) {
      index.#enter(number);
      index.#noteTime(index.#times[number] as number);
      if (index.at(number) === undefined) index.#lost += 1;
    }
    return index;
  }

  /** All that it knows, one column behind the other. */
  get columns(): readonly Uint8Array[] {
    const used = [
      this.#words.subarray(0, this.#count * width),
      this.#positions.subarray(0, this.#count),
      this.#times.subarray(0, this.#count),
    ];
    return used.map(({ buffer, byteLength }) => new Uint8Array(buffer, 0, byteLength));
  }

  /** How many entries can be read. */
  get entries(): number {
    return this.#count - this.#lost;
  }

  /** How many numbers there are, from 0. */
  get count(): number {
    return this.#count;
  }

  /** The position of the last entry, also of a lost one; 0 if there is none. */
  get lastPosition(): number {
    return this.#positions[this.#count - 1] ?? 0;
  }

  /** Adds an entry behind all others. */
  add(key: KeyWords, position: number, receivedAt: number, offset: number, length: number): void {
    if (this.#count === this.#positions.length) this.#grow();
    const number = this.#count;
    this.#words.set([...key, offset, length, 0, 0], number * width);
    this.#positions[number] = position;
    this.#times[number] = receivedAt;
    this.#count += 1;
    this.#enter(number);
    this.#noteTime(receivedAt);
  }

  find(key: KeyWords): number | undefined {
    const mask = this.#table.length - 1;
    for (let at = key[0] & mask; ; at = (at + 1) & mask) {
      const entry = this.#table[at] as number;
      if (entry === 0) return undefined;
      if (this.#has(entry - 1, key)) return entry - 1;
    }
  }

  /** `undefined` for an entry that was lost. */
  at(number: number): Place | undefined {
    const word = (column: number): number => this.#words[number * width + column] as number;
    const length = word(lengthAt);
    if (number < 0 || number >= this.#count || length === 0) return undefined;
    return {
      position: this.#positions[number] as number,
      receivedAt: this.#times[number] as number,
      offset: word(offsetAt),
      length,
      endOffset: word(endOffsetAt),
      endLength: word(endLengthAt),
    };
  }

  keyOf(number: number): KeyWords {
    const word = (column: number): number => this.#words[number * width + column] as number;
    return [word(0), word(1), word(2), word(3)];
  }

  setEnd(number: number, offset: number, length: number): void {
    this.#words[number * width + endOffsetAt] = offset;
    this.#words[number * width + endLengthAt] = length;
  }

  /** For an entry whose line cannot be read any more: its key may be kept again. */
  lose(number: number): void {
    if (this.#words[number * width + lengthAt] === 0) return;
    this.#words[number * width + lengthAt] = 0;
    this.#lost += 1;
  }

  /** The number of the first entry behind a position. */
  firstAfter(position: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle] as number) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #noteTime(receivedAt: number): void {
    if (this.oldest === undefined || receivedAt < this.oldest) this.oldest = receivedAt;
    if (this.newest === undefined || receivedAt > this.newest) this.newest = receivedAt;
  }

  #has(number: number, key: KeyWords): boolean {
    const start = number * width;
    return this.#words[start + lengthAt] !== 0 && key.every((word, column) => this.#words[start + column] === word);
  }

  #enter(number: number): void {
    const mask = this.#table.length - 1;
    let at = (this.#words[number * width] as number) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = number + 1;
  }

  #grow(): void {
    const [words, positions, times] = [this.#words, this.#positions, this.#times];
    this.#words = new Uint32Array(words.length * 2);
    this.#words.set(words);
    this.#positions = new Float64Array(positions.length * 2);
    this.#positions.set(positions);
    this.#times = new Float64Array(times.length * 2);
    this.#times.set(times);
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let number = 0; number < this.#count; number += 1) this.#enter(number);
  }
}
