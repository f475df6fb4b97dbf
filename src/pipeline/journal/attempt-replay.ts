import { hash } from 'node:crypto';
import type { JournalRecord } from '../../foundations/contracts/journal';
import type { QueuedReplay } from '../../foundations/contracts/queue';
import { type EventDelivery, Settled } from '../../foundations/delivery';
import type { ContextSource } from '../../handlers/context';
import { enqueueDelivery } from '../enqueue-delivery';
import type { PipelineParts } from '../parts';
import { type KnownEnd, knownEnd, type ReplayOrder } from './plan-replay';
import { type Replayed, replayKept } from './replay-kept';

/** A delivery of a replay. */
export interface RecordToReplay {
  readonly record: JournalRecord;
  /** Its bytes, as they are read now. */
  readonly read: EventDelivery | Settled;
  readonly order: ReplayOrder;
  /** New for each replay: a forced one must not be taken for an earlier one by the queue. */
  readonly replayId: string;
}

/**
 * Runs a delivery's handlers, or gives it to the queue. Invalid and unknown deliveries are handled here, as when they
 * come.
 */
export async function attemptReplay(replay: RecordToReplay, parts: PipelineParts): Promise<Replayed> {
  const { record, read, order, replayId } = replay;
  const { queueing, logger, locals } = parts;
  const { key, event, tenant, scheme, rawBody, headers, params, receivedAt, end } = record;
  if (queueing !== undefined && !(read instanceof Settled)) {
    const again = { jobKey: hash('sha256', `${replayId} ${key}`), replay: jobOf(key, knownEnd(end), order) };
    const settled = await enqueueDelivery(read, parts.clock.now() + parts.timeoutMs, parts, queueing, again);
    return { settled, report: { failures: [], succeeded: [] }, isUnclear: false };
  }
  const raw = { rawBody, headers, params, receivedAt };
  const name = read instanceof Settled ? event : read.event.event;
  const source: ContextSource = {
    raw,
    tenant,
    scheme,
    key,
    event: name,
    replayed: true,
    logger,
    locals,
  };
  return await replayKept({ read, source, order, known: knownEnd(end) }, parts);
}

function jobOf(key: string, { outcome, succeeded }: KnownEnd, { handlers, force }: ReplayOrder): QueuedReplay {
  return {
    key,
    ...(handlers !== undefined && { handlers: [...handlers] }),
    force,
    ...(outcome !== undefined && { outcome }),
    succeeded,
  };
}
