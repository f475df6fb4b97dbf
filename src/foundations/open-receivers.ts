/**
 * The receivers that have a queue or a journal open, since they may share one. The settings of the first count until the
 * last has closed it: what is done for all of them follows one logger and one clock.
 */
export class OpenReceivers<Settings> {
  #settings: Settings | undefined;
  #count = 0;
  #isClosed = false;

  /** `undefined` until a receiver opens it. They stay when all have closed it, for the log. */
  get settings(): Settings | undefined {
    return this.#settings;
  }

  /** Whether the last one has closed it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  add(settings: Settings): void {
    if (this.#count === 0) this.#settings = settings;
    this.#count += 1;
    this.#isClosed = false;
  }

  /** Returns whether it was the last one. */
  remove(): boolean {
    this.#count = Math.max(0, this.#count - 1);
    this.#isClosed = this.#count === 0;
    return this.#isClosed;
  }
}
