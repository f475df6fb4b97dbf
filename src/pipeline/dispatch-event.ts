import { isUint8Array } from 'node:util/types';
import { refuseEvent } from '../events/recognise-event';
import type { RawDelivery } from '../foundations/delivery';
import { Settled } from '../foundations/delivery';
import { WebhookError } from '../foundations/errors';
import { isStorableText } from '../foundations/foreign-text';
import { isRecord } from '../foundations/is-record';
import type { MaybePromise } from '../foundations/maybe-promise';
import { awaitIt, badOption, isOptions, momentOf } from '../foundations/option-checks';
import { plainParams } from '../foundations/plain-params';
import { tellsApart } from '../foundations/tells-apart';
import type { DispatchInput } from '../receiver';
import type { PipelineParts } from './parts';
import { runHandlers } from './run-handlers';

/**
 * Returns a function that runs the handlers of an event that was verified before, perhaps in another process and by an
 * older version. The event is validated again; its signature is not verified again. An event that cannot be dispatched
 * throws here, before anything begins: the function never throws or rejects. `closing` is the outcome once the receiver
 * closes.
 */
export function dispatchEvent(
  input: DispatchInput<unknown>,
  parts: PipelineParts,
  closing: Settled | undefined,
): () => MaybePromise<Settled> {
  if (!isOptions(input)) throw badOption('dispatch', 'what verify() returned', input, awaitIt(input));
  const { event, key } = input;
  if (typeof key !== 'string' || !tellsApart(key))
    throw badOption('dispatch.key', 'the key that verify() returned', key);
  if (!isStorable(key)) throw badOption('dispatch.key', storableKey, key);
  const tenant = tenantOf(input.tenant);
  const scheme = schemeOf(input.signature);
  const headers = optionalObject('dispatch.headers', input.headers);
  const params = plainParams(optionalObject('dispatch.params', input.params));
  const refused = refuseEvent(event, parts.checks);
  const known = { key, tenant, params };
  if (closing !== undefined) {
    const { event: name } = refused?.details ?? (event as { event: string });
    return () => new Settled(closing.outcome, { ...closing.details, event: name, ...known });
  }
  if (refused?.outcome === 'ignored') {
    // The version that verified it knew the event. Acknowledging it here would lose it.
    throw new WebhookError('UNKNOWN_EVENT', 'dispatch.event: this receiver has no schema of that name.');
  }
  if (refused !== undefined) return () => new Settled(refused.outcome, { ...refused.details, ...known });
  const { event: name } = event as { event: string };
  const handlers = parts.registry.handlersOf(name);
  if (handlers.length === 0) return () => new Settled('unhandled', { event: name, ...known });
  const { locals, logger, clock } = parts;
  const receivedAt = momentOf('dispatch.receivedAt', input.receivedAt ?? clock.now());
  const raw = { rawBody: keptBytes(input.rawBody), headers, params, receivedAt };
  const deadline = clock.now() + parts.timeoutMs;
  const source = { raw, tenant, scheme, key, event: name, logger, locals };
  return () => runHandlers({ handlers, subject: event, success: 'processed', source, deadline }, parts);
}

/** The most that a row of an index of PostgreSQL holds is 2,704 bytes, with the namespace. */
const longestKey = 1024;
const storableKey = `at most ${longestKey} bytes of text, without NUL and lone surrogates`;

/** Whether every store can hold it: one that cannot would answer as if it were away, with each repeat. */
function isStorable(key: string): boolean {
  return Buffer.byteLength(key) <= longestKey && isStorableText(key);
}

/** `null`, as a column of a database holds it, means absent; below, too. */
function tenantOf(tenant: unknown): string | undefined {
  if (tenant === undefined || tenant === null) return undefined;
  if (typeof tenant === 'string') return tenant;
  throw badOption('dispatch.tenant', 'the tenant that verify() returned', tenant);
}

/** A scheme alone, as a column may hold it, is refused: a handler would be told that it is unknown. */
function schemeOf(signature: unknown): string {
  if (signature === undefined || signature === null) return 'unknown';
  const scheme = isRecord(signature) ? (signature['scheme'] ?? 'unknown') : undefined;
  if (typeof scheme === 'string') return scheme;
  throw badOption('dispatch.signature', 'the { scheme } that verify() returned', signature);
}

function optionalObject<Fields extends object>(
  path: string,
  given: Fields | null | undefined,
): Fields | Record<string, never> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object') return given;
  throw badOption(path, 'an object', given);
}

function keptBytes(rawBody: unknown): RawDelivery['rawBody'] | undefined {
  if (rawBody === undefined || rawBody === null) return undefined;
  if (isUint8Array(rawBody)) return Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  throw badOption('dispatch.rawBody', 'a Uint8Array, such as Buffer.from(text, "base64")', rawBody);
}
