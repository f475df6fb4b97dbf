import type { Closing } from '../foundations/closing';
import type { Clock } from '../foundations/contracts/clock';
import type { JobPlan } from '../foundations/contracts/queue';
import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import type { TraceContext } from '../foundations/contracts/trace-context';
import { Settled, type SettledDetails } from '../foundations/delivery';
import { endOf, runIn } from '../foundations/guarded-telemetry';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Report } from '../foundations/measures';
import type { Outcome } from '../foundations/outcomes';
import { receiverIsClosing } from '../foundations/receiver-is-closing';
import type { EventLimits } from './event-limits';
import { failureReason } from './failure-reason';

/** A job that was read and whose handlers are ready to run. */
export interface OpenedJob {
  /** Length of the body. */
  readonly bytes: number;
  readonly event: string;
  /** What its line has if its handlers do not run. */
  readonly known: SettledDetails;
  readonly trace: TraceContext | undefined;
  /** Runs the handlers once. Never throws or rejects. */
  run(): MaybePromise<Settled>;
}

/** What a worker needs to run jobs. */
export interface JobSettings {
  /** Reads a job, or returns its outcome if it cannot run. Never throws. */
  readonly open: (job: unknown) => OpenedJob | Settled;
  /** Called when an attempt ends, and when it waits for a store. */
  readonly report: Report;
  readonly telemetry: TelemetryOfReceiver | undefined;
  readonly clock: Clock;
  /** How long an attempt may wait before its handlers run, over all its waits, in milliseconds. */
  readonly maxRunMs: number;
  /** How long a claim lasts without being extended. */
  readonly leaseMs: number;
}

/** What is known of a job that cannot be read. */
const noJob = { bytes: undefined, trace: undefined };

const verdicts: Readonly<Partial<Record<Outcome, 'done' | 'forget'>>> = {
  processed: 'done',
  duplicate: 'done',
  quarantined: 'done',
  // The next deploy may bring a handler, so a repeat has to be a new job.
  unhandled: 'forget',
};

const firstPauseMs = 1000;
const longestPauseMs = 10_000;
const shortestPauseMs = 100;
/** A worker that closes may extend its claim for a moment after it has given back the job. */
const leasesToWait = 2;

/**
 * Runs one attempt of a job. Resolves to what the engine should do next; rejects with the reason when the attempt
 * failed. If a closing worker breaks it off, it is not a failure: a deploy must not use up attempts.
 */
export async function runJob(
  job: unknown,
  plan: JobPlan | undefined,
  limits: EventLimits,
  closing: Closing,
  settings: JobSettings,
): Promise<'done' | 'forget' | 'again'> {
  const { open, report, telemetry, clock } = settings;
  const startedAt = clock.now();
  const opened = open(job);
  const { bytes, trace } = opened instanceof Settled ? noJob : opened;
  const followed = telemetry?.job({ waitedMs: 0, bytes, trace });
  const settled = await runIn(followed, () =>
    opened instanceof Settled ? opened : attempt(opened, limits, closing, settings),
  );
  const verdict = verdicts[settled.outcome] ?? (closing.hasBegun ? 'again' : undefined);
  const told = verdict === undefined ? planned(settled, plan, clock) : settled;
  report(told, { startedAt, bytes });
  followed?.end(endOf(told));
  if (verdict !== undefined) return verdict;
  throw failureReason(settled);
}

/** A failed attempt, with what the engine will do. */
function planned(settled: Settled, plan: JobPlan | undefined, clock: JobSettings['clock']): Settled {
  if (plan === undefined) return settled;
  const { retryInMs } = plan;
  const next = retryInMs === undefined ? { isLastAttempt: true } : { nextAttemptAt: new Date(clock.now() + retryInMs) };
  return new Settled(settled.outcome, { ...settled.details, ...next });
}

/**
 * Waits while another worker has the delivery or the store is unavailable. Neither is a failure of the job, and an
 * outage must not use up the attempts of every job.
 */
async function attempt(job: OpenedJob, limits: EventLimits, closing: Closing, settings: JobSettings): Promise<Settled> {
  const { clock, maxRunMs, leaseMs } = settings;
  const startedAt = clock.now();
  const begun = performance.now();
  // The claim of a worker that is gone lasts as long as its lease, even if no handler may run that long.
  const longestClaimMs = leasesToWait * leaseMs;
  let until = begun + maxRunMs;
  let isOutageTold = false;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const settled = await runWithinLimit(job, limits, until, closing);
    const { outcome, details } = settled;
    if (outcome === 'in-progress') until = Math.max(until, begun + longestClaimMs);
    const leftMs = until - performance.now();
    const waits = outcome === 'in-progress' || outcome === 'unavailable';
    if (!waits || leftMs <= 0 || closing.hasBegun) return settled;
    // An outage is reported when it begins, not after maxRunMs.
    if (outcome === 'unavailable' && !isOutageTold) {
      isOutageTold = true;
      settings.report(settled, { startedAt, bytes: job.bytes });
    }
    const wantedMs = Math.max(details.retryAfterMs ?? pauseMs, shortestPauseMs);
    await closing.pause(Math.min(wantedMs, leftMs));
  }
}

/** Runs a job in a place of its event's limit. Between two runs, other jobs of the event get the place. */
async function runWithinLimit(job: OpenedJob, limits: EventLimits, until: number, closing: Closing): Promise<Settled> {
  const { event, known } = job;
  if (!(await limits.acquire(event, until - performance.now(), closing))) {
    const reason = closing.hasBegun ? receiverIsClosing : 'It waited maxRunMs for a place (perEvent).';
    return new Settled('unavailable', { ...known, reason });
  }
  try {
    return await job.run();
  } finally {
    limits.release(event);
  }
}
