import type { Closing } from '../foundations/closing';

/**
 * Limits how many deliveries of an event run at once in this process. Waiting deliveries get free places in the order
 * in which they came.
 */
export class EventLimits {
  readonly #limits: ReadonlyMap<string, number>;
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(limits: ReadonlyMap<string, number>) {
    this.#limits = limits;
  }

  /**
   * Waits for a place, up to `ms` and until `closing` begins. Resolves to whether there is one; `release` it
   * afterwards. Events without a limit do not wait.
   */
  async acquire(event: string, ms: number, closing: Closing): Promise<boolean> {
    const taken = this.#taken.get(event) ?? 0;
    if (closing.hasBegun) return false;
    if (taken < (this.#limits.get(event) ?? Number.POSITIVE_INFINITY)) {
      this.#taken.set(event, taken + 1);
      return true;
    }
    return await this.#wait(event, ms, closing);
  }

  /** Gives the place to the delivery that has waited longest. */
  release(event: string): void {
    const [next] = this.#waiting.get(event) ?? [];
    if (next !== undefined) next();
    else this.#taken.set(event, (this.#taken.get(event) ?? 1) - 1);
  }

  #wait(event: string, ms: number, closing: Closing): Promise<boolean> {
    const waiting = this.#waiting.get(event) ?? new Set();
    this.#waiting.set(event, waiting);
    return new Promise((resolve) => {
      const end = (hasPlace: boolean): void => {
        waiting.delete(start);
        clearTimeout(timer);
        stopListening();
        resolve(hasPlace);
      };
      const start = (): void => end(true);
      const stop = (): void => end(false);
      const timer = setTimeout(stop, ms).unref();
      const stopListening = closing.listen(stop);
      waiting.add(start);
    });
  }
}
