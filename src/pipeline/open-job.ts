import type { QueuedReplay } from '../foundations/contracts/queue';
import { type RawDelivery, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { ContextSource } from '../handlers/context';
import { readJob, UnreadableJob } from '../queueing/read-job';
import type { OpenedJob } from '../queueing/run-job';
import { replayKept } from './journal/replay-kept';
import { endWithoutHandlers, matchHandlers } from './match-handlers';
import type { PipelineParts } from './parts';
import { readAgain } from './read-again';
import { runHandlers } from './run-handlers';
import { unexpected } from './unexpected';

/** The second half of the pipeline, for a delivery from a queue. */
export function openJob(job: unknown, parts: PipelineParts): OpenedJob | Settled {
  try {
    return openReadable(job, parts);
  } catch (cause) {
    if (cause instanceof UnreadableJob) return new Settled('failed', { reason: cause.message });
    return unexpected(cause);
  }
}

function openReadable(job: unknown, parts: PipelineParts): OpenedJob {
  const read = readJob(job);
  const { key, tenant, scheme, rawBody, headers, params, receivedAt } = read;
  const raw: RawDelivery = { rawBody, headers, params, receivedAt };
  const readAnew = readAgain({ raw, tenant, scheme }, parts);
  const event = readAnew instanceof Settled ? read.event : readAnew.event.event;
  const replayed = read.replay === undefined ? undefined : true;
  const known = { event, key, tenant, params, replayed };

  function runNow(): MaybePromise<Settled> {
    const { registry, clock, timeoutMs, logger } = parts;
    const locals = () => read.locals;
    const source = { raw, tenant, scheme, key, event, replayed, logger, locals };
    const deadline = clock.now() + timeoutMs;
    if (readAnew instanceof Settled && readAnew.outcome === 'ignored') {
      // The process that enqueued it knew the event. Acknowledging it here would lose it, and so would onUnknown.
      return new Settled('failed', { ...known, reason: 'UNKNOWN_EVENT: this worker has no schema of that name.' });
    }
    if (read.replay !== undefined) return replayNow(read.replay, source);
    const matched = matchHandlers(readAnew, registry);
    if (matched.handlers.length > 0) return runHandlers({ ...matched, isQueued: true, source, deadline }, parts);
    const { outcome, details } = endWithoutHandlers(readAnew);
    return new Settled(outcome, { ...details, ...known });
  }

  async function replayNow({ handlers, force, outcome, succeeded }: QueuedReplay, source: ContextSource) {
    const order = { handlers: handlers && new Set(handlers), force };
    const { jobKey } = read;
    const delivery = { read: readAnew, source, order, known: { outcome, succeeded }, jobKey };
    const { settled } = await replayKept(delivery, parts);
    // The process that enqueued it had such a handler. Forgetting the job here would lose it.
    if (settled.outcome !== 'unhandled' || handlers === undefined) return settled;
    return new Settled('failed', { ...known, reason: 'This worker has none of the handlers that the replay names.' });
  }

  return { bytes: rawBody.length, event, known, trace: read.trace, run: runNow };
}
