import type { DeliveryStore } from '../foundations/contracts/store';
import type { Outbox } from '../foundations/outbox';
import { OldestFirstMap } from './oldest-first-map';

/**
 * At most this many are given back. Others wait for the end of their lease: in an outage the store has most likely
 * granted none.
 */
const mostClaims = 1000;
/** A command sent through a broken connection may arrive after a later one through another. */
const againAfterMs = 1000;

interface LostClaim {
  readonly key: string;
  /** When its lease ends. */
  readonly until: number;
  readonly isAskedAgain: boolean;
}

/**
 * Gives back claims whose answer did not come. The store may have given them, and every repeat would wait for the end of
 * a lease under which nothing runs.
 */
export class LostClaims {
  readonly #outbox: Outbox;
  readonly #release: DeliveryStore['release'];
  /** By token. */
  readonly #lost = new OldestFirstMap<LostClaim>();
  #isDue = false;

  constructor(outbox: Outbox, release: DeliveryStore['release']) {
    this.#outbox = outbox;
    this.#release = release;
  }

  add(key: string, token: string, leaseMs: number): void {
    this.#add(token, { key, until: performance.now() + leaseMs, isAskedAgain: false });
  }

  #add(token: string, claim: LostClaim): void {
    this.#lost.set(token, claim);
    if (this.#lost.size > mostClaims) this.#lost.takeOldest();
    if (this.#isDue) return;
    this.#isDue = true;
    void this.#outbox.send(() => this.#giveBackAll());
  }

  #askAgain(token: string, claim: LostClaim): void {
    setTimeout(() => this.#add(token, { ...claim, isAskedAgain: true }), againAfterMs).unref();
  }

  /** One after the other, as they may be many; one that cannot be given back is forgotten at the end of its lease. */
  async #giveBackAll(): Promise<boolean> {
    for (let oldest = this.#lost.takeOldest(); oldest !== undefined; oldest = this.#lost.takeOldest()) {
      const [token, claim] = oldest;
      if (performance.now() >= claim.until) continue;
      try {
        const wasHeld = await this.#release(claim.key, token, false);
        if (!wasHeld && !claim.isAskedAgain) this.#askAgain(token, claim);
      } catch {
        this.#lost.set(token, claim);
        return false;
      }
    }
    this.#isDue = false;
    return true;
  }
}
