import type { QueuedDelivery } from '../foundations/contracts/queue';
import type { WebhookHeaders } from '../foundations/contracts/request';
import { isRecord } from '../foundations/is-record';

/** A job that is no delivery: of a newer version, of somebody else, or damaged. */
export class UnreadableJob extends Error {
  override readonly name = 'UnreadableJob';
}

/** A delivery out of a queue; its bytes are bytes again. */
export type ReadDelivery = Omit<Required<QueuedDelivery>, 'version' | 'rawBody'> & { readonly rawBody: Buffer };

/** The last moment that a `Date` can hold. */
const lastMoment = 8.64e15;

/**
 * Reads a job that this version, the one before or the one after wrote: fields that it does not know are passed over, and
 * those that may be missing may be. The message names the field, and never shows what is in it.
 *
 * @throws UnreadableJob
 */
export function readQueuedDelivery(job: unknown): ReadDelivery {
  if (!isRecord(job)) throw new UnreadableJob('The job is no object.');
  const { version, receivedAt, tenant, locals, scheme } = job;
  if (version !== 1) throw unreadable('version', '1; a newer version of this package writes another');
  const key = textOf(job, 'key');
  if (!/^[0-9a-f]{64}$/.test(key)) throw unreadable('key', '64 hex digits');
  if (typeof receivedAt !== 'number' || !(Math.abs(receivedAt) <= lastMoment)) {
    throw unreadable('receivedAt', 'milliseconds since 1970');
  }
  if (typeof scheme !== 'string') throw unreadable('scheme', 'a string');
  const rawBody = readBase64(job['rawBody']);
  if (rawBody === undefined) throw unreadable('rawBody', 'bytes in base64');
  return {
    key,
    event: textOf(job, 'event'),
    tenant: tenant === undefined ? undefined : textOf(job, 'tenant'),
    scheme,
    receivedAt,
    headers: textsOf(job, 'headers'),
    params: textsOf(job, 'params'),
    locals,
    rawBody,
  };
}

function textOf(job: Readonly<Record<string, unknown>>, field: string): string {
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
 * The bytes that base64 text stands for; `undefined` when it is none. Node passes over what is no base64 digit, and would
 * hand on a damaged body as if it had been signed.
 */
function readBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Written back rather than checked with a pattern: 5 ms for 5 MB, against 45.
  return bytes.toString('base64') === text ? bytes : undefined;
}
