import type { DeliveryStore } from '../contracts';
import { type HandlerFailure, Settled } from '../delivery';
import { type MaybePromise, recovered, whenReady } from '../maybe-promise';
import type { Outcome } from '../outcomes';
import { HeldClaim, leaseMs } from './held-claim';
import { Unwritten } from './unwritten';

/** What the handlers of a delivery did. */
export interface RunReport {
  readonly failures: readonly HandlerFailure[];
  /** Names of the handlers that succeeded in this run. */
  readonly succeeded: readonly string[];
}

/** A delivery's handlers, ready to run. */
export interface Work {
  readonly key: string;
  /** Event name, for the log. */
  readonly event: string | undefined;
  /** The outcome when every handler has succeeded. */
  readonly success: Outcome;
  /** Until when a success that cannot be written is held back, in milliseconds since 1970. */
  readonly deadline: number;
  /** Runs the handlers that have not succeeded before. Never throws or rejects. */
  run(claim: HeldClaim, succeeded: readonly string[]): MaybePromise<RunReport>;
}

export interface RunOnceOptions {
  readonly store: DeliveryStore;
  /** How long a delivery that is done is remembered. */
  readonly ttlMs: number;
  /** How long handlers may run before their claim is let go. */
  readonly maxRunMs: number;
  /** Whether copies that arrive while the first runs join it. */
  readonly join: boolean;
}

/** Runs a delivery's handlers under a claim, so that copies and repeats do not. */
export class RunOnce {
  readonly #options: RunOnceOptions;
  readonly #inFlight = new Map<string, Promise<Settled>>();
  readonly #held = new Map<HeldClaim, Promise<unknown>>();
  readonly #unwritten = new Unwritten();

  constructor(options: RunOnceOptions) {
    this.#options = options;
  }

  /** Never throws or rejects. Copies that come while the first runs are answered with its outcome. */
  run(work: Work): MaybePromise<Settled> {
    const joined = this.#options.join ? this.#inFlight.get(work.key) : undefined;
    if (joined !== undefined) {
      return joined.then(({ outcome, details }) => new Settled(outcome, { ...details, failures: [], joined: true }));
    }
    const settled = this.#claimAndRun(work);
    if (!(settled instanceof Promise)) return settled;
    this.#inFlight.set(work.key, settled);
    return settled.finally(() => {
      if (this.#inFlight.get(work.key) === settled) this.#inFlight.delete(work.key);
    });
  }

  #claimAndRun(work: Work): MaybePromise<Settled> {
    const { key, event } = work;
    const unwritten = this.#unwritten.get(key);
    if (unwritten?.done) return new Settled('duplicate', { key, event });
    const { store, ttlMs } = this.#options;
    // Claim before dispatch: two copies can land in the same millisecond, and only the store can say which came
    // first. A crash frees the claim when its lease ends.
    const claimed = recovered(
      () => store.claim(key, leaseMs, ttlMs),
      (cause) => new Settled('unavailable', { key, event, cause, reason: 'The delivery store could not be asked.' }),
    );
    return whenReady(claimed, (answer) => {
      if (answer instanceof Settled) return answer;
      if (answer === 'done') return new Settled('duplicate', { key, event });
      if ('running' in answer) return new Settled('in-progress', { key, event, retryAfterMs: answer.retryAfterMs });
      const claim = new HeldClaim(store, key, answer);
      const succeeded = unwritten === undefined ? answer.succeeded : [...answer.succeeded, ...unwritten.succeeded];
      const report = work.run(claim, succeeded);
      return report instanceof Promise ? this.#watch(work, claim, report) : this.#finish(work, claim, report);
    });
  }

  /** Keeps the claim alive while handlers run, for `maxRunMs` at most. A later finish is recorded all the same. */
  #watch(work: Work, claim: HeldClaim, report: Promise<RunReport>): Promise<Settled> {
    claim.keepExtending();
    const finished = report.then((ran) => {
      claim.stopExtending();
      return this.#finish(work, claim, ran);
    });
    this.#held.set(claim, finished);
    const { maxRunMs } = this.#options;
    return new Promise((resolve) => {
      const overrun = setTimeout(() => {
        claim.stopExtending();
        const cause = new Error(`Handlers were still running after maxRunMs (${maxRunMs}).`);
        claim.abort(cause);
        const { key, event } = work;
        resolve(new Settled('failed', { key, event, attempt: claim.attempt, cause, reason: cause.message }));
      }, maxRunMs).unref();
      void finished.then((settled) => {
        clearTimeout(overrun);
        this.#held.delete(claim);
        resolve(settled);
      });
    });
  }

  #finish(work: Work, claim: HeldClaim, { failures, succeeded }: RunReport): MaybePromise<Settled> {
    const { key, event } = work;
    const done = failures.length === 0;
    const settled = new Settled(done ? work.success : 'failed', { key, event, attempt: claim.attempt, failures });
    const { ttlMs } = this.#options;
    const untold = done ? [] : claim.unrecorded(succeeded);
    const told = recovered<boolean, 'untold'>(
      () => (untold.length > 0 ? Promise.reject(new Error()) : done ? claim.complete(ttlMs) : claim.release()),
      () => 'untold',
    );
    return whenReady(told, (held) => {
      if (held === true) return settled;
      // The claim was lost, or the store is out of reach: the successes are facts that it must still learn.
      const writing = this.#unwritten.write(key, { claim, succeeded, done, ttlMs });
      return done ? Promise.race([writing, until(work.deadline)]).then(() => settled) : settled;
    });
  }

  /** Resolves when nothing runs any more, or after `graceMs` and an abort of what still does. */
  async drain(graceMs: number): Promise<void> {
    const idle = Promise.all([...this.#held.values(), ...this.#inFlight.values()]);
    await Promise.race([idle, until(Date.now() + graceMs)]);
    for (const claim of this.#held.keys()) claim.abort(new Error('The receiver was closed.'));
  }
}

function until(deadline: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, deadline - Date.now())).unref());
}
