import type { DeadJob, DeliveryQueue } from '../foundations/contracts/queue';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import { WebhookError } from '../foundations/errors';
import { fieldsOf } from '../foundations/fields-of';
import { isRecord } from '../foundations/is-record';
import type { MaybePromise } from '../foundations/maybe-promise';
import { knownOptions, requireText, wholeNumber } from '../foundations/option-checks';
import { withinMs } from '../foundations/timeouts';

/** A delivery whose attempts are used up. Parts that cannot be read are `undefined`. */
export interface DeadLetter {
  /** The queue's id for it, for `get`, `redrive` and `discard`. */
  readonly id: string;
  /** Idempotency key, as `context.key`. */
  readonly key: string | undefined;
  readonly event: string | undefined;
  /** The tenant whose secret signed it; `undefined` unless `secret` is a function. */
  readonly tenant: string | undefined;
  /** Whether it was run again from the journal, as `context.replayed`. */
  readonly replayed: boolean;
  /** Why the last attempt failed: the handlers' names and error messages, at most 1000 characters. */
  readonly reason: string;
  /** How many attempts failed. */
  readonly attempts: number;
  readonly failedAt: Date;
  readonly receivedAt: Date | undefined;
}

/** A dead letter with everything that its handlers got. */
export interface DeadLetterDetails extends DeadLetter {
  /** Headers with signatures, cookies or credentials are left out. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** What the `locals` option returned. */
  readonly locals: unknown;
  /** The body exactly as it was signed; empty when it cannot be read. */
  readonly rawBody: Buffer;
}

/**
 * The deliveries whose attempts are used up. The queue keeps them until they are redriven or discarded. A call rejects
 * when the queue does not answer within `deduplicate.storeTimeoutMs`; what was asked may still be done.
 */
export interface DeadLetters {
  /** The newest first: at most `limit` (from 1, @default 100), after skipping `offset` (from 0, @default 0). */
  list(page?: { readonly limit?: number | undefined; readonly offset?: number | undefined }): Promise<DeadLetter[]>;
  get(id: string): Promise<DeadLetterDetails | undefined>;
  /**
   * Gives the delivery with this id all its attempts again; `'all'` means every dead letter, and may take an hour.
   * Handlers that succeeded do not run again. Resolves to the number of redriven deliveries.
   */
  redrive(id: string): Promise<number>;
  /** Deletes a dead letter for good. Resolves to whether it existed. */
  discard(id: string): Promise<boolean>;
}

const noDiscardAll =
  "deadLetters.discard: expected the id of one dead letter, got 'all'. What is deleted is gone: list them, and discard each.";

/** How long a queue may take to redrive all, in milliseconds. Engines do it page by page. */
const redriveAllMs = 3_600_000;

/**
 * Without a queue, every call rejects with `NO_QUEUE`. Wrong arguments reject with `BAD_OPTION`.
 *
 * @param answerTimeoutMs - how long the queue may take to answer, in milliseconds
 */
export function deadLettersOf(queue: DeliveryQueue | undefined, answerTimeoutMs: number): DeadLetters {
  function jobs(): DeliveryQueue['deadJobs'] {
    if (queue !== undefined) return queue.deadJobs;
    throw new WebhookError('NO_QUEUE', 'deadLetters: this receiver has no queue. Pass the queue option.');
  }
  const inTime = <T>(answer: MaybePromise<T>, ms = answerTimeoutMs): MaybePromise<T> =>
    withinMs(answer, ms, 'The queue');
  return {
    async list(page = {}) {
      const dead = jobs();
      knownOptions(page, 'deadLetters.list', { limit: true, offset: true });
      const { limit = 100, offset = 0 } = page;
      const asked = {
        limit: wholeNumber('deadLetters.list.limit', limit, 1),
        offset: wholeNumber('deadLetters.list.offset', offset, 0),
      };
      return (await inTime(dead.list(asked))).map(letterOf);
    },
    async get(id) {
      const dead = await inTime(jobs().get(requireText('deadLetters.get', id)));
      return dead && detailsOf(dead);
    },
    async redrive(id) {
      const redriven = jobs().redrive(requireText('deadLetters.redrive', id));
      return await inTime(redriven, id === 'all' ? redriveAllMs : answerTimeoutMs);
    },
    async discard(id) {
      if (id === 'all') throw new WebhookError('BAD_OPTION', noDiscardAll);
      return await inTime(jobs().discard(requireText('deadLetters.discard', id)));
    },
  };
}

/** Reads field by field, since a job that no worker can read is worth seeing here. */
function letterOf({ id, job, reason, attempts, failedAt }: DeadJob): DeadLetter {
  const { key, event, tenant, receivedAt, replay } = fieldsOf(job);
  return {
    id,
    // A replay's job has a key of its own.
    key: textOr(fieldsOf(replay)['key'] ?? key),
    event: textOr(event),
    tenant: textOr(tenant),
    replayed: isRecord(replay),
    reason,
    attempts,
    failedAt,
    receivedAt: momentOr(receivedAt),
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

/** `undefined` for what is no moment: an invalid `Date` throws where it is shown. */
function momentOr(value: unknown): Date | undefined {
  const moment = new Date(typeof value === 'number' ? value : Number.NaN);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsIn(values: unknown): WebhookHeaders {
  return Object.fromEntries(
    Object.entries(fieldsOf(values)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
