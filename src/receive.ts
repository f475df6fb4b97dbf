import type { Logger } from './contracts';
import { beforeDeadline } from './deadline';
import type { DeliveryKey } from './deduplication/delivery-key';
import type { RunOnce } from './deduplication/run-once';
import { type EventDelivery, type RawDelivery, Settled, type VerifiedDelivery } from './delivery';
import { enqueueDelivery, type Queueing } from './enqueue-delivery';
import type { EventCheck } from './events/compile-schemas';
import { parseJson } from './events/parse-json';
import { recogniseEvent } from './events/recognise-event';
import type { ContextSource } from './handlers/context';
import type { NamedHandler, Registry } from './handlers/registry';
import { type MaybePromise, whenReady } from './maybe-promise';
import type { Outcome } from './outcomes';
import { runHandlers } from './run-handlers';
import type { SecretRequest, SignaturePolicy } from './signatures/policy';
import { verifySignature } from './signatures/verify-signature';

/** What a delivery meets on its way. */
export interface Receiver {
  readonly signature: SignaturePolicy;
  readonly checks: ReadonlyMap<string, EventCheck>;
  readonly registry: Registry;
  readonly once: RunOnce;
  readonly keyOf: (delivery: VerifiedDelivery, payload: unknown) => DeliveryKey;
  readonly locals: ((request: SecretRequest) => unknown) | undefined;
  /** Where events go that workers handle, perhaps in other processes; without it they are handled here. */
  readonly queueing: Queueing | undefined;
  readonly logger: Logger;
  /** From the arrival of a request to the latest answer. */
  readonly timeoutMs: number;
  readonly clock: { now(): number };
  /** Told how a run ended whose delivery had been answered before. */
  readonly reportLate: (settled: Settled) => void;
}

/**
 * The way of a delivery. Each step returns the next value, or how the delivery ended; nothing waits that need not. The
 * order is a security property, and the types hold it: only verified bytes can be parsed, only what was parsed can be
 * an event.
 */
export function receive(raw: RawDelivery, receiver: Receiver): MaybePromise<Settled> {
  return whenReady(verifySignature(raw, receiver.signature), (verified) => {
    if (verified instanceof Settled) return verified;
    const event = readEvent(verified, receiver);
    if (event instanceof Settled) return setAside(event, verified, receiver);
    const { queueing } = receiver;
    return queueing === undefined ? handle(event, receiver) : enqueueDelivery(event, receiver, queueing);
  });
}

/** The first half of the way alone: nothing is run or remembered. */
export function verify(raw: RawDelivery, receiver: Receiver): MaybePromise<EventDelivery | Settled> {
  return whenReady(verifySignature(raw, receiver.signature), (verified) =>
    verified instanceof Settled ? verified : readEvent(verified, receiver),
  );
}

/** What the bytes say: an event, or why they are none. */
export function readEvent(verified: VerifiedDelivery, { checks }: Receiver): EventDelivery | Settled {
  const parsed = parseJson(verified);
  return parsed instanceof Settled ? parsed : recogniseEvent(parsed, checks);
}

/** Runs an event's handlers, once. */
function handle({ delivery, event }: EventDelivery, receiver: Receiver): MaybePromise<Settled> {
  const handlers = receiver.registry.handlersOf(event.event);
  // Nothing is remembered, so that a repeat after the next deploy runs.
  if (handlers.length === 0) return new Settled('unhandled', { event: event.event });
  const source = contextSource(delivery, event.event, event, receiver);
  return runInTime(handlers, event, 'processed', source, receiver);
}

/** What no handler is for: genuine, but unusable or unknown. Without a callback for it, that is its end. */
function setAside(settled: Settled, delivery: VerifiedDelivery, receiver: Receiver): MaybePromise<Settled> {
  const { outcome, details } = settled;
  const { event, payload } = details;
  const callback = outcome === 'ignored' ? receiver.registry.onUnknown : receiver.registry.onInvalid;
  if (callback === undefined) return settled;
  const source = contextSource(delivery, event, payload, receiver);
  if (outcome === 'ignored') return runInTime([callback], payload, 'ignored', source, receiver);
  return runInTime([callback], invalidDelivery(settled), 'quarantined', source, receiver);
}

/** What `onInvalid` is given. */
export function invalidDelivery({ outcome, details }: Settled): object {
  const { event, payload, schemaError } = details;
  return { outcome, event, errors: schemaError === undefined ? [] : [schemaError], payload };
}

/** Runs handlers under a claim on the delivery; the answer does not wait for them beyond the deadline. */
function runInTime(
  handlers: readonly NamedHandler[],
  subject: unknown,
  success: Outcome,
  source: ContextSource,
  receiver: Receiver,
): MaybePromise<Settled> {
  const { once, clock, timeoutMs, reportLate } = receiver;
  const deadline = source.raw.receivedAt + timeoutMs;
  const running = runHandlers({ handlers, subject, success, source, deadline, clock }, once);
  if (!(running instanceof Promise)) return running;
  return beforeDeadline(running, deadline - clock.now(), timeoutOf(source), reportLate);
}

/** Apart from its caller: a copy that joined a run waits with this, and should not hold its bytes. */
function timeoutOf({ key, event }: ContextSource): () => Settled {
  return () => new Settled('timeout', { key: key.text, event });
}

function contextSource(
  delivery: VerifiedDelivery,
  event: string | undefined,
  payload: unknown,
  { keyOf, locals, logger }: Receiver,
): ContextSource {
  const { raw, tenant, scheme } = delivery;
  return { raw, tenant, scheme, key: keyOf(delivery, payload), event, logger, locals };
}
