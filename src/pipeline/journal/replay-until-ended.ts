import type { Closing } from '../../foundations/closing';
import type { Settled } from '../../foundations/delivery';
import { endOf, runIn } from '../../foundations/guarded-telemetry';
import type { Report } from '../../foundations/measures';
import type { PipelineParts } from '../parts';
import { attemptReplay, type RecordToReplay } from './attempt-replay';
import type { Removals } from './removals';
import type { Replayed } from './replay-kept';

const firstPauseMs = 50;
const longestPauseMs = 2000;
/** How long a delivery is waited for that is being handled elsewhere: twice a lease, for one that a crash left behind. */
const patienceMs = 30_000;
/** How long a store or a queue is waited for that is out of reach. */
const outagePatienceMs = 60_000;

/** What ends the tries of a delivery early. */
export interface EarlyEnds {
  readonly removals: Removals;
  readonly closing: Closing;
  /** Called when a store or a queue has been out of reach for too long. It begins `closing`. */
  readonly giveUp: (reason: string) => void;
}

/**
 * Tries to replay a delivery until it has ended, and reports it if it ran a handler. Resolves to `undefined` if the replay is stopped before, and to `forgotten` if
 * the delivery was removed from the journal meanwhile. Never rejects.
 */
export async function replayUntilEnded(
  delivery: RecordToReplay,
  parts: PipelineParts,
  report: Report,
  { removals, closing, giveUp }: EarlyEnds,
): Promise<Replayed | 'forgotten' | undefined> {
  const { clock, telemetry } = parts;
  const { record } = delivery;
  const bytes = record.rawBody.length;
  const startedAt = clock.now();
  const begun = performance.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (removals.include(record)) return 'forgotten';
    const followed = telemetry?.job({ waitedMs: 0, bytes, trace: undefined });
    const ended = await runIn(followed, () => attemptReplay(delivery, parts));
    followed?.end(endOf(ended.settled));
    const { outcome, details } = ended.settled;
    if (outcome !== 'in-progress' && outcome !== 'unavailable') {
      if (!isSkipped(ended)) report(ended.settled, { startedAt, bytes });
      return ended;
    }
    const waitedMs = performance.now() - begun;
    if (outcome === 'in-progress' && waitedMs > patienceMs) return ended;
    if (outcome === 'unavailable' && waitedMs > outagePatienceMs) giveUp(reasonOf(ended.settled));
    if (closing.hasBegun) return undefined;
    await closing.pause(Math.min(pauseMs, details.retryAfterMs ?? pauseMs), { keepsAlive: true });
    if (closing.hasBegun) return undefined;
  }
}

/** Whether nothing was run, so that nothing is to report. */
function isSkipped({ settled, report }: Replayed): boolean {
  const isNothing = report.succeeded.length === 0 && report.failures.length === 0;
  return isNothing && settled.outcome !== 'queued' && settled.outcome !== 'failed';
}

function reasonOf({ details }: Settled): string {
  return details.reason ?? 'The store or the queue is out of reach.';
}
