/** The part of the module BullMQ that is used. */
export interface BullmqModule {
  readonly Queue: unknown;
  readonly Worker: unknown;
}

/** The classes of BullMQ, as far as we use them. */
export interface Engine {
  readonly Queue: new (name: string, options: object) => BullQueue;
  readonly Worker: new (name: string, process: ProcessJob, options: object) => BullWorker;
}

/** Processes a job; `token` is its worker's lock on it. */
export type ProcessJob = (job: BullJob, token: string | undefined) => Promise<void>;

export interface BullJob {
  readonly id?: string | undefined;
  readonly data: unknown;
  readonly opts: { removeOnComplete?: unknown; readonly attempts?: unknown; readonly backoff?: unknown };
  readonly failedReason: string | null | undefined;
  readonly attemptsMade: number;
  readonly finishedOn?: number | null | undefined;
  isFailed(): Promise<boolean>;
  /** Rejects with a negative `code` if the job is not in that state. */
  retry(
    state: 'failed',
    options: { readonly resetAttemptsMade: true; readonly resetAttemptsStarted: true },
  ): Promise<void>;
  moveToWait(token: string | undefined): Promise<unknown>;
}

interface Emitter {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
}

export interface BullQueue extends Emitter {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: unknown, options: { readonly jobId: string; readonly priority?: number }): Promise<unknown>;
  getJob(id: string): Promise<BullJob | undefined>;
  /** In BullMQ 5, `undefined` stands for a job that was removed between its two reads. */
  getFailed(start: number, end: number): Promise<(BullJob | undefined)[]>;
  getFailedCount(): Promise<number>;
  getJobCounts(...states: readonly string[]): Promise<Readonly<Record<string, number>>>;
  toKey(id: string): string;
  getRanges(
    states: readonly ('failed' | 'wait' | 'prioritized')[],
    start: number,
    end: number,
    oldestFirst: boolean,
  ): Promise<string[]>;
  remove(id: string): Promise<number>;
  close(): Promise<void>;
}

export interface BullWorker extends Emitter {
  close(): Promise<void>;
}

/** Where BullMQ finds the jobs of a namespace. */
export interface Place {
  readonly name: string;
  readonly prefix: string;
}

/** Puts all keys of a BullMQ script into one hash slot: a cluster refuses the script otherwise. */
export function placeOf(namespace: string): Place {
  return { name: 'deliveries', prefix: `{bigmind-webhooks:${namespace}}` };
}
