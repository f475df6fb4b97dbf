import type { ClaimedWork, KnownDelivery, RunProgress } from '../deduplication/claimed-work';
import type { HeldClaim } from '../deduplication/held-claim';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import type { RunReport, Settled } from '../foundations/delivery';
import { type MaybePromise, whenReady } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import { type ContextSource, DeliveryContext } from '../handlers/context';
import { type DispatchProgress, dispatch } from '../handlers/dispatch';
import { followHandlers } from '../handlers/follow-handlers';
import { type NamedHandler, notDone } from '../handlers/registry';
import type { MatchedHandlers } from './match-handlers';
import type { DeliveryParts } from './parts';

/** Handlers, their arguments and their deadline. */
export interface HandlersToRun extends MatchedHandlers {
  /** Whether a queue holds the delivery until its outcome is known. */
  readonly isQueued?: boolean | undefined;
  readonly source: ContextSource;
  /** When the answer stops waiting for them, on the receiver's clock. */
  readonly deadline: number;
  readonly replay?: ReplayedRun | undefined;
}

/** What is different for a delivery of the journal. */
export interface ReplayedRun {
  /** Whether handlers run that the store has as done. */
  readonly force: boolean;
  /** The claim under which replays remember what they have run. */
  readonly ledger: HeldClaim;
  /** What is recorded there of a handler that has succeeded. */
  readonly inLedger: (handler: string) => readonly string[];
  /** Whether no handler is left to run, once these have succeeded. */
  readonly areAll: (succeeded: readonly string[]) => boolean;
  /** Called when its handlers have ended, also after `maxRunMs`. */
  readonly onEnded: (report: RunReport) => void;
}

/** Runs handlers under a claim on their delivery, without a time limit. */
export function runHandlers(run: HandlersToRun, parts: DeliveryParts): MaybePromise<Settled> {
  return parts.once.run(new HandlerRun(run, parts));
}

/** The progress of handlers before they are all started. */
export const notStarted: RunProgress = { running: [], succeeded: [], failures: [] };

/** What is known of a delivery that has a context. */
export function knownOf({ event, key, tenant, raw, replayed }: ContextSource): KnownDelivery {
  return { event, key, tenant, params: raw.params, replayed };
}

/** The handlers of a delivery, run under a claim. */
export class HandlerRun implements ClaimedWork, DispatchProgress {
  readonly #run: HandlersToRun;
  readonly #telemetry: TelemetryOfReceiver | undefined;
  readonly #clock: DeliveryParts['clock'];
  readonly key: string;
  readonly known: KnownDelivery;
  readonly success: Outcome;
  readonly isQueued: boolean | undefined;
  readonly kept: MaybePromise<Settled | undefined>;
  #claim: HeldClaim | undefined;
  #due: readonly NamedHandler[] = [];
  #report: RunReport | undefined;
  /** What the handlers of a replay did, once they have ended. */
  ended: RunReport | undefined;

  constructor(run: HandlersToRun, { telemetry, clock, kept }: DeliveryParts) {
    this.#run = run;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.key = run.source.key;
    this.known = knownOf(run.source);
    this.success = run.success;
    this.isQueued = run.isQueued;
    this.kept = kept;
  }

  /** Handlers that all end at once have none: the report alone tells of them. */
  get progress(): RunProgress {
    const attempt = this.#claim?.attempt;
    if (this.#report === undefined) return { attempt, ...notStarted };
    const { failures, succeeded } = this.#report;
    const ended = new Set([...succeeded, ...failures.map(({ handler }) => handler)]);
    const running = this.#due.map(({ name }) => name).filter((name) => !ended.has(name));
    return { attempt, running, succeeded, failures };
  }

  msLeft(): number {
    return this.#run.deadline - this.#clock.now();
  }

  run(claim: HeldClaim, succeeded: readonly string[]): MaybePromise<RunReport> {
    const { handlers, subject, source, replay } = this.#run;
    this.#claim = claim;
    this.#due = notDone(handlers, succeeded, { force: replay?.force === true });
    const started =
      this.#telemetry === undefined ? this.#due : followHandlers(this.#due, source.event, this.#telemetry);
    const report = dispatch(started, subject, new DeliveryContext(source, claim), this);
    return replay === undefined ? report : whenReady(report, (ended) => this.#recordAll(ended, claim, replay));
  }

  completes(succeeded: readonly string[]): boolean {
    return this.#run.replay?.areAll(succeeded) ?? true;
  }

  record(handler: string): MaybePromise<void> {
    const { replay } = this.#run;
    return replay === undefined ? this.#claim?.record(handler) : this.#recordReplayed(handler, replay);
  }

  /** A replay may end without completing the delivery, so its last success is recorded like the others. */
  async #recordAll(
    report: RunReport,
    claim: HeldClaim,
    { ledger, inLedger, onEnded }: ReplayedRun,
  ): Promise<RunReport> {
    this.ended = report;
    onEnded(report);
    for (const handler of claim.unrecorded(report.succeeded)) await claim.record(handler);
    for (const note of ledger.unrecorded(report.succeeded.flatMap(inLedger))) await ledger.record(note);
    return report;
  }

  async #recordReplayed(handler: string, { ledger, inLedger }: ReplayedRun): Promise<void> {
    await this.#claim?.record(handler);
    for (const note of inLedger(handler)) await ledger.record(note);
  }

  started(report: RunReport): void {
    this.#report = report;
  }
}
