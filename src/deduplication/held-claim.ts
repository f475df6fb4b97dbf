import type { Claim, DeliveryStore } from '../foundations/contracts/store';
import { DeferredTimer } from '../foundations/deferred-timer';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import type { Outbox } from '../foundations/outbox';

/** The lease of a claim, in milliseconds. It is extended after every third of it. */
export const leaseMs = 15_000;

/**
 * How long the progress of a queue's job is remembered at least, in milliseconds: a dead letter may be redriven weeks after
 * its last attempt. Not for ever, since nobody tells the store that a dead letter was discarded.
 */
export const jobProgressMs = 30 * 86_400_000;

const extendAfterMs = leaseMs / 3;
/** The pause after an extension that failed, in milliseconds. */
const extendAgainMs = 500;

/** What a claim needs to be kept and ended. */
export interface ClaimKeeping {
  readonly store: DeliveryStore;
  /** Where successes wait that the store does not take. */
  readonly outbox: Outbox;
  /** How long a finished delivery is remembered. */
  readonly ttlMs: number;
  /** How long the progress of a delivery that is not finished is remembered. @default ttlMs */
  readonly progressMs?: number | undefined;
}

/** A claim of this process. It extends its lease and aborts its signal when the claim is lost. */
export class HeldClaim {
  readonly attempt: number;
  readonly succeeded: readonly string[];
  readonly #store: DeliveryStore;
  readonly #outbox: Outbox;
  readonly #key: string;
  readonly #ttlMs: number;
  readonly #progressMs: number;
  readonly #token: string;
  /** The handlers whose success the store has. */
  #recorded: Set<string>;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #extending: DeferredTimer | undefined;
  #lapse: NodeJS.Timeout | undefined;
  #leaseUntil: number;
  #isRunOver = false;
  #hasForgotten = false;

  /** `asked` is when the store was asked, by `performance.now()`: the lease may have begun as early as that. */
  constructor({ store, outbox, ttlMs, progressMs = ttlMs }: ClaimKeeping, key: string, claim: Claim, asked: number) {
    this.#store = store;
    this.#outbox = outbox;
    this.#key = key;
    this.#ttlMs = ttlMs;
    this.#progressMs = progressMs;
    this.#leaseUntil = asked + leaseMs;
    this.#token = claim.token;
    this.attempt = claim.attempt;
    this.succeeded = claim.succeeded;
    this.#recorded = new Set(claim.succeeded);
  }

  /** Whether somebody else may hold it by now. */
  get hasLapsed(): boolean {
    return performance.now() >= this.#leaseUntil;
  }

  /** Made when it is first read: most handlers never read it, and a controller is costly for a small delivery. */
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

  /** Extends the lease regularly until {@link stopExtending}. */
  keepExtending(): void {
    this.#extendAfter(extendAfterMs);
  }

  stopExtending(): void {
    this.#extending?.clear();
    this.#extending = undefined;
    clearTimeout(this.#lapse);
  }

  #extendAfter(ms: number): void {
    this.#extending = new DeferredTimer(() => setTimeout(() => void this.#extend(), ms));
  }

  async #extend(): Promise<void> {
    // Not armed before: most runs end sooner.
    this.#lapse ??= this.#lapseAtItsEnd();
    const asked = performance.now();
    const held = await recovered(
      () => this.#store.extend(this.#key, this.#token, leaseMs),
      () => undefined,
    );
    // The run ended while the store was asked, and ended the claim itself.
    if (this.#extending === undefined) return;
    if (held === false) {
      this.#lose();
      return;
    }
    if (held === true) {
      this.#leaseUntil = asked + leaseMs;
      clearTimeout(this.#lapse);
      this.#lapse = this.#lapseAtItsEnd();
    }
    this.#extendAfter(held === true ? Math.max(0, asked + extendAfterMs - performance.now()) : extendAgainMs);
  }

  /** If the store does not answer, somebody else may hold the claim from then on. */
  #lapseAtItsEnd(): NodeJS.Timeout {
    return setTimeout(() => this.#lose(), Math.max(0, this.#leaseUntil - performance.now())).unref();
  }

  #lose(): void {
    this.stopExtending();
    this.abort(new Error('The claim was lost: the lease passed without being extended.'));
  }

  /**
   * Records a success. An error of the store is not a failure: while others run, the success is recorded as soon as the
   * store answers again, since whoever takes over would repeat the handler. After that, {@link unrecorded} has it.
   */
  record(handler: string): MaybePromise<void> {
    return recovered(
      () => this.#tryToRecord(handler),
      () => {
        if (!this.#isRunOver) void this.#outbox.send(() => this.#recordLater(handler));
      },
    );
  }

  #tryToRecord(handler: string): MaybePromise<void> {
    const answer = this.#store.succeeded(this.#key, this.#token, handler, this.#progressMs);
    return whenReady(answer, () => void this.#recorded.add(handler));
  }

  /** Resolves to whether it need not be tried again. */
  async #recordLater(handler: string): Promise<boolean> {
    if (this.#isRunOver) return true;
    try {
      await this.#tryToRecord(handler);
      return true;
    } catch {
      return this.#isRunOver;
    }
  }

  /** The run has ended. Its caller writes what is not recorded. */
  endRun(): void {
    this.#isRunOver = true;
  }

  /** The ones of `handlers` whose success the store has not recorded. */
  unrecorded(handlers: readonly string[]): readonly string[] {
    return handlers.filter((handler) => !this.#recorded.has(handler));
  }

  /** For a store that lost the claim: it may have lost every success, too, so none counts as recorded. */
  forgetRecorded(): void {
    this.#hasForgotten = true;
    this.#recorded = new Set();
  }

  /** Whether {@link forgetRecorded} was called. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  complete(): MaybePromise<boolean> {
    return this.#store.complete(this.#key, this.#token, this.#ttlMs);
  }

  /** `started` says whether any handler was started under it. */
  release(started = true): MaybePromise<boolean> {
    return this.#store.release(this.#key, this.#token, started);
  }
}
