/** A map with string keys from which the oldest entry can be taken. */
export class OldestFirstMap<Value> {
  readonly #entries = new Map<string, Value>();
  /**
   * Kept, since a new iterator would first skip the places of all deleted entries. Every entry before it is deleted.
   */
  #oldest = this.#entries.entries();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Replaces a value in its place; a new key goes to the end. */
  set(key: string, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Removes and returns the oldest entry; `undefined` if there is none. */
  takeOldest(): readonly [string, Value] | undefined {
    let next = this.#oldest.next();
    if (next.done) {
      // An iterator that has reached the end does not go on with later entries.
      this.#oldest = this.#entries.entries();
      next = this.#oldest.next();
    }
    if (next.done) return undefined;
    this.#entries.delete(next.value[0]);
    return next.value;
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  values(): Iterable<Value> {
    return this.#entries.values();
  }
}
