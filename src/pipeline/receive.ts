import type { RunOnce } from '../deduplication/run-once';
import { type EventDelivery, type RawDelivery, Settled, type VerifiedDelivery } from '../foundations/delivery';
import { type MaybePromise, whenReady } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import type { ContextSource } from '../handlers/context';
import type { NamedHandler } from '../handlers/registry';
import { mayBeCopy } from '../signatures/announce-scheme';
import { verifySignature } from '../signatures/verify-signature';
import { answerInTime } from './answer-in-time';
import { enqueueDelivery } from './enqueue-delivery';
import { keepDelivery, noteEnd, onceKept } from './journal/keep-delivery';
import { withKnown } from './known-details';
import type { PipelineParts } from './parts';
import { invalidDelivery, readEvent } from './read-event';
import { runHandlers } from './run-handlers';

/**
 * The pipeline. Each step returns the next value, or how the delivery ended. The order of the steps is a security
 * property, and the types enforce it: only verified bytes can be parsed, and only a parsed payload can become an event.
 * Nothing waits before a step has to: a delivery that came before `close()` is claimed before it.
 */
export function receive(raw: RawDelivery, parts: PipelineParts): MaybePromise<Settled> {
  return whenReady(verifySignature(raw, parts.signature), (verified) => {
    if (verified instanceof Settled) return verified;
    return announced(take(verified, parts), verified.announceScheme);
  });
}

/** The way of a verified delivery. What the journal cannot keep is not handled. */
function take(verified: VerifiedDelivery, parts: PipelineParts): MaybePromise<Settled> {
  const read = readEvent(verified, parts);
  const keeping = keepDelivery(read, verified, parts);
  return noteEnd(goOn(read, verified, keeping), keeping);
}

function goOn(read: EventDelivery | Settled, verified: VerifiedDelivery, parts: PipelineParts): MaybePromise<Settled> {
  const { queueing } = parts;
  if (read instanceof Settled) return setAside(read, verified, parts);
  return queueing === undefined ? handle(read, parts) : onceKept(parts, () => enqueueDelivery(read, parts, queueing));
}

/** Logs the scheme of a delivery that is no copy. What waits here does not hold the delivery. */
function announced(settled: MaybePromise<Settled>, announceScheme: (() => void) | undefined): MaybePromise<Settled> {
  if (announceScheme === undefined) return settled;
  return whenReady(settled, (end) => {
    if (!mayBeCopy(end)) announceScheme();
    return end;
  });
}

/** Runs an event's handlers, once. */
function handle({ delivery, event }: EventDelivery, parts: PipelineParts): MaybePromise<Settled> {
  const handlers = parts.registry.handlersOf(event.event);
  // Not remembered: a repeat after the next deploy, which may bring a handler, has to run.
  const unhandled = (): Settled => withKnown(new Settled('unhandled', { event: event.event }), delivery, event, parts);
  if (handlers.length === 0) return onceKept(parts, unhandled);
  return runInTime(handlers, event, 'processed', contextSource(delivery, event.event, event, parts), parts);
}

/** Gives a verified delivery that is invalid or unknown to its callback. Without one, the delivery ends here. */
function setAside(settled: Settled, delivery: VerifiedDelivery, parts: PipelineParts): MaybePromise<Settled> {
  const { outcome, details } = settled;
  const { event, payload } = details;
  const callback = outcome === 'ignored' ? parts.registry.onUnknown : parts.registry.onInvalid;
  if (callback === undefined) return onceKept(parts, () => withKnown(settled, delivery, payload, parts));
  const source = contextSource(delivery, event, payload, parts);
  if (outcome === 'ignored') return runInTime([callback], payload, 'ignored', source, parts);
  return runInTime([callback], invalidDelivery(settled), 'quarantined', source, parts);
}

/** Runs handlers under a claim on the delivery. The answer waits for them until the deadline. */
function runInTime(
  handlers: readonly NamedHandler[],
  subject: unknown,
  success: Outcome,
  source: ContextSource,
  parts: PipelineParts,
): MaybePromise<Settled> {
  const { once, clock, timeoutMs, reportLate, kept } = parts;
  const deadline = source.raw.receivedAt + timeoutMs;
  const running = runHandlers({ handlers, subject, success, source, deadline, clock, kept }, parts);
  if (!(running instanceof Promise)) return running;
  return answerInTime(running, deadline - clock.now(), timeoutOf(source, running, once), reportLate);
}

/** Not inside its caller: a copy that joined a run keeps this while it waits, and must not hold its bytes. */
function timeoutOf(source: ContextSource, run: Promise<Settled>, once: RunOnce): () => Settled {
  const { key, event, tenant } = source;
  const { params } = source.raw;
  return () => new Settled('timeout', { key: key.text, event, tenant, params, running: once.runningIn(run) });
}

function contextSource(
  delivery: VerifiedDelivery,
  event: string | undefined,
  payload: unknown,
  { keyOf, locals, logger }: PipelineParts,
): ContextSource {
  const { raw, tenant, scheme } = delivery;
  return { raw, tenant, scheme, key: keyOf(delivery, payload), event, logger, locals };
}
