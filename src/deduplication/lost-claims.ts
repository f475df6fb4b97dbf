import type { DeliveryStore } from '../foundations/contracts/store';
import { OldestFirstMap } from './oldest-first-map';
import type { Outbox } from './outbox';

/** More are left to the end of their lease: an outage makes many, of which the store has most likely given none. */
const mostClaims = 1000;

/**
 * Gives back claims whose answer did not come. The store may have given them, and every repeat would wait for the end of
 * a lease under which nothing runs.
 */
export class LostClaims {
  readonly #outbox: Outbox;
  readonly #release: DeliveryStore['release'];
  /** By token. */
  readonly #lost = new OldestFirstMap<{ readonly key: string; readonly until: number }>();
  #isDue = false;

  constructor(outbox: Outbox, release: DeliveryStore['release']) {
    this.#outbox = outbox;
    this.#release = release;
  }

  add(key: string, token: string, leaseMs: number): void {
    this.#lost.set(token, { key, until: performance.now() + leaseMs });
    if (this.#lost.size > mostClaims) this.#lost.takeOldest();
    if (this.#isDue) return;
    this.#isDue = true;
    void this.#outbox.send(() => this.#giveBackAll());
  }

  /** One after the other, as they may be many; one that cannot be given back is forgotten at the end of its lease. */
  async #giveBackAll(): Promise<boolean> {
    for (let oldest = this.#lost.takeOldest(); oldest !== undefined; oldest = this.#lost.takeOldest()) {
      const [token, { key, until }] = oldest;
      if (performance.now() >= until) continue;
      try {
        await this.#release(key, token, false);
      } catch {
        this.#lost.set(token, { key, until });
        return false;
      }
    }
    this.#isDue = false;
    return true;
  }
}
