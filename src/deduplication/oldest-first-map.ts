/** A map from strings that gives its oldest entry first. */
export class OldestFirstMap<Value> {
  readonly #entries = new Map<string, Value>();
  /** It is kept, since a new iterator would pass the places of all deleted entries first. What it has passed is deleted. */
  #oldest = this.#entries.entries();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Replaces a value where it is; a new key goes to the end. */
  set(key: string, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Takes the oldest out; `undefined` when there is none. */
  takeOldest(): readonly [string, Value] | undefined {
    let next = this.#oldest.next();
    if (next.done) {
      // An iterator that has come to its end does not go on with later entries.
      this.#oldest = this.#entries.entries();
      next = this.#oldest.next();
    }
    if (next.done) return undefined;
    this.#entries.delete(next.value[0]);
    return next.value;
  }

  values(): Iterable<Value> {
    return this.#entries.values();
  }
}
