import type { MaybePromise } from './maybe-promise';

/** Request headers by lower-case name; a repeated header's values are joined with `, `. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** Path parameters of the routers that a delivery came through; a wildcard's segments are joined with `/`. */
export type WebhookParams = Readonly<Record<string, string | undefined>>;

/** Where a payload and its schema part. */
export interface SchemaError {
  /** JSON Pointer (RFC 6901) to the place; for a missing property, to where it should be. */
  readonly pointer: string;
  /** The JSON Schema keyword that refused it. */
  readonly keyword: string;
  /** What was expected there. Never holds a value from the payload. */
  readonly detail: string;
}

/** The part of a pino logger that we use, so that any pino version fits. */
export interface Logger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(bindings: Record<string, unknown>): Logger;
  isLevelEnabled?(level: string): boolean;
}

/** What a signature scheme found in a request that its secret signs. */
export interface SignatureMatch {
  /** Name of the scheme that matched, where one object recognises several. @default the scheme's own name */
  readonly scheme?: string | undefined;
  /** The signed timestamp, in milliseconds since 1970; held to `toleranceSeconds` by the receiver. */
  readonly signedAt?: number | undefined;
  /** The signed delivery id: it names the delivery in de-duplication, so a repeat must carry it again. */
  readonly id?: string | undefined;
  /** The configuration that pins this scheme, as a line of code; logged once. */
  readonly pin?: string | undefined;
}

/** What a signature scheme looks at. */
export interface SignatureInput {
  /** The body exactly as it was sent. */
  readonly rawBody: Buffer;
  readonly headers: WebhookHeaders;
  /** One configured secret; with several (rotation), the scheme is asked for each in turn. */
  readonly secret: string;
}

/** What a signature scheme signs. */
export interface SigningInput {
  readonly rawBody: Buffer;
  readonly secret: string;
  /** The moment to sign, in milliseconds since 1970. */
  readonly signedAt: number;
  /** The delivery id to sign. */
  readonly id: string;
}

/** A way to sign deliveries. `hmac`, `timestampedHmac` and `standardWebhooks` make the usual ones. */
export interface SignatureScheme {
  /** Shown to handlers as `context.signature.scheme`, and in the log. */
  readonly name: string;
  /** The headers it reads, in words; the log of a refused delivery says so. */
  readonly looksFor?: string | undefined;
  /** Names of the headers that hold its signatures: no queue is given them. @default those that are named so */
  readonly signatureHeaders?: readonly string[] | undefined;
  /** Whether the headers could carry a signature: if not, the request is refused before its body is read. @default yes */
  maySign?(headers: WebhookHeaders): boolean;
  /** Whether `secret` signs the request. Throwing or rejecting counts as no. Compare in constant time. */
  verify(input: SignatureInput): MaybePromise<boolean | SignatureMatch | undefined>;
  /** The headers of a request that `verify` accepts, for tests and tools. @default the scheme can only verify */
  sign?(input: SigningInput): Record<string, string>;
}

/** A claim on a delivery: the right, for a while, to run its handlers. */
export interface Claim {
  /** Fencing token: new for every claim, so that a holder that lost its lease cannot act on another's. */
  readonly token: string;
  /** How often this delivery has been claimed, from 1. */
  readonly attempt: number;
  /** Names of the handlers that earlier attempts recorded as succeeded. */
  readonly succeeded: readonly string[];
}

/** Somebody else's claim. */
export interface ClaimedElsewhere {
  readonly running: true;
  /** What is left of the other claim's lease, in milliseconds. */
  readonly retryAfterMs: number;
}

/**
 * Remembers deliveries: which are being handled, which handlers succeeded, which are done. Every method is atomic,
 * uses the store's own clock, and may answer at once or with a promise.
 *
 * A claim is *held* as long as its token is the newest for its key and it was neither completed nor released; a lease
 * that has passed only lets others claim, and until one does the claim is still held.
 */
export interface DeliveryStore {
  /**
   * Claims `key` for `leaseMs` (> 0), unless it is done, or claimed with a lease that has not passed. The progress of
   * the delivery is kept for `ttlMs` from now (never shorter than the lease).
   */
  claim(key: string, leaseMs: number, ttlMs: number): MaybePromise<Claim | ClaimedElsewhere | 'done'>;
  /** Lets the lease end `leaseMs` from now. Resolves to whether the claim was still held; if not, nothing changes. */
  extend(key: string, token: string, leaseMs: number): MaybePromise<boolean>;
  /**
   * Records that a handler succeeded: a fact, added even when the claim is no longer held, since the effect happened;
   * and even when the store knows nothing of the delivery any more, then kept for `ttlMs` from now. Only a delivery that
   * is done needs no more facts. Resolves to whether the claim was still held.
   */
  succeeded(key: string, token: string, handlerName: string, ttlMs: number): MaybePromise<boolean>;
  /** Marks the delivery done for `ttlMs` from now. Resolves to whether the claim was still held; if not, nothing changes. */
  complete(key: string, token: string, ttlMs: number): MaybePromise<boolean>;
  /**
   * Gives the claim back, keeping the recorded successes, so that a repeat can claim at once. Resolves to whether the
   * claim was still held; if not, nothing changes.
   */
  release(key: string, token: string): MaybePromise<boolean>;
}

/**
 * A delivery on its way through a queue: plain JSON, so that any engine can hold it. `version` tells readers of the next
 * minor version what they have before them; fields that a reader does not know are passed over.
 */
export interface QueuedDelivery {
  readonly version: 1;
  /** Idempotency key, 64 hex digits. The engine holds one job for each. */
  readonly key: string;
  readonly event: string;
  /** Whose secret signed it; absent where one account is served. */
  readonly tenant?: string | undefined;
  /** Name of the signature scheme that matched. */
  readonly scheme: string;
  /** When the request came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Without those that hold a signature, cookies or credentials. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** What the `locals` option returned; absent when it returned nothing. */
  readonly locals?: unknown;
  /** The body exactly as it was signed, in base64: PostgreSQL's jsonb refuses `\u0000` and lone surrogates. */
  readonly rawBody: string;
}

/** What a queue is told by the receiver that it was given to. */
export interface QueueSettings {
  /** The longest that a job may run, in milliseconds: no engine may take it for lost before. */
  readonly maxRunMs: number;
  readonly logger: Logger;
}

/**
 * Runs a job's handlers. Resolves to `done` when the engine can let go of the job, still collapsing repeats of its key
 * for a while; to `forget` when a repeat must be a new job; to `again` when it must be run elsewhere, at once and without
 * costing an attempt: this worker is closing. Rejects when the attempt failed; the message says which handlers did and
 * why, and holds no payload text: it is the reason of a dead letter.
 */
export type RunJob = (job: unknown) => Promise<'done' | 'forget' | 'again'>;

/** Takes jobs from a queue until it is closed. */
export interface QueueWorker {
  /**
   * Takes no more jobs, and waits `timeoutMs` for those that run. What still runs then is given back to the engine, at
   * once where it can be, to be run elsewhere. Never rejects; closing twice is closing once.
   */
  close(timeoutMs: number): Promise<void>;
}

/** A job whose attempts are used up. */
export interface DeadJob {
  /** The engine's name for it, for `redrive` and `discard`. */
  readonly id: string;
  /** As it was enqueued. */
  readonly job: unknown;
  /** Why the last attempt failed. */
  readonly reason: string;
  /** How many attempts failed. */
  readonly attempts: number;
  readonly failedAt: Date;
}

/** The jobs whose attempts are used up. They are kept until somebody redrives or discards them. */
export interface DeadJobs {
  /** The newest first; at most `limit`, after skipping `offset`. */
  list(page: { readonly limit: number; readonly offset: number }): Promise<readonly DeadJob[]>;
  get(id: string): Promise<DeadJob | undefined>;
  /** Gives the one of that id, or with `'all'` each of them, its attempts anew. Resolves to how many there were. */
  redrive(id: string): Promise<number>;
  /** Deletes one for good. Resolves to whether it was there. */
  discard(id: string): Promise<boolean>;
}

/**
 * A queue engine behind a thin adapter: it holds jobs durably, hands them to workers anywhere, counts attempts with
 * exponential backoff and jitter between them, and keeps what failed for good. At least once; order is not promised.
 * A promise that the engine cannot answer may stay pending: the receiver waits no longer than `storeTimeoutMs`.
 */
export interface DeliveryQueue {
  /** Called by the receiver before anything else, once. Opens no connection of its own and starts no timer. */
  open(settings: QueueSettings): void;
  /**
   * Resolves once the engine holds the job durably; a job whose key it holds already, waiting, running, done or dead,
   * is held once. Rejects when it cannot be held, at once where that is known.
   *
   * @throws WebhookError `QUEUE_NOT_DURABLE` when the engine would lose jobs at a restart
   */
  enqueue(job: QueuedDelivery): Promise<void>;
  /**
   * Runs jobs, at most `concurrency` at once, until the worker is closed. An engine that goes away and comes back is
   * worked on without a restart.
   *
   * @throws WebhookError `QUEUE_NOT_DURABLE`
   */
  work(run: RunJob, options: { readonly concurrency: number }): Promise<QueueWorker>;
  readonly deadJobs: DeadJobs;
  /** Lets go of what the queue opened itself, never of what it was given. Called when workers are closed. @default nothing */
  close?(): Promise<void>;
}

/** What a handler gets beside the event. Every property is computed when it is first read. */
export interface HandlerContext<Locals = unknown> {
  /**
   * Idempotency key: the same for every repeat of this delivery and for no other delivery, 64 hex digits. Hand it
   * downstream to make an effect happen once.
   */
  readonly key: string;
  /** How often this delivery's handlers have been started, from 1. */
  readonly attempt: number;
  /** Whose secret signed the delivery, when `secret` is a function; else `undefined`. */
  readonly tenant: string | undefined;
  readonly receivedAt: Date;
  readonly headers: WebhookHeaders;
  /** The body exactly as it was signed. Under `dispatch()` only if it was passed; else reading it throws. */
  readonly rawBody: Buffer;
  readonly params: WebhookParams;
  readonly signature: {
    /** Name of the scheme that matched. */
    readonly scheme: string;
  };
  /** Aborted when going on is pointless: the claim was lost, `maxRunMs` passed, or `close`'s grace ended. */
  readonly signal: AbortSignal;
  /** A child of the receiver's logger with event and key bound. */
  readonly log: Logger;
  /** What the `locals` option returned for this delivery. */
  readonly locals: Locals;
}
