import type { JournalEntry } from '../../foundations/contracts/journal';
import type { QueuedDelivery } from '../../foundations/contracts/queue';
import { type EventDelivery, Settled, type VerifiedDelivery } from '../../foundations/delivery';
import { isWebhookError } from '../../foundations/errors';
import { storableText } from '../../foundations/foreign-text';
import { type MaybePromise, whenReady } from '../../foundations/maybe-promise';
import { keyOfRead } from '../key-of-read';
import type { DeliveryParts, PipelineParts } from '../parts';

/**
 * Begins to keep a delivery in the journal, if there is one. Returns the parts for the rest of the way: `kept` says when it is
 * kept, or that it must be refused, and its key is not computed again. What is kept in one transaction with its job is kept
 * when it is enqueued.
 */
export function keepDelivery(
  read: EventDelivery | Settled,
  verified: VerifiedDelivery,
  deadline: number,
  parts: PipelineParts,
): DeliveryParts {
  const { journaling, clock } = parts;
  if (journaling === undefined) return parts;
  const key = keyOfRead(read, verified, parts);
  const entry = entryOf(key, read, verified, journaling.keepHeaders);
  const keyOf = (): string => key;
  const { queueing } = parts;
  const keepAndEnqueue = read instanceof Settled ? undefined : queueing?.keepAndEnqueue;
  const keep = (): MaybePromise<Settled | undefined> => {
    const leftMs = Math.max(0, deadline - clock.now());
    return whenReady(journaling.keep(entry, leftMs), (refused) => {
      if (refused === undefined) return undefined;
      const { event, tenant, params } = entry;
      const { failure } = refused;
      journaling.forget(key);
      return new Settled('unavailable', { event, key, tenant, params, cause: failure, reason: reasonOf(failure) });
    });
  };
  if (queueing === undefined || keepAndEnqueue === undefined) return { ...parts, keyOf, kept: keep() };
  const together = { ...queueing, keep, enqueue: (job: QueuedDelivery) => keepAndEnqueue(entry, job) };
  return { ...parts, keyOf, queueing: together };
}

/** Goes on with a delivery that the journal has. One that it cannot keep ends here. */
export function onceKept({ kept }: DeliveryParts, goOn: () => MaybePromise<Settled>): MaybePromise<Settled> {
  return whenReady(kept, (refused) => refused ?? goOn());
}

/**
 * Adds how a delivery ended to the journal. The continuation keeps no reference to the delivery, so its bytes can be
 * freed.
 */
export function noteEnd(settled: MaybePromise<Settled>, { journaling }: PipelineParts): MaybePromise<Settled> {
  if (journaling === undefined) return settled;
  return whenReady(settled, (end) => {
    const { key } = end.details;
    if (key !== undefined) journaling.forget(key);
    journaling.ended(end);
    return end;
  });
}

/** An unknown event may have any text for its name. */
const longestName = 200;

function entryOf(
  key: string,
  read: EventDelivery | Settled,
  { raw, tenant, scheme }: VerifiedDelivery,
  keepHeaders: (headers: JournalEntry['headers']) => JournalEntry['headers'],
): JournalEntry {
  const event = read instanceof Settled ? read.details.event : read.event.event;
  const { receivedAt, headers, params, rawBody } = raw;
  return {
    key,
    event: event === undefined ? undefined : storableText(event.slice(0, longestName)),
    tenant,
    scheme,
    receivedAt,
    headers: keepHeaders(headers),
    params: Object.fromEntries(
      Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, storableText(value)]])),
    ),
    rawBody,
  };
}

function reasonOf(failure: unknown): string {
  return isWebhookError(failure) ? failure.message : 'The journal could not keep the delivery.';
}
