/**
 * How many deliveries of an event may run at once in this process. Those that have to wait get their turns in the order
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
   * Resolves to whether it is the event's turn, within `ms` and before `giveUp` is aborted; then `release` it. Events
   * without a limit wait for nothing.
   */
  async acquire(event: string, ms: number, giveUp: AbortSignal): Promise<boolean> {
    const taken = this.#taken.get(event) ?? 0;
    if (giveUp.aborted) return false;
    if (taken < (this.#limits.get(event) ?? Number.POSITIVE_INFINITY)) {
      this.#taken.set(event, taken + 1);
      return true;
    }
    return await this.#wait(event, ms, giveUp);
  }

  /** Hands the turn on to the one that has waited longest. */
  release(event: string): void {
    const [next] = this.#waiting.get(event) ?? [];
    if (next !== undefined) next();
    else this.#taken.set(event, (this.#taken.get(event) ?? 1) - 1);
  }

  #wait(event: string, ms: number, giveUp: AbortSignal): Promise<boolean> {
    const waiting = this.#waiting.get(event) ?? new Set();
    this.#waiting.set(event, waiting);
    return new Promise((resolve) => {
      const end = (isTurn: boolean): void => {
        waiting.delete(start);
        clearTimeout(timer);
        giveUp.removeEventListener('abort', stop);
        resolve(isTurn);
      };
      const start = (): void => end(true);
      const stop = (): void => end(false);
      const timer = setTimeout(stop, ms).unref();
      giveUp.addEventListener('abort', stop);
      waiting.add(start);
    });
  }
}
