import type { Claim, DeliveryStore } from '../foundations/contracts/store';
import { DeferredTimer } from '../foundations/deferred-timer';
import { type MaybePromise, recovered } from '../foundations/maybe-promise';

/** How long a claim lasts without being extended, in milliseconds; it is extended at every third. */
export const leaseMs = 15_000;

/** A claim as its holder sees it: keeps the lease alive, says when going on is pointless. */
export class HeldClaim {
  readonly attempt: number;
  readonly succeeded: readonly string[];
  readonly #store: DeliveryStore;
  readonly #key: string;
  readonly #ttlMs: number;
  readonly #token: string;
  #recorded: Set<string> | undefined;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #extending: DeferredTimer | undefined;
  #leaseUntil: number;

  /** `asked` is when the claim was asked for, by `performance.now()`: the store may have given it at once. */
  constructor(store: DeliveryStore, key: string, ttlMs: number, claim: Claim, asked: number) {
    this.#store = store;
    this.#key = key;
    this.#ttlMs = ttlMs;
    this.#leaseUntil = asked + leaseMs;
    this.#token = claim.token;
    this.attempt = claim.attempt;
    this.succeeded = claim.succeeded;
  }

  /** Made when it is first read: most handlers never ask, and a controller costs microseconds. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(this.#abortReason);
  }

  /** From now on the lease is extended, until {@link stopExtending}. */
  keepExtending(): void {
    this.#extending = new DeferredTimer(() => setInterval(() => void this.#extend(), leaseMs / 3));
  }

  stopExtending(): void {
    this.#extending?.clear();
    this.#extending = undefined;
  }

  async #extend(): Promise<void> {
    const asked = performance.now();
    const held = await recovered(
      () => this.#store.extend(this.#key, this.#token, leaseMs),
      () => undefined,
    );
    // The run ended while the store was asked: it gave the claim up itself.
    if (this.#extending === undefined) return;
    if (held === true) this.#leaseUntil = asked + leaseMs;
    // A store that does not answer may have let the lease pass: then somebody else may hold the claim by now.
    else if (held === false || performance.now() >= this.#leaseUntil) {
      this.stopExtending();
      this.abort(new Error('The claim was lost: the lease passed without being extended.'));
    }
  }

  /** Records a success. Not being able to is no failure: {@link unrecorded} remembers it for later. */
  record(handler: string): MaybePromise<void> {
    return recovered(
      () => {
        const answer = this.#store.succeeded(this.#key, this.#token, handler, this.#ttlMs);
        if (answer instanceof Promise) return answer.then(() => this.#note(handler));
        this.#note(handler);
        return undefined;
      },
      () => undefined,
    );
  }

  #note(handler: string): void {
    this.#recorded ??= new Set();
    this.#recorded.add(handler);
  }

  /** Which of `handlers` the store has not been told of in this claim. */
  unrecorded(handlers: readonly string[]): readonly string[] {
    return handlers.filter((handler) => !this.#recorded?.has(handler));
  }

  /** All that a store must be told that lost the claim: it may have lost what it was told before, too. */
  recordAnew(succeeded: readonly string[]): readonly string[] {
    this.#recorded = undefined;
    return [...this.succeeded, ...succeeded];
  }

  complete(): MaybePromise<boolean> {
    return this.#store.complete(this.#key, this.#token, this.#ttlMs);
  }

  release(): MaybePromise<boolean> {
    return this.#store.release(this.#key, this.#token);
  }
}
