import type { JournalRecord } from '../../foundations/contracts/journal';
import type { ReplayFailure, ReplayProgress, ReplaySummary } from '../../foundations/contracts/replay';
import type { Settled } from '../../foundations/delivery';
import { describeError } from '../../foundations/describe-error';
import { type Outcome, rowOf } from '../../foundations/outcomes';
import type { Replayed } from './replay-kept';
import type { Reached } from './replay-place';

const mostFailures = 20;
const mostCharacters = 1000;

/** A delivery that was begun. */
interface Begun {
  readonly position: string;
  readonly receivedAt: number;
  isFinished: boolean;
  hasFailed: boolean;
}

/** Counts what a replay does, and how far it is. */
export class ReplayTally {
  readonly #dryRun: boolean;
  #counts = { found: 0, ran: 0, failed: 0, skipped: 0, unclear: 0 };
  readonly #outcomes: Partial<Record<Outcome, number>> = {};
  readonly #handlers: Record<string, { ran: number; failed: number }> = Object.create(null) as Record<string, never>;
  readonly #failures: ReplayFailure[] = [];
  /** Those that are not finished with, and what came after the oldest of them. */
  readonly #begun: Begun[] = [];
  #upTo: Begun | undefined;
  /** Failures of earlier runs, and of this one until `#upTo`. What comes behind it is run again, and counted then. */
  #failedBefore = 0;
  #failedUpTo = 0;

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun;
  }

  /** How many were begun since the oldest that is not finished with. */
  get unfinished(): number {
    return this.#begun.length;
  }

  /** `undefined` as long as the oldest of this run is not finished with. */
  get reached(): Reached | undefined {
    if (this.#upTo === undefined) return undefined;
    return { after: this.#upTo.position, failed: this.#failedBefore + this.#failedUpTo };
  }

  /** To be called first by a replay that goes on. */
  goOnFrom({ failed }: Reached): void {
    this.#failedBefore = failed;
  }

  begin({ position, receivedAt }: JournalRecord): Begun {
    const begun = { position, receivedAt, isFinished: false, hasFailed: false };
    this.#begun.push(begun);
    return begun;
  }

  finish(begun: Begun): void {
    begun.isFinished = true;
    while (this.#begun[0]?.isFinished) {
      this.#upTo = this.#begun.shift();
      if (this.#upTo?.hasFailed) this.#failedUpTo += 1;
    }
  }

  /** Counts a delivery that ran nothing. In a dry run, counts the handlers that would run. */
  countPlan(plan: Outcome | readonly string[]): void {
    if (typeof plan === 'string') {
      this.#count(plan, 'skipped');
      return;
    }
    this.#counts.found += 1;
    this.#counts.ran += 1;
    for (const name of plan) this.#handler(name).ran += 1;
  }

  count(begun: Begun, { settled, report, isUnclear }: Replayed): void {
    const { outcome } = settled;
    const { succeeded, failures } = report;
    for (const name of succeeded) this.#handler(name).ran += 1;
    for (const { handler } of failures) this.#handler(handler).failed += 1;
    if (isUnclear) this.#counts.unclear += 1;
    if (outcome === 'failed') {
      begun.hasFailed = true;
      this.#count(outcome, 'failed');
      this.#noteFailures(settled);
    } else this.#count(outcome, succeeded.length > 0 || outcome === 'queued' ? 'ran' : 'skipped');
  }

  get progress(): ReplayProgress {
    const upTo = this.#upTo && new Date(this.#upTo.receivedAt);
    return { ...this.#counts, outcomes: { ...this.#outcomes }, upTo };
  }

  summary(interrupted: string | undefined): ReplaySummary {
    const handlers = Object.fromEntries(Object.entries(this.#handlers));
    const [dryRun, failures, failedBefore] = [this.#dryRun, this.#failures, this.#failedBefore];
    return { ...this.progress, dryRun, handlers, failures, failedBefore, interrupted };
  }

  #count(outcome: Outcome, as: 'ran' | 'failed' | 'skipped'): void {
    this.#counts.found += 1;
    this.#counts[as] += 1;
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
  }

  #handler(name: string): { ran: number; failed: number } {
    this.#handlers[name] ??= { ran: 0, failed: 0 };
    return this.#handlers[name];
  }

  #noteFailures({ outcome, details }: Settled): void {
    const { key = '', event, failures = [], reason = rowOf(outcome).title } = details;
    const told = failures.map(({ handler, error }) => ({ handler, message: describeError(error).message }));
    for (const { handler, message } of told.length > 0 ? told : [{ handler: undefined, message: reason }]) {
      if (this.#failures.length >= mostFailures) return;
      this.#failures.push({ key, event, handler, message: message.slice(0, mostCharacters) });
    }
  }
}
