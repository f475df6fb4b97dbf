import { type Outcome, outcomes } from './outcomes';

/** The documentation of error codes. The `type` of a problem answer is this address plus `#` and the code. */
const errorDocs = 'https://github.com/bigmind-webhooks/bigmind-webhooks/blob/main/docs/errors.md';

/** Codes of mistakes in the set-up. They are thrown where the mistake is made, before it can lose a delivery. */
const setupCodes = {
  BAD_HANDLER: 'A handler or callback is not usable',
  BAD_OPTION: 'An option is unknown or has an invalid value',
  BAD_SCHEMA: 'A schema in `schemas` cannot be compiled',
  BAD_SECRET: 'A secret is missing, or too weak to protect anything',
  CODE_GENERATION_FORBIDDEN: 'The process forbids code made from text, which the schemas need',
  HANDLER_NAME_TAKEN: 'Two handlers would share one name, and so their progress',
  JOURNAL_IN_USE: 'Another journal writes to the same folder',
  JOURNAL_SEALED: 'An entry of the journal cannot be decrypted',
  MISSING_SECRET: 'No secret is configured',
  NO_HANDLERS: 'A worker has nothing to run',
  NO_JOURNAL: 'A journal is needed, but there is none',
  NO_QUEUE: 'A queue is needed, but there is none',
  QUEUE_NOT_DURABLE: 'The queue would lose deliveries at a restart of its server',
  UNKNOWN_EVENT: 'There is no schema for an event of this name',
} as const;

type OutcomeCode = Extract<(typeof outcomes)[Outcome], { code: string }>['code'];

/** Machine-readable code of a {@link WebhookError}. Each is explained in docs/errors.md. */
export type WebhookErrorCode = keyof typeof setupCodes | OutcomeCode | 'IGNORED' | 'RAW_BODY_NOT_KEPT';

/** Every code, for the test that compares docs/errors.md with them. */
export const errorCodes: readonly WebhookErrorCode[] = [
  ...(Object.keys(setupCodes) as (keyof typeof setupCodes)[]),
  ...Object.values(outcomes).flatMap((row) => ('code' in row ? [row.code] : [])),
  'IGNORED',
  'RAW_BODY_NOT_KEPT',
];

const brand = Symbol.for('bigmind-webhooks.WebhookError');

interface WebhookErrorDetails {
  /** HTTP status to answer with, when the error is about a delivery. */
  readonly status?: number | undefined;
  /** What became of the delivery, when the error is about one. */
  readonly outcome?: Outcome | undefined;
  readonly cause?: unknown;
}

/**
 * The only error class of this package. `code` says what happened; `message` says what was expected, what came and what
 * to do. Neither holds a secret, a signature or payload text. Recognise it with {@link isWebhookError}, which works
 * across copies of the package.
 */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookErrorCode;
  /** HTTP status to answer with, when the error is about a delivery. */
  readonly status: number | undefined;
  /** What became of the delivery, when the error is about one. */
  readonly outcome: Outcome | undefined;
  /** Link to the explanation of `code`. */
  readonly docs: string;

  constructor(code: WebhookErrorCode, message: string, details: WebhookErrorDetails = {}) {
    super(`${code} ${message}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.outcome = details.outcome;
    this.docs = errorDocsUrl(code);
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `error` is a {@link WebhookError}, of this or another copy of the package. */
export function isWebhookError(error: unknown): error is WebhookError {
  try {
    return typeof error === 'object' && error !== null && brand in error;
  } catch {
    // A proxy may throw at any question.
    return false;
  }
}

/** Address of the explanation of an error code. */
export function errorDocsUrl(code: string): string {
  return `${errorDocs}#${code.toLowerCase()}`;
}
