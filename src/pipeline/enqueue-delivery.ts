import type { QueuedReplay } from '../foundations/contracts/queue';
import type { Followed, SendEnd } from '../foundations/contracts/telemetry';
import { type EventDelivery, Settled, type SettledDetails } from '../foundations/delivery';
import { isWebhookError } from '../foundations/errors';
import { runIn } from '../foundations/guarded-telemetry';
import { ignoreRejection, type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import { withinMs } from '../foundations/timeouts';
import { whyNotJsonSafe } from '../queueing/json-safe';
import { writeJob } from '../queueing/write-job';
import type { PipelineParts, Queueing } from './parts';

/** A replay to enqueue, as a job with a key of its own. */
export interface ReplayToEnqueue {
  readonly jobKey: string;
  readonly replay: QueuedReplay;
}

/**
 * Gives a delivery to the queue, with or without a handler in this process: workers know their handlers. Copies are
 * enqueued as they come; the engine holds one job for each key. `deadline` is on the receiver's clock.
 */
export function enqueueDelivery(
  event: EventDelivery,
  deadline: number,
  parts: PipelineParts,
  queueing: Queueing,
  again?: ReplayToEnqueue,
): MaybePromise<Settled> {
  const { enqueue: hold, ask, keepHeaders } = queueing;
  const { raw, tenant } = event.delivery;
  const key = again?.replay.key ?? parts.keyOf(event.delivery, event.event);
  const replayed = again === undefined ? undefined : true;
  const known = { event: event.event.event, key, tenant, params: raw.params, replayed };
  const locals = readLocals(raw, parts);
  if (locals instanceof Settled) {
    const failed = new Settled(locals.outcome, { ...locals.details, ...known });
    return whenReady(queueing.keep?.(), (refused) => refused ?? failed);
  }
  const leftMs = Math.max(0, deadline - parts.clock.now());
  const sending = parts.telemetry?.send({ event: known.event });
  // The job is written only if the queue is asked.
  const job = { key: again?.jobKey ?? key, locals: locals.value, keepHeaders, replay: again?.replay };
  const enqueue = () => hold(writeJob(event, { ...job, trace: sending?.trace }));
  const held = recovered(() => runIn(sending, () => withinMs(ask(enqueue), leftMs, 'The queue')), refusalOf(known));
  return whenReady(held, settlementOf(known, sending));
}

/**
 * Not inside `enqueueDelivery`: a closure there would keep the delivery while the queue is waited for, and the job is a
 * copy.
 */
function refusalOf(known: SettledDetails): (cause: unknown) => Settled {
  return (cause) => new Settled('unavailable', { ...known, cause, reason: reasonOf(cause) });
}

function settlementOf(known: SettledDetails, sending: Followed<SendEnd> | undefined): (answer: unknown) => Settled {
  return (answer) => {
    const isRefused = answer instanceof Settled;
    sending?.end({ isHeld: !isRefused });
    return isRefused ? answer : new Settled('queued', known);
  };
}

/** Calls `locals` here, where the request is. A job has to hold the result, so it must fit in JSON. */
function readLocals(
  { headers, params }: EventDelivery['delivery']['raw'],
  { locals }: PipelineParts,
): Settled | { readonly value: unknown } {
  try {
    const value = locals?.({ headers, params });
    if (value === undefined) return { value };
    // A promise is refused below.
    ignoreRejection(value);
    const flaw = whyNotJsonSafe(value, 'locals');
    return flaw === undefined
      ? { value }
      : new Settled('failed', { reason: `A queue cannot hand on what the locals option returned: ${flaw}.` });
  } catch (cause) {
    return new Settled('failed', { cause, causeMayQuote: true, reason: 'The locals option failed.' });
  }
}

function reasonOf(cause: unknown): string {
  return isWebhookError(cause) ? cause.message : 'The queue could not hold the delivery.';
}
