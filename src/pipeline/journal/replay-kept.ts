import { hash } from 'node:crypto';
import type { ClaimedWork, KnownDelivery, RunProgress } from '../../deduplication/claimed-work';
import type { HeldClaim } from '../../deduplication/held-claim';
import { type EventDelivery, type RunReport, Settled } from '../../foundations/delivery';
import type { Outcome } from '../../foundations/outcomes';
import type { ContextSource } from '../../handlers/context';
import { endIsKnown, handlersIn, ranBy } from '../../handlers/ledger-notes';
import { type NamedHandler, notDone } from '../../handlers/registry';
import type { PipelineParts } from '../parts';
import { HandlerRun, knownOf, notStarted } from '../run-handlers';
import { type KnownEnd, planReplay, type ReplayOrder, type ReplayPlan } from './plan-replay';

/** A delivery of the journal, and what to run of it. */
export interface DeliveryToReplay {
  /** Its bytes, as they are read now. */
  readonly read: EventDelivery | Settled;
  readonly source: ContextSource;
  readonly order: ReplayOrder;
  readonly known: KnownEnd;
  /** Key of the queue's job that it is in, whose attempts run each handler once, also with `force`. @default none */
  readonly jobKey?: string | undefined;
}

/** How a replay of one delivery ended. */
export interface Replayed {
  /** `in-progress` and `unavailable` mean that it should be tried again. */
  readonly settled: Settled;
  /** What ran. */
  readonly report: RunReport;
  /** Whether it is done, and nobody knows by which handlers. */
  readonly isUnclear: boolean;
}

/**
 * Outcomes with which the journal names every handler that a delivery is done by. Any other outcome of a delivery that
 * the store has as done says that the journal was not told its end.
 */
const endings: ReadonlySet<Outcome | undefined> = new Set<Outcome>(['processed', 'quarantined', 'ignored']);

const nothing: RunReport = { failures: [], succeeded: [] };

/** Runs what is to run of a delivery. Never rejects. */
export async function replayKept(delivery: DeliveryToReplay, parts: PipelineParts): Promise<Replayed> {
  const plan = planReplay(delivery.read, delivery.order, delivery.known, parts.registry);
  if (typeof plan === 'object') {
    const run = new LedgerRun(delivery, plan, parts);
    return run.conclude(await parts.replays.run(run));
  }
  const { source, read } = delivery;
  const details = read instanceof Settled ? read.details : {};
  return { settled: new Settled(plan, { ...details, ...knownOf(source) }), report: nothing, isUnclear: false };
}

/**
 * Runs handlers again, each once. Two claims keep it from running beside others:
 * - one on the *ledger*, a key of its own that is never completed, so that the store keeps the names of the handlers
 *   that replays have run. A finished delivery has no names in the store.
 * - one on the delivery, so that neither a live copy nor a repeat runs meanwhile. If it is done, nothing live can run,
 *   and the journal says by which handlers it is done.
 */
class LedgerRun implements ClaimedWork {
  readonly key: string;
  readonly known: KnownDelivery;
  readonly success: Outcome;
  readonly isQueued: boolean;
  readonly #delivery: DeliveryToReplay;
  readonly #plan: ReplayPlan;
  readonly #parts: PipelineParts;
  readonly #deadline: number;
  /** What the journal knows of the delivery's end. */
  #end: KnownEnd;
  #inner: HandlerRun | undefined;
  /** Why nothing runs now, or what still runs. */
  #stopped: Settled | undefined;
  #isUnclear = false;
  /** Under the ledger's claim alone. */
  #isAlone = false;
  #isConcluded = false;
  /** Every handler that is done, by the journal, the ledger or the store. */
  #done: readonly string[] = [];
  /** What the ledger held before. */
  #ledger: readonly string[] = [];

  constructor(delivery: DeliveryToReplay, plan: ReplayPlan, parts: PipelineParts) {
    this.#delivery = delivery;
    this.#plan = plan;
    this.#parts = parts;
    this.#end = delivery.known;
    this.#deadline = performance.now() + parts.timeoutMs;
    this.known = knownOf(delivery.source);
    this.success = plan.success;
    this.isQueued = delivery.jobKey !== undefined;
    this.key = hash('sha256', `replays of ${this.known.key}`);
  }

  get isCountedElsewhere(): boolean {
    return !this.#isAlone;
  }
  get progress(): RunProgress {
    return this.#inner?.progress ?? notStarted;
  }

  msLeft(): number {
    return this.#deadline - performance.now();
  }

  completes(): boolean {
    return false;
  }

  async run(ledger: HeldClaim, before: readonly string[]): Promise<RunReport> {
    this.#ledger = before;
    this.#done = handlersIn([...this.#end.succeeded, ...before]);
    const inner = this.#runOf(ledger);
    if (inner === undefined) return nothing;
    const settled = await this.#parts.once.run(inner);
    if (settled.outcome !== 'duplicate') return this.#reportOf(inner, settled);
    // It is done, so nothing live runs any more. Only the journal can say by which handlers.
    if (!endings.has(this.#end.outcome) && !(await this.#askAgain())) return nothing;
    // Since the ledger was told, only a failed replay changes the outcome. Any other one is of an entry that was forgotten
    // and kept anew.
    const wasKnown = this.#canAsk && before.includes(endIsKnown) && this.#end.outcome === 'failed';
    const isClear = endings.has(this.#end.outcome) || wasKnown;
    this.#isUnclear = !isClear && !this.#delivery.order.force;
    if (this.#isUnclear) return nothing;
    if (isClear) await ledger.record(endIsKnown);
    this.#done = handlersIn([...this.#end.succeeded, ...before]);
    this.#isAlone = true;
    return await (this.#runOf(ledger)?.run(ledger, []) ?? nothing);
  }

  /** The handlers that are not done, as a run; `undefined` if there are none. */
  #runOf(ledger: HeldClaim): HandlerRun | undefined {
    const { source, order, jobKey } = this.#delivery;
    const { clock, timeoutMs } = this.#parts;
    const handlers = notDone(this.#plan.due, this.#done, order).filter((handler) => !this.#hasRun(handler));
    if (handlers.length === 0) return undefined;
    const { subject, success } = this.#plan;
    const areAll = (succeeded: readonly string[]): boolean => this.#areAll([...this.#done, ...succeeded]);
    const inLedger = (name: string): readonly string[] =>
      order.force && jobKey !== undefined ? [name, ranBy(jobKey, name)] : [name];
    const replay = { force: order.force, ledger, inLedger, areAll, onEnded: this.#onEnded };
    const deadline = clock.now() + timeoutMs;
    const { isQueued } = this;
    this.#inner = new HandlerRun({ handlers, subject, success, isQueued, source, deadline, replay }, this.#parts);
    return this.#inner;
  }

  /** Whether an earlier attempt of the same job has run it. */
  #hasRun({ name }: NamedHandler): boolean {
    const { jobKey } = this.#delivery;
    return jobKey !== undefined && this.#ledger.includes(ranBy(jobKey, name));
  }

  #areAll(done: readonly string[]): boolean {
    return this.#plan.all.every((name) => done.includes(name));
  }

  #reportOf({ ended }: HandlerRun, settled: Settled): RunReport {
    this.#done = [...this.#done, ...(settled.details.succeeded ?? [])];
    if (ended === undefined) this.#stopped = settled;
    return ended ?? nothing;
  }

  get #canAsk(): boolean {
    return this.#parts.journaling !== undefined;
  }

  /** The record may have been read before the delivery ended. Resolves to whether the journal answered. */
  async #askAgain(): Promise<boolean> {
    try {
      this.#end = (await this.#parts.journaling?.endOf(this.known.key)) ?? this.#end;
      return true;
    } catch (cause) {
      const reason = 'The journal could not be asked.';
      this.#stopped = new Settled('unavailable', { ...this.known, cause, reason });
      return false;
    }
  }

  /**
   * Called when handlers have ended. If that is after `maxRunMs`, the replay has moved on, and their end is noted here.
   */
  readonly #onEnded = ({ failures, succeeded }: RunReport): void => {
    if (this.#isConcluded) this.#noteEnd(failures.length === 0 ? this.success : 'failed', succeeded);
  };

  conclude({ outcome, details }: Settled): Replayed {
    this.#isConcluded = true;
    // The handlers' own claim counts them, not the ledger's.
    const settled = new Settled(outcome, { ...details, attempt: this.#inner?.progress.attempt });
    const report = this.#inner?.ended ?? nothing;
    const isUnclear = this.#isUnclear;
    if (this.#stopped !== undefined) {
      if (this.#stopped.outcome === 'failed') this.#noteEnd('failed', []);
      return { settled: this.#stopped, report, isUnclear };
    }
    if (settled.outcome !== this.success && settled.outcome !== 'failed') return { settled, report, isUnclear };
    const { failures, succeeded } = report;
    const ranNothing = failures.length === 0 && succeeded.length === 0 && settled.outcome !== 'failed';
    if (ranNothing) return { settled: new Settled('duplicate', settled.details), report, isUnclear };
    this.#noteEnd(settled.outcome, succeeded);
    return { settled, report, isUnclear };
  }

  /** As long as other handlers are left, the delivery has ended as it did before. */
  #noteEnd(outcome: Outcome, succeeded: readonly string[]): void {
    const done = [...new Set([...this.#done, ...succeeded])];
    const isWhole = outcome === 'failed' || this.#areAll(done);
    const told = isWhole ? outcome : (this.#end.outcome ?? 'failed');
    this.#parts.journaling?.addEnd(this.known.key, told, done);
  }
}
