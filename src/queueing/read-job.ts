import type { QueuedDelivery, QueuedReplay } from '../foundations/contracts/queue';
import type { WebhookHeaders } from '../foundations/contracts/request';
import type { TraceContext } from '../foundations/contracts/trace-context';
import { fieldsOf } from '../foundations/fields-of';
import { isRecord } from '../foundations/is-record';
import { isOutcome } from '../foundations/outcomes';

/** A job that is not a delivery: from a newer version, from somebody else, or damaged. */
export class UnreadableJob extends Error {
  override readonly name = 'UnreadableJob';
}

/** A delivery from a queue, with its bytes decoded. */
export type ReadDelivery = Omit<Required<QueuedDelivery>, 'version' | 'priority' | 'rawBody'> & {
  readonly rawBody: Buffer;
  /** The key of the job itself, if that is a replay's. */
  readonly jobKey: string | undefined;
};

/** The last moment that a `Date` can hold. */
const lastMoment = 8.64e15;

/**
 * Reads a job that this version, the one before or the one after wrote. Unknown fields are ignored; optional fields may
 * be missing. The message names the field, but never shows its value.
 *
 * @throws UnreadableJob
 */
export function readJob(job: unknown): ReadDelivery {
  if (!isRecord(job)) throw new UnreadableJob('The job is no object.');
  const { version, receivedAt, tenant, locals, scheme } = job;
  if (version !== 1 && version !== 2) {
    throw unreadable('version', '1 or 2; a newer version of this package writes another');
  }
  const replay = version === 2 ? replayOf(job['replay']) : undefined;
  const key = replay?.key ?? keyOf(job);
  if (typeof receivedAt !== 'number' || !(Math.abs(receivedAt) <= lastMoment)) {
    throw unreadable('receivedAt', 'milliseconds since 1970');
  }
  if (typeof scheme !== 'string') throw unreadable('scheme', 'a string');
  const rawBody = readBase64(job['rawBody']);
  if (rawBody === undefined) throw unreadable('rawBody', 'bytes in base64');
  return {
    key,
    event: requiredText(job, 'event'),
    tenant: tenant === undefined ? undefined : requiredText(job, 'tenant'),
    scheme,
    receivedAt,
    headers: textsOf(job, 'headers'),
    params: textsOf(job, 'params'),
    locals,
    trace: traceOf(job['trace']),
    replay,
    jobKey: replay && keyOf(job),
    rawBody,
  };
}

function keyOf(job: Readonly<Record<string, unknown>>): string {
  const key = requiredText(job, 'key');
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw unreadable('key', '64 hex digits');
}

function replayOf(replay: unknown): QueuedReplay {
  if (!isRecord(replay)) throw unreadable('replay', 'an object');
  const { handlers, force, outcome, succeeded } = replay;
  if (typeof force !== 'boolean') throw unreadable('replay.force', 'true or false');
  if (!areNames(succeeded)) throw unreadable('replay.succeeded', 'an array of names');
  if (handlers !== undefined && !areNames(handlers)) throw unreadable('replay.handlers', 'an array of names');
  return { key: keyOf(replay), handlers, force, outcome: isOutcome(outcome) ? outcome : undefined, succeeded };
}

function areNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

/** A trace that cannot be read is no reason to lose a delivery. */
function traceOf(trace: unknown): TraceContext | undefined {
  const { traceparent, tracestate } = fieldsOf(trace);
  if (typeof traceparent !== 'string') return undefined;
  return { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
}

function requiredText(job: Readonly<Record<string, unknown>>, field: string): string {
  const value = job[field];
  if (typeof value === 'string' && value !== '') return value;
  throw unreadable(field, 'a string with text');
}

function textsOf(job: Readonly<Record<string, unknown>>, field: string): WebhookHeaders {
  const values = job[field] ?? {};
  if (isRecord(values) && Object.values(values).every((value) => typeof value === 'string')) {
    return { ...(values as WebhookHeaders) };
  }
  throw unreadable(field, 'an object of strings');
}

function unreadable(field: string, expectation: string): UnreadableJob {
  return new UnreadableJob(`The job cannot be read: its ${field} is not ${expectation}.`);
}

/**
 * Decodes base64; `undefined` for other text. Node skips characters that are not base64, and would decode a damaged
 * body as if it had been signed.
 */
function readBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Encoding again is faster than checking with a pattern.
  return bytes.toString('base64') === text ? bytes : undefined;
}
