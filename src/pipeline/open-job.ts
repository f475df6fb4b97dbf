import { type RawDelivery, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import { readJob, UnreadableJob } from '../queueing/read-job';
import type { OpenedJob } from '../queueing/run-job';
import { verifiedEarlier } from '../signatures/verify-signature';
import type { PipelineParts } from './parts';
import { invalidDelivery, readEvent } from './read-event';
import { runHandlers } from './run-handlers';

/**
 * The second half of the pipeline, for a delivery from a queue. Its bytes are parsed and validated again, since this
 * process may have other schemas than the one that enqueued it. Its signature is not verified again.
 */
export function openJob(job: unknown, parts: PipelineParts): OpenedJob | Settled {
  try {
    return openReadable(job, parts);
  } catch (cause) {
    if (cause instanceof UnreadableJob) return new Settled('failed', { reason: cause.message });
    return new Settled('failed', { cause, reason: 'An error outside the handlers.' });
  }
}

function openReadable(job: unknown, parts: PipelineParts): OpenedJob {
  const read = readJob(job);
  const { key, tenant, scheme, rawBody, headers, params, receivedAt } = read;
  const raw: RawDelivery = { rawBody, headers, params, receivedAt };
  const readAnew = readEvent(verifiedEarlier(raw, tenant, scheme), parts);
  const event = readAnew instanceof Settled ? read.event : readAnew.event.event;

  const known = { event, key, tenant, params };

  function runNow(): MaybePromise<Settled> {
    const { registry, clock, timeoutMs, logger } = parts;
    const source = { raw, tenant, scheme, key: { text: key }, event, logger, locals: () => read.locals };
    const deadline = clock.now() + timeoutMs;
    if (!(readAnew instanceof Settled)) {
      const handlers = registry.handlersOf(event);
      if (handlers.length === 0) return new Settled('unhandled', known);
      const subject = readAnew.event;
      return runHandlers({ handlers, subject, success: 'processed', isHeld: true, source, deadline, clock }, parts);
    }
    if (readAnew.outcome === 'ignored') {
      // The process that enqueued it knew the event. Acknowledging it here would lose it, and so would onUnknown.
      return new Settled('failed', { ...known, reason: 'UNKNOWN_EVENT: this worker has no schema of that name.' });
    }
    if (registry.onInvalid === undefined) return new Settled(readAnew.outcome, { ...readAnew.details, ...known });
    const handlers = [registry.onInvalid];
    const subject = invalidDelivery(readAnew);
    return runHandlers({ handlers, subject, success: 'quarantined', isHeld: true, source, deadline, clock }, parts);
  }

  return { bytes: rawBody.length, key, event, trace: read.trace, run: runNow };
}
