import { type EventDelivery, type RawDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import { type MaybePromise, whenReady } from '../foundations/maybe-promise';
import type { ContextSource } from '../handlers/context';
import { mayBeCopy } from '../signatures/announce-scheme';
import { verifySignature } from '../signatures/verify-signature';
import { answerInTime } from './answer-in-time';
import { enqueueDelivery } from './enqueue-delivery';
import { keepDelivery, noteEnd, onceKept } from './journal/keep-delivery';
import { keyOfRead } from './key-of-read';
import { type MatchedHandlers, matchHandlers } from './match-handlers';
import type { DeliveryParts, PipelineParts } from './parts';
import { readEvent } from './read-event';
import { knownOf, runHandlers } from './run-handlers';
import { withKnown } from './with-known';

/**
 * The pipeline. Each step returns the next value, or how the delivery ended. The order of the steps is a security
 * property, and the types enforce it: only verified bytes can be parsed, and only a parsed payload can become an event.
 * No step waits without need, so that a delivery that came before `close()` is claimed before it.
 */
export function receive(raw: RawDelivery, parts: PipelineParts): MaybePromise<Settled> {
  return whenReady(verifySignature(raw, parts.signature), (verified) => {
    if (verified instanceof Settled) return verified;
    return announced(take(verified, parts), verified.announceScheme);
  });
}

/** The way of a verified delivery. What the journal cannot keep is not handled. */
function take(verified: VerifiedDelivery, parts: PipelineParts): MaybePromise<Settled> {
  const deadline = deadlineOf(verified.raw, parts);
  const read = readEvent(verified, parts);
  const kept = keepDelivery(read, verified, deadline, parts);
  return noteEnd(enqueueOrHandle(read, verified, deadline, kept), kept);
}

/** When it is answered at the latest. After a slow upload, journal, queue and store still have the time of one answer. */
function deadlineOf({ receivedAt }: RawDelivery, { clock, timeoutMs, storeTimeoutMs }: PipelineParts): number {
  return Math.max(receivedAt + timeoutMs, clock.now() + Math.min(timeoutMs, storeTimeoutMs));
}

function enqueueOrHandle(
  read: EventDelivery | Settled,
  verified: VerifiedDelivery,
  deadline: number,
  parts: DeliveryParts,
): MaybePromise<Settled> {
  const { queueing } = parts;
  // A queue carries events only.
  if (queueing === undefined || read instanceof Settled) return handle(read, verified, deadline, parts);
  return onceKept(parts, () => enqueueDelivery(read, deadline, parts, queueing));
}

/**
 * Logs the scheme of a delivery that is no copy. The continuation keeps no reference to the delivery, so its bytes can
 * be freed.
 */
function announced(settled: MaybePromise<Settled>, announceScheme: (() => void) | undefined): MaybePromise<Settled> {
  if (announceScheme === undefined) return settled;
  return whenReady(settled, (end) => {
    if (!mayBeCopy(end)) announceScheme();
    return end;
  });
}

/** Gives a delivery to its handlers, once. */
function handle(
  read: EventDelivery | Settled,
  verified: VerifiedDelivery,
  deadline: number,
  parts: DeliveryParts,
): MaybePromise<Settled> {
  const matched = matchHandlers(read, parts.registry);
  if (matched.handlers.length === 0) {
    // Not remembered: a repeat after the next deploy, which may bring a handler, has to run.
    return onceKept(parts, () => withKnown(read, verified, parts));
  }
  const event = read instanceof Settled ? read.details.event : read.event.event;
  const source = contextSource(verified, event, keyOfRead(read, verified, parts), parts);
  return runInTime(matched, source, deadline, parts);
}

/** Runs handlers under a claim on the delivery. The answer waits for them until the deadline. */
function runInTime(
  matched: MatchedHandlers,
  source: ContextSource,
  deadline: number,
  parts: DeliveryParts,
): MaybePromise<Settled> {
  const { clock, reportLate } = parts;
  const running = runHandlers({ ...matched, source, deadline }, parts);
  if (!(running instanceof Promise)) return running;
  return answerInTime(running, deadline - clock.now(), timeoutOf(source, running, parts), reportLate);
}

/** Not inside its caller: a copy that joined a run keeps this while it waits, and must not hold its bytes. */
function timeoutOf(source: ContextSource, run: Promise<Settled>, { once, timeoutMs }: PipelineParts): () => Settled {
  const known = knownOf(source);
  const reason = `It was not done within timeoutMs (${timeoutMs}), and goes on.`;
  return () => {
    const { attempt, running = [] } = once.progressOf(run) ?? {};
    return new Settled('timeout', { ...known, attempt, running, reason });
  };
}

function contextSource(
  delivery: VerifiedDelivery,
  event: string | undefined,
  key: string,
  { locals, logger }: PipelineParts,
): ContextSource {
  const { raw, tenant, scheme } = delivery;
  return { raw, tenant, scheme, key, event, logger, locals };
}
