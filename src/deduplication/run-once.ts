import { DeferredTimer } from '../foundations/deferred-timer';
import { causeOf, type RunReport, Settled, type SettledDetails } from '../foundations/delivery';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import { receiverIsClosing } from '../foundations/receiver-is-closing';
import { atMost } from '../foundations/timeouts';
import type { ClaimedWork, RunProgress } from './claimed-work';
import { endClaim, msToWrite } from './end-claim';
import { type ClaimKeeping, HeldClaim, jobProgressMs, leaseMs } from './held-claim';
import { OverrunRuns } from './overrun-runs';
import { PendingWrites } from './pending-writes';

/** How long `drain` waits for aborted handlers, in milliseconds. */
export const afterAbortMs = 1000;

export interface RunOnceOptions extends ClaimKeeping {
  /** How long handlers may run before their claim is given up. */
  readonly maxRunMs: number;
  /** `false` if every copy runs: copies do not join, and the store remembers nothing. */
  readonly remembers: boolean;
  /** Called when handlers end after `maxRunMs`. Their delivery has already failed. */
  readonly late: (settled: Settled) => void;
}

/** Runs a delivery's handlers under a claim, so that copies and repeats do not run them again. */
export class RunOnce {
  readonly #options: RunOnceOptions;
  readonly #jobKeeping: ClaimKeeping;
  /** Runs that copies can join, by key. */
  readonly #joinable = new Map<string, Promise<Settled>>();
  /** What runs, and for a copy that joined, what runs in its place. */
  readonly #inFlight = new Map<Promise<Settled>, ClaimedWork>();
  readonly #held = new Map<HeldClaim, { readonly work: ClaimedWork; readonly finished: Promise<unknown> }>();
  readonly #pending: PendingWrites;
  readonly #overrun = new OverrunRuns();
  /** Successes that are being recorded. */
  readonly #recording = new Set<Promise<unknown>>();
  #draining = false;
  /** When a drain aborts what runs, by `performance.now()`. */
  #abortAt = Number.POSITIVE_INFINITY;

  constructor(options: RunOnceOptions) {
    this.#options = options;
    this.#jobKeeping = { ...options, progressMs: Math.max(options.ttlMs, jobProgressMs) };
    this.#pending = new PendingWrites(options.outbox);
  }

  /** How many deliveries' handlers run now, answered or not. */
  get running(): number {
    return [...this.#held.values()].filter(({ work }) => !work.isCountedElsewhere).length;
  }

  /** Copies that come while the first runs get its outcome. Never throws or rejects. */
  run(work: ClaimedWork): MaybePromise<Settled> {
    // A replay runs other handlers than a live run would, so no copy joins it, and it joins none.
    const remembers = this.#options.remembers && !work.known.replayed;
    const joined = remembers ? this.#joinable.get(work.key) : undefined;
    if (joined !== undefined) return this.#join(joined);
    const settled = this.#claimAndRun(work);
    if (settled instanceof Promise) this.#keepInFlight(settled, work, remembers ? work.key : undefined);
    return settled;
  }

  /** How far a delivery has come, by what `run` returned. */
  progressOf(settled: Promise<Settled>): RunProgress | undefined {
    return this.#inFlight.get(settled)?.progress;
  }

  #join(first: Promise<Settled>): Promise<Settled> {
    const shared = first.then(sharedWithCopy);
    const work = this.#inFlight.get(first);
    if (work !== undefined) this.#keepInFlight(shared, work, undefined);
    return shared;
  }

  /** Not inside `run`, so that the kept functions do not refer to the delivery. */
  #keepInFlight(settled: Promise<Settled>, work: ClaimedWork, key: string | undefined): void {
    this.#inFlight.set(settled, work);
    if (key !== undefined) this.#joinable.set(key, settled);
    const forget = (): void => {
      this.#inFlight.delete(settled);
      if (key !== undefined && this.#joinable.get(key) === settled) this.#joinable.delete(key);
    };
    settled.then(forget, forget);
  }

  #claimAndRun(work: ClaimedWork): MaybePromise<Settled> {
    const knownBefore = this.#knownOf(work.key);
    return whenReady(this.#claim(work), (claim) =>
      claim instanceof Settled ? claim : this.#runUnder(claim, work, knownBefore),
    );
  }

  /**
   * Claim before dispatch: two copies can land in the same millisecond, and only the store can say which came first. A
   * crash frees the claim when its lease ends.
   */
  #claim(work: ClaimedWork): MaybePromise<HeldClaim | Settled> {
    if (this.#draining) return this.#settle(work, 'unavailable', { reason: receiverIsClosing });
    const { key } = work;
    if (this.#pending.get(key)?.done) return this.#duplicateOf(work);
    const keeping = work.isQueued ? this.#jobKeeping : this.#options;
    const { store, ttlMs, progressMs = ttlMs } = keeping;
    const asked = performance.now();
    const claimed = recovered(
      () => store.claim(key, leaseMs, progressMs),
      (cause) => this.#settle(work, 'unavailable', { cause, reason: 'The delivery store could not be asked.' }),
    );
    return whenReady(claimed, (answer) => {
      if (answer instanceof Settled) return answer;
      if (answer === 'done') return this.#duplicateOf(work);
      if ('running' in answer)
        return this.#settle(work, 'in-progress', { retryAfterMs: Math.min(answer.retryAfterMs, leaseMs) });
      return new HeldClaim(keeping, key, answer, asked);
    });
  }

  /** Runs the handlers, or gives the claim back if they must not run. */
  #runUnder(claim: HeldClaim, work: ClaimedWork, knownBefore: readonly string[]): MaybePromise<Settled> {
    return whenReady(work.kept, (refused) => {
      if (refused !== undefined) return this.#giveBack(claim, refused);
      // A process that was frozen meanwhile gets the answer late, and another one may hold the claim.
      const reason = this.#draining ? receiverIsClosing : claim.hasLapsed ? 'The claim came too late.' : undefined;
      if (reason !== undefined) return this.#giveBack(claim, this.#settle(work, 'unavailable', { reason }));
      // A success known before may have been recorded and forgotten since then, too late for this answer.
      const succeeded = [...claim.succeeded, ...knownBefore, ...this.#knownOf(work.key)];
      const report = work.run(claim, succeeded);
      return report instanceof Promise ? this.#watch(work, claim, report) : this.#finish(work, claim, report);
    });
  }

  #duplicateOf(work: ClaimedWork): MaybePromise<Settled> {
    return whenReady(work.kept, (refused) => refused ?? this.#settle(work, 'duplicate'));
  }

  /** Handlers that succeeded in this process, of which the store may not know yet. */
  #knownOf(key: string): readonly string[] {
    return [...(this.#pending.get(key)?.succeeded ?? []), ...this.#overrun.succeededIn(key)];
  }

  #settle(work: ClaimedWork, outcome: Outcome, details: SettledDetails = {}): Settled {
    return new Settled(outcome, { ...work.known, ...details });
  }

  /** Gives back a claim under which nothing ran, so that a repeat elsewhere need not wait for its lease. */
  #giveBack(claim: HeldClaim, settled: Settled): MaybePromise<Settled> {
    const released = recovered(
      () => claim.release(false),
      () => undefined,
    );
    return whenReady(released, () => settled);
  }

  /** Keeps the claim alive while handlers run, for at most `maxRunMs`. A later end is still recorded. */
  #watch(work: ClaimedWork, claim: HeldClaim, report: Promise<RunReport>): Promise<Settled> {
    claim.keepExtending();
    const { maxRunMs, late, remembers } = this.#options;
    return new Promise((resolve) => {
      let forgetOverrun: (() => void) | undefined;
      let failuresTold = 0;
      const giveUp = (): void => {
        // Where every copy runs, a repeat runs what has succeeded here as well.
        forgetOverrun = remembers ? this.#overrun.add(work.key, work) : () => undefined;
        claim.stopExtending();
        const cause = new Error(`Handlers were still running after maxRunMs (${maxRunMs}).`);
        claim.abort(cause);
        // What still runs may never end, so what the others did is told now.
        const { running, failures, succeeded } = work.progress;
        failuresTold = failures.length;
        const soFar = { running, failures: [...failures], succeeded: [...claim.succeeded, ...succeeded] };
        const details = { attempt: claim.attempt, ...soFar, cause, reason: cause.message };
        resolve(this.#settle(work, 'failed', details));
      };
      const overrun = new DeferredTimer(() => setTimeout(giveUp, maxRunMs));
      const conclude = (settled: Settled): void => {
        overrun.clear();
        this.#held.delete(claim);
        forgetOverrun?.();
        if (forgetOverrun === undefined) resolve(settled);
        else late(new Settled(settled.outcome, { ...settled.details, failuresTold }));
      };
      const finished = report.then((ran) => {
        claim.stopExtending();
        return whenReady(this.#finish(work, claim, ran), conclude);
      });
      this.#held.set(claim, { work, finished });
    });
  }

  #finish(work: ClaimedWork, claim: HeldClaim, { failures, succeeded }: RunReport): MaybePromise<Settled> {
    claim.endRun();
    const outcome = failures.length === 0 ? work.success : 'failed';
    const all = [...claim.succeeded, ...succeeded];
    const done = failures.length === 0 && work.completes(all);
    const settled = this.#settle(work, outcome, { attempt: claim.attempt, failures, succeeded: all });
    const recorded = whenReady(endClaim(claim, { work, succeeded, done }), (end) => {
      if (end === 'held') return undefined;
      // The successes are facts and must still be recorded.
      if (end === 'lost') claim.forgetRecorded();
      const writing = this.#pending.write(work.key, { claim, succeeded: all, done });
      return done ? atMost(msToWrite(work), writing) : undefined;
    });
    if (!done || !work.isQueued || !(recorded instanceof Promise)) return whenReady(recorded, () => settled);
    this.#recording.add(recorded);
    void recorded.finally(() => this.#recording.delete(recorded));
    return settled;
  }

  /**
   * Starts no more handlers. Resolves when nothing runs and every fact is written. After `graceMs` it aborts running
   * handlers and waits a moment for their end: a claim that they give back needs no wait for its lease elsewhere. A
   * further call waits no longer than an earlier one.
   */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    this.#abortAt = Math.min(this.#abortAt, performance.now() + graceMs);
    const idle = this.#idle();
    await atMost(this.#abortAt - performance.now(), idle);
    for (const claim of this.#held.keys()) claim.abort(new Error('The receiver was closed.'));
    await atMost(this.#abortAt + afterAbortMs - performance.now(), idle);
  }

  async #idle(): Promise<void> {
    await Promise.allSettled([...[...this.#held.values()].map(({ finished }) => finished), ...this.#inFlight.keys()]);
    await Promise.allSettled(this.#recording);
    await Promise.allSettled(this.#pending.writing);
  }
}

/** The outcome for a copy that joined a run. It leaves out the failures, which are reported once. */
function sharedWithCopy({ outcome, details }: Settled): Settled {
  const { failures = [], ...others } = details;
  return new Settled(outcome, { cause: causeOf(failures), ...others, joined: true });
}
