import { isUint8Array } from 'node:util/types';
import type { RawDelivery } from './delivery';
import { Settled } from './delivery';
import { WebhookError } from './errors';
import { refuseEvent } from './events/recognise-event';
import type { MaybePromise } from './maybe-promise';
import { badOption } from './option-checks';
import type { Receiver } from './receive';
import { runHandlers } from './run-handlers';
import type { DispatchInput } from './webhooks';

/**
 * Runs the handlers of an event that was verified before, perhaps in another process and by an older version: it is
 * validated anew, its signature is not.
 */
export function dispatchEvent(input: DispatchInput<unknown>, receiver: Receiver): MaybePromise<Settled> {
  if (typeof input !== 'object' || input === null) throw badOption('dispatch', 'what verify() returned', input);
  const { event, key, tenant, signature, headers = {}, params = {} } = input;
  if (typeof key !== 'string' || key === '') throw badOption('dispatch.key', 'the key that verify() returned', key);
  const refused = refuseEvent(event, receiver.checks);
  if (refused?.outcome === 'ignored') {
    // Version skew: whoever verified it knew the event. Acknowledging would lose it.
    throw new WebhookError('UNKNOWN_EVENT', 'dispatch.event: this receiver has no schema of that name.');
  }
  if (refused !== undefined) return refused;
  const { event: name } = event as { event: string };
  const handlers = receiver.registry.handlersOf(name);
  if (handlers.length === 0) return new Settled('unhandled', { event: name });
  const { locals, logger, clock, once } = receiver;
  const receivedAt = new Date(input.receivedAt ?? clock.now()).getTime();
  if (Number.isNaN(receivedAt)) throw badOption('dispatch.receivedAt', 'a moment', input.receivedAt);
  const raw = { rawBody: keptBytes(input.rawBody), headers, params, receivedAt };
  const scheme = signature?.scheme ?? 'unknown';
  const deadline = clock.now() + receiver.timeoutMs;
  const source = { raw, tenant, scheme, key: { text: key }, event: name, logger, locals };
  return runHandlers({ handlers, subject: event, success: 'processed', source, deadline, clock }, once);
}

function keptBytes(rawBody: unknown): RawDelivery['rawBody'] | undefined {
  if (rawBody === undefined) return undefined;
  if (isUint8Array(rawBody)) return Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  throw badOption('dispatch.rawBody', 'a Uint8Array, such as Buffer.from(text, "base64")', rawBody);
}
