import type { DeadJob, DeliveryQueue } from '../foundations/contracts/queue';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { WebhookError } from '../foundations/errors';
import { isRecord } from '../foundations/is-record';
import { knownOptions, requireText, wholeNumber } from '../foundations/option-checks';

/** A delivery whose attempts are used up. What cannot be read of it is `undefined`. */
export interface DeadLetter {
  /** The queue's name for it, for `get`, `redrive` and `discard`. */
  readonly id: string;
  /** Idempotency key, as `context.key`. */
  readonly key: string | undefined;
  readonly event: string | undefined;
  /** Whose secret signed it; `undefined` where one account is served. */
  readonly tenant: string | undefined;
  /** Why the last attempt failed: names of handlers and messages of their errors, at most 1000 characters. */
  readonly reason: string;
  /** How many attempts failed. */
  readonly attempts: number;
  readonly failedAt: Date;
  readonly receivedAt: Date | undefined;
}

/** A dead letter with all that its handlers were given. */
export interface DeadLetterDetails extends DeadLetter {
  /** Without those that hold a signature, cookies or credentials. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** What the `locals` option returned. */
  readonly locals: unknown;
  /** The body exactly as it was signed; empty when it cannot be read. */
  readonly rawBody: Buffer;
}

/** The deliveries whose attempts are used up; the queue keeps them until they are redriven or discarded. */
export interface DeadLetters {
  /** The newest first: at most `limit` (from 1, @default 100), after skipping `offset` (from 0, @default 0). */
  list(page?: { readonly limit?: number | undefined; readonly offset?: number | undefined }): Promise<DeadLetter[]>;
  get(id: string): Promise<DeadLetterDetails | undefined>;
  /**
   * Gives the one of that id, or with `'all'` each of them, its attempts anew; handlers that succeeded do not run again.
   * Resolves to how many there were.
   */
  redrive(id: string): Promise<number>;
  /** Deletes one for good. Resolves to whether it was there. */
  discard(id: string): Promise<boolean>;
}

/** Every call rejects with `NO_QUEUE` when there is none; `BAD_OPTION` says what was passed wrongly. */
export function deadLettersOf(queue: DeliveryQueue | undefined): DeadLetters {
  function jobs(): DeliveryQueue['deadJobs'] {
    if (queue !== undefined) return queue.deadJobs;
    throw new WebhookError('NO_QUEUE', 'deadLetters: this receiver has none. Pass the queue option.');
  }
  return {
    async list(page = {}) {
      const dead = jobs();
      knownOptions(page, 'deadLetters.list', { limit: true, offset: true });
      const limit = wholeNumber('deadLetters.list.limit', page.limit ?? 100, 1);
      const offset = wholeNumber('deadLetters.list.offset', page.offset ?? 0, 0);
      return (await dead.list({ limit, offset })).map(letterOf);
    },
    async get(id) {
      const dead = await jobs().get(requireText('deadLetters.get', id));
      return dead && detailsOf(dead);
    },
    async redrive(id) {
      return await jobs().redrive(requireText('deadLetters.redrive', id));
    },
    async discard(id) {
      return await jobs().discard(requireText('deadLetters.discard', id));
    },
  };
}

/** Field by field: a job that no worker can read is what one most wants to see here. */
function letterOf({ id, job, reason, attempts, failedAt }: DeadJob): DeadLetter {
  const { key, event, tenant, receivedAt } = fieldsOf(job);
  return {
    id,
    key: textOr(key),
    event: textOr(event),
    tenant: textOr(tenant),
    reason,
    attempts,
    failedAt,
    receivedAt: typeof receivedAt === 'number' ? new Date(receivedAt) : undefined,
  };
}

function detailsOf(dead: DeadJob): DeadLetterDetails {
  const { headers, params, locals, rawBody } = fieldsOf(dead.job);
  return {
    ...letterOf(dead),
    headers: textsIn(headers),
    params: textsIn(params),
    locals,
    rawBody: Buffer.from(textOr(rawBody) ?? '', 'base64'),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsIn(values: unknown): WebhookHeaders {
  return Object.fromEntries(
    Object.entries(fieldsOf(values)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
