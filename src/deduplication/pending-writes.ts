import type { Outbox } from '../foundations/outbox';
import type { HeldClaim } from './held-claim';
import { OldestFirstMap } from './oldest-first-map';

/** Facts about a delivery that the store could not record. */
export interface PendingFacts {
  readonly claim: HeldClaim;
  /** Handlers that succeeded, in earlier attempts, too. */
  readonly succeeded: readonly string[];
  /** Whether every handler succeeded, so that the delivery is done. */
  readonly done: boolean;
}

const mostKeys = 10_000;

/**
 * Keeps facts while a store is unavailable, and writes them as soon as it answers again. Until then, a repeat in this
 * process uses these facts.
 */
export class PendingWrites {
  readonly #outbox: Outbox;
  readonly #facts = new OldestFirstMap<PendingFacts>();
  /** The writes that are not finished. */
  readonly writing = new Set<Promise<void>>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get(key: string): PendingFacts | undefined {
    return this.#facts.get(key);
  }

  /** Resolves when the store has recorded these facts and those of earlier attempts. */
  write(key: string, latest: PendingFacts): Promise<void> {
    const earlier = this.#facts.get(key)?.succeeded ?? [];
    const facts = { ...latest, succeeded: [...new Set([...earlier, ...latest.succeeded])] };
    this.#facts.set(key, facts);
    if (this.#facts.size > mostKeys) this.#facts.takeOldest();
    const written = this.#outbox.send(() => this.#tryNow(key, facts)).finally(() => this.writing.delete(written));
    this.writing.add(written);
    return written;
  }

  async #tryNow(key: string, facts: PendingFacts): Promise<boolean> {
    // Later facts contain these.
    if (this.get(key) !== facts) return true;
    const isWritten = await tryToWrite(facts);
    if (isWritten && this.get(key) === facts) this.#facts.delete(key);
    return isWritten;
  }
}

/** Writes successes first: they are facts even if somebody else holds the claim now. */
async function tryToWrite(facts: PendingFacts): Promise<boolean> {
  const { claim, succeeded, done } = facts;
  try {
    for (const handler of claim.unrecorded(succeeded)) await claim.record(handler);
    if (claim.unrecorded(succeeded).length > 0) return false;
    const held = await (done ? claim.complete() : claim.release());
    if (held || claim.hasForgotten) return true;
    // Once more, as the store lost the claim.
    claim.forgetRecorded();
    return await tryToWrite(facts);
  } catch {
    return false;
  }
}
