import type { WebhookHeaders, WebhookParams } from './contracts/request';
import type { SchemaError } from './contracts/schema-error';
import type { Outcome } from './outcomes';

/** A request whose bytes have all arrived. It is not verified yet. */
export interface RawDelivery {
  /** The body exactly as it was sent and signed. */
  readonly rawBody: Buffer;
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** When handling the request began, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Says, for the log, that the caller passed no body; absent if there was one. */
  readonly whyNoBody?: string;
}

declare const verifiedBrand: unique symbol;
declare const parsedBrand: unique symbol;

/** A delivery that a secret signs. Only `verifySignature` makes one; nothing else may be parsed. */
export interface VerifiedDelivery {
  readonly raw: RawDelivery;
  /** The tenant whose secret signed it; `undefined` unless `secret` is a function. */
  readonly tenant: string | undefined;
  /** Name of the signature scheme that matched. */
  readonly scheme: string;
  /** The delivery id that a pinned scheme signs; a repeat carries it again. */
  readonly signedId: string | undefined;
  /** Logs the scheme; to be called once the delivery is known to be no copy. `undefined` if it was logged before. */
  readonly announceScheme: (() => void) | undefined;
  readonly [verifiedBrand]: true;
}

/** A verified delivery whose body is JSON without keys that poison prototypes. Only `parseJson` makes one. */
export interface ParsedDelivery {
  readonly delivery: VerifiedDelivery;
  readonly payload: unknown;
  readonly [parsedBrand]: true;
}

/** A payload that its event's schema accepts. */
export interface EventPayload {
  readonly event: string;
}

/** A verified delivery whose payload its event's schema accepts. */
export interface EventDelivery {
  readonly delivery: VerifiedDelivery;
  readonly event: EventPayload;
}

/** Only `signatures/verify-signature.ts` may call this; test/architecture.test.ts enforces it. */
export function markVerified(delivery: Omit<VerifiedDelivery, typeof verifiedBrand>): VerifiedDelivery {
  return delivery as VerifiedDelivery;
}

/** Only `events/parse-json.ts` may call this; test/architecture.test.ts enforces it. */
export function markParsed(delivery: Omit<ParsedDelivery, typeof parsedBrand>): ParsedDelivery {
  return delivery as ParsedDelivery;
}

/** The details of an outcome, for its answer and log line. None refers to the delivery; `payload` is parsed from its bytes. */
export interface SettledDetails {
  /** Event name, once it is known. */
  readonly event?: string | undefined;
  /** Idempotency key, once it is known. */
  readonly key?: string | undefined;
  /** The tenant whose secret signed it, once it is known. */
  readonly tenant?: string | undefined;
  /** Path parameters of the request. */
  readonly params?: WebhookParams | undefined;
  /** How often its handlers have been started, if they were. */
  readonly attempt?: number | undefined;
  /** Names of the handlers that have succeeded, in this run and before it, if they ran. */
  readonly succeeded?: readonly string[] | undefined;
  /** Whether `journal.replay()` ran it. */
  readonly replayed?: boolean | undefined;
  /** Names of the handlers that still run, for `timeout` and for `failed` after `maxRunMs`. */
  readonly running?: readonly string[] | undefined;
  /** When its queue tries a failed delivery again, at the latest; absent without a queue and after the last attempt. */
  readonly nextAttemptAt?: Date | undefined;
  /** Whether a failed delivery is dead now. */
  readonly isLastAttempt?: boolean | undefined;
  /** The code of a problem answer, for `misconfigured`, which has several. */
  readonly code?: 'BAD_SECRET' | 'BODY_ALREADY_PARSED' | undefined;
  /** Whether the delivery joined the run of an earlier copy. That copy reports what went wrong. */
  readonly joined?: boolean | undefined;
  /** Milliseconds after which a repeat may succeed; overrides the outcome table. */
  readonly retryAfterMs?: number | undefined;
  /** First schema error, for `invalid`. */
  readonly schemaError?: SchemaError | undefined;
  /** The parsed body of a delivery that is not a valid event; only for `onInvalid` and `onUnknown`. */
  readonly payload?: unknown;
  /** The reason, for the operator's log only. Holds no secret, signature or payload text. */
  readonly reason?: string | undefined;
  /** The error that caused the outcome; for `onError` and the log, never for the sender. */
  readonly cause?: unknown;
  /** Whether the message of `cause` may quote a secret or the payload. The log leaves it out then. */
  readonly causeMayQuote?: boolean | undefined;
  /** Failures of single handlers, for `failed`. */
  readonly failures?: readonly HandlerFailure[] | undefined;
  /** How many of `failures`, from the first, were reported after `maxRunMs`, before all handlers had ended. @default 0 */
  readonly failuresTold?: number | undefined;
}

/** A handler that did not succeed. */
export interface HandlerFailure {
  readonly handler: string;
  readonly error: unknown;
}

/** What the handlers of a delivery did. */
export interface RunReport {
  readonly failures: readonly HandlerFailure[];
  /** Names of the handlers that succeeded in this run. */
  readonly succeeded: readonly string[];
}

/** The cause of one or several failures: the only error, or all of them in an `AggregateError`. */
export function causeOf(failures: readonly HandlerFailure[]): unknown {
  const errors = failures.map(({ error }) => error);
  return errors.length > 1 ? new AggregateError(errors, 'Several handlers failed') : errors[0];
}

/** How a delivery ended. A step returns this instead of the next value. */
export class Settled {
  readonly outcome: Outcome;
  readonly details: SettledDetails;

  constructor(outcome: Outcome, details: SettledDetails = {}) {
    this.outcome = outcome;
    this.details = details;
  }
}

/** The same outcome, with another reason for the log before its own. */
export function because(first: string | undefined, settled: Settled): Settled {
  if (first === undefined) return settled;
  const { reason = '' } = settled.details;
  return new Settled(settled.outcome, { ...settled.details, reason: `${first} ${reason}`.trimEnd() });
}
