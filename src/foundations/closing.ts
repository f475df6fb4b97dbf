import { atMost, longestTimer } from './timeouts';

/**
 * Says once that a worker or a replay closes. Not an AbortSignal: each waiting job listens, and Node takes many listeners for a leak.
 * A test environment may also put a class of its own in the place of AbortController, which functions of Node refuse.
 */
export class Closing {
  readonly #listeners = new Set<() => void>();
  #hasBegun = false;

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Calls `listener` when it begins. Returns a function that takes the listener away. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves after `ms`, or when it begins. It does not keep the process alive, unless asked to. */
  pause(ms: number, { keepsAlive = false }: { readonly keepsAlive?: boolean } = {}): Promise<void> {
    if (this.#hasBegun) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, longestTimer));
      if (!keepsAlive) timer.unref();
      const stopListening = this.listen(end);
    });
  }

  /** Resolves as `wanted` does; to `undefined` if it is still pending `ms` after closing began. */
  async patiently<T>(ms: number, wanted: Promise<T>): Promise<T | undefined> {
    let stopListening = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      if (this.#hasBegun) resolve();
      else stopListening = this.listen(resolve);
    });
    const givenUp = begun.then(() => atMost(ms, wanted)).then(() => undefined);
    return await Promise.race([wanted, givenUp]).finally(() => stopListening());
  }
}
