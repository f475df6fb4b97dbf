import { setTimeout as pass } from 'node:timers/promises';
import { Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import type { EventLimits } from './event-limits';
import { failureReason } from './failure-reason';

/** A job that has been read: its handlers are ready to run. */
export interface OpenedJob {
  /** Of the body. */
  readonly bytes: number;
  readonly key: string;
  readonly event: string;
  /** Runs the handlers once. Never throws or rejects. */
  run(): MaybePromise<Settled>;
}

/** What jobs meet in a worker. */
export interface JobSettings {
  /** Reads a job; tells how it ended if that is as far as it gets. Never throws. */
  readonly open: (job: unknown) => OpenedJob | Settled;
  /** Told how an attempt ended, and what it waits for. `startedAt` is in the receiver's time. */
  readonly report: (settled: Settled, startedAt: number, bytes?: number) => void;
  readonly clock: { now(): number };
  /** How long an attempt may wait, all its waits together, before its handlers run. */
  readonly maxRunMs: number;
}

const verdicts: Readonly<Partial<Record<Outcome, 'done' | 'forget'>>> = {
  processed: 'done',
  duplicate: 'done',
  quarantined: 'done',
  // A repeat after the next deploy, which may bring a handler, has to be a new job.
  unhandled: 'forget',
};

const firstPauseMs = 1000;
const longestPauseMs = 10_000;
const shortestPauseMs = 100;

/**
 * One attempt of a job: resolves to what the engine may do with it, rejects with the reason when it has failed. One that
 * a closing worker did not bring to its end is no failure: a deploy must not use up attempts.
 */
export async function runJob(
  job: unknown,
  limits: EventLimits,
  closing: AbortSignal,
  settings: JobSettings,
): Promise<'done' | 'forget' | 'again'> {
  const { open, report, clock } = settings;
  const startedAt = clock.now();
  const opened = open(job);
  const bytes = opened instanceof Settled ? undefined : opened.bytes;
  const settled = opened instanceof Settled ? opened : await attempt(opened, limits, closing, settings);
  report(settled, startedAt, bytes);
  const verdict = verdicts[settled.outcome];
  if (verdict !== undefined) return verdict;
  if (closing.aborted) return 'again';
  throw failureReason(settled);
}

/**
 * Waits while another worker has the delivery, or the store is out of reach: that is nobody's failure, and must not use
 * up the attempts of every job there is.
 */
async function attempt(
  job: OpenedJob,
  limits: EventLimits,
  closing: AbortSignal,
  settings: JobSettings,
): Promise<Settled> {
  const startedAt = settings.clock.now();
  const until = performance.now() + settings.maxRunMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const settled = await runWithinLimit(job, limits, until, closing);
    const { outcome, details } = settled;
    const leftMs = until - performance.now();
    const waits = outcome === 'in-progress' || outcome === 'unavailable';
    if (!waits || leftMs <= 0 || closing.aborted) return settled;
    // An outage is told of when it begins, not a quarter of an hour later.
    if (outcome === 'unavailable' && pauseMs === firstPauseMs) settings.report(settled, startedAt, job.bytes);
    const wantedMs = Math.max(details.retryAfterMs ?? pauseMs, shortestPauseMs);
    await pass(Math.min(wantedMs, leftMs), undefined, { ref: false, signal: closing }).catch(() => undefined);
  }
}

/** A job that waits between two runs lets others of its event have the turn. */
async function runWithinLimit(
  job: OpenedJob,
  limits: EventLimits,
  until: number,
  closing: AbortSignal,
): Promise<Settled> {
  const { key, event } = job;
  if (!(await limits.acquire(event, until - performance.now(), closing))) {
    const reason = closing.aborted ? 'The receiver is closing.' : 'It waited maxRunMs for its turn (perEvent).';
    return new Settled('unavailable', { key, event, reason });
  }
  try {
    return await job.run();
  } finally {
    limits.release(event);
  }
}
