import type { Outcome } from '../outcomes';
import type { Logger } from './logger';
import type { OpenTransaction } from './open-transaction';
import type { WebhookHeaders, WebhookParams } from './request';
import type { TraceContext } from './trace-context';

/**
 * A delivery on its way through a queue. It is plain JSON, so that any engine can hold it. `version` lets the next
 * minor version read it; a reader ignores unknown fields.
 */
export interface QueuedDelivery {
  /** 2 for a replay: a worker that knows none must not take it for a delivery that came. */
  readonly version: 1 | 2;
  /** Idempotency key, 64 hex digits; for a replay, another. The engine holds one job for each. */
  readonly key: string;
  readonly event: string;
  /** The tenant whose secret signed it; absent unless `secret` is a function. */
  readonly tenant?: string | undefined;
  /** Name of the signature scheme that matched. */
  readonly scheme: string;
  /** When the request came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Headers with signatures, cookies or credentials are left out. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** What the `locals` option returned; absent when it returned nothing. */
  readonly locals?: unknown;
  /** The trace of the request, for the worker's spans; absent without `telemetry`. */
  readonly trace?: TraceContext | undefined;
  /** `low` for a replay: jobs of a live delivery go first, where the engine can do that. @default the usual */
  readonly priority?: 'low' | undefined;
  /** What is run again; absent for a delivery that came. */
  readonly replay?: QueuedReplay | undefined;
  /** The body exactly as it was signed, in base64: PostgreSQL's jsonb refuses `\u0000` and lone surrogates. */
  readonly rawBody: string;
}

/** A delivery of the journal on its way through a queue. */
export interface QueuedReplay {
  /** Idempotency key of the delivery. */
  readonly key: string;
  /** Names of the handlers to run. @default every handler of the event */
  readonly handlers?: readonly string[] | undefined;
  /** Whether handlers run that are done. */
  readonly force: boolean;
  /** What the journal knew of its end. */
  readonly outcome?: Outcome | undefined;
  readonly succeeded: readonly string[];
}

/** What the receiver tells its queue. */
export interface QueueSettings {
  /** How long a job may run, in milliseconds. The engine must not give it up as lost earlier. */
  readonly maxRunMs: number;
  readonly logger: Logger;
}

/**
 * Runs a job's handlers.
 * - Resolves to `done`: the engine may drop the job, but still ignores repeats of its key for a while.
 * - Resolves to `forget`: a repeat must be a new job.
 * - Resolves to `again`: this worker is closing; run the job elsewhere, at once, without using up an attempt.
 * - Rejects: the attempt failed. The message names the failed handlers and their errors, and holds no payload text; a
 *   dead letter shows it as its reason.
 */
export type RunJob = (job: unknown, plan?: JobPlan) => Promise<'done' | 'forget' | 'again'>;

/** What the engine will do if an attempt fails; for the log and `onError`. */
export interface JobPlan {
  /** When it tries the job again, at the latest, in milliseconds after the failure; `undefined` if it never does. */
  readonly retryInMs: number | undefined;
}

/** How a worker takes jobs. */
export interface QueueWorkOptions {
  /** How many jobs may run at once, from 1. */
  readonly concurrency: number;
  /**
   * Names of the handlers of this process, which may grow. A queue may warn when workers with others take its jobs.
   * @default unknown
   */
  readonly handlers?: (() => readonly string[]) | undefined;
}

/** Takes jobs from a queue until it is closed. */
export interface QueueWorker {
  /**
   * Takes no more jobs and waits up to `timeoutMs` for running ones. Then it gives the rest back to the engine, at once
   * if it can, to run elsewhere. Never rejects. A second call does nothing more.
   */
  close(timeoutMs: number): Promise<void>;
}

/** A job whose attempts are used up. */
export interface DeadJob {
  /** The engine's id for it, for `redrive` and `discard`. */
  readonly id: string;
  /** As it was enqueued. */
  readonly job: unknown;
  /** Why the last attempt failed. */
  readonly reason: string;
  /** How many attempts failed. */
  readonly attempts: number;
  readonly failedAt: Date;
}

/** The jobs whose attempts are used up. The engine keeps them until somebody redrives or discards them. */
export interface DeadJobs {
  /** The newest first; at most `limit`, after skipping `offset`. */
  list(page: { readonly limit: number; readonly offset: number }): Promise<readonly DeadJob[]>;
  get(id: string): Promise<DeadJob | undefined>;
  /** Gives the job with this id all its attempts again; `'all'` means every dead job. Resolves to their number. */
  redrive(id: string): Promise<number>;
  /** Deletes a dead job for good. Resolves to whether it existed. */
  discard(id: string): Promise<boolean>;
}

/** How many deliveries a queue holds. */
export interface QueueStats {
  /** Those that wait for a worker or for their next attempt. */
  readonly waiting: number;
  /** Those that workers run now, in any process. */
  readonly running: number;
  /** Those whose attempts are used up. */
  readonly dead: number;
  /**
   * How long ago the oldest delivery was enqueued that a worker could run now, in milliseconds; `undefined` if none
   * waits.
   */
  readonly oldestWaitingMs: number | undefined;
}

/** How a queue holds a job in the transaction in which a journal keeps its delivery. */
export interface QueueWithJournal {
  /** The client of the journal, `withQueue.pool`. A receiver whose journal has another one is refused. */
  readonly pool: object;
  /** As `enqueue`, but the job is held when the transaction is committed. */
  enqueue(job: QueuedDelivery, transaction: OpenTransaction): Promise<void>;
}

/**
 * A queue engine behind a thin adapter. It holds jobs durably, gives them to workers in any process, counts attempts
 * with exponential backoff and jitter between them, and keeps dead jobs. It runs each job at least once, in no promised
 * order. A promise may stay pending while the engine does not answer: the receiver waits no longer than
 * `storeTimeoutMs`.
 */
export interface DeliveryQueue {
  /**
   * Each receiver calls this first, and once. It opens no connection and starts no timer. Receivers of one process may
   * share a queue.
   */
  open(settings: QueueSettings): void;
  /**
   * Resolves once the engine holds the job durably. It holds one job for each key, waiting, running, done or dead.
   * Rejects when it cannot hold the job, at once if it knows so.
   *
   * @throws WebhookError `QUEUE_NOT_DURABLE` when the engine would lose jobs at a restart
   */
  enqueue(job: QueuedDelivery): Promise<void>;
  /** Writes in one transaction with a journal. @default each writes by itself */
  readonly withJournal?: QueueWithJournal | undefined;
  /**
   * Runs jobs, at most `concurrency` at once, until the worker is closed. After an outage of the engine it goes on
   * without a restart.
   *
   * @throws WebhookError `QUEUE_NOT_DURABLE`
   */
  work(run: RunJob, options: QueueWorkOptions): Promise<QueueWorker>;
  readonly deadJobs: DeadJobs;
  /**
   * Resolves if a job could be enqueued now, and enqueues none. For `health()`, which waits no longer than
   * `storeTimeoutMs`. @default `health()` goes by `stats`
   */
  ping?(): Promise<void>;
  /**
   * Counts the jobs, for `health()` and metrics. With `ping`, a count that fails or is slow says nothing against the queue.
   * @default unknown
   */
  stats?(): Promise<QueueStats>;
  /**
   * Closes what the queue opened itself, but no client of the user. Each receiver calls this once, after its workers are
   * closed; a shared queue closes with the last of them. @default nothing
   */
  close?(): Promise<void>;
}
