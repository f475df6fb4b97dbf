import type { Logger } from './logger';
import type { WebhookHeaders, WebhookParams } from './request';

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
