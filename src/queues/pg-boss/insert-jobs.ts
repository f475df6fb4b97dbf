import { callTogether } from '../../foundations/call-together';
import { codeOf, describeError } from '../../foundations/describe-error';
import { fieldsOf } from '../../foundations/fields-of';
import { type Row, readText } from '../../foundations/foreign-values';
import { isOfOneItem } from '../../foundations/postgres-answer';
import { isSerializationFailure } from '../../foundations/retried';
import type { PgBossClient, PgBossDb } from './client';

/** A job to be held. */
export interface NewJob {
  readonly id: string;
  readonly data: object;
}

export interface InsertSettings {
  readonly boss: PgBossClient;
  /** The queue's name. */
  readonly name: string;
  readonly db: PgBossDb;
  /** How jobs are tried and kept, in the words of each version of pg-boss. */
  readonly jobOptions: () => object;
  /** Makes the queues if they are missing. Resolves to how pg-boss wants to be called. */
  readonly ready: () => Promise<InsertForm>;
  /** Has `ready` look again. */
  readonly lookAgain: () => void;
  /** Which of these jobs are held, in any state. */
  readonly findJobs: (ids: readonly string[], on: PgBossDb) => Promise<readonly Row[]>;
}

/** pg-boss 10 has the queue's name in each job; later ones have it before them. */
export type InsertForm = 'name in jobs' | 'name before';

export interface JobInserter {
  /** Resolves when the job is held. Jobs that come at once share a statement: each is a commit. */
  readonly hold: (job: NewJob) => Promise<void>;
  /** The same, within a transaction of somebody else. */
  readonly holdWithin: (transaction: PgBossDb, job: NewJob) => Promise<void>;
}

/** Bytes that one statement sends, unless a single job is longer. */
const mostBytes = 4 * 1024 * 1024;
/** Bytes that a job counts beside its body. */
const bytesOfJob = 4096;
const usualPriority = 0;
const lowPriority = -1;

export function jobInserter(settings: InsertSettings): JobInserter {
  const { boss, name, jobOptions, ready, lookAgain, findJobs } = settings;

  /** Resolves to the ids of those that are held now. */
  async function insert(jobs: readonly NewJob[], on: PgBossDb): Promise<ReadonlySet<string>> {
    const form = await ready();
    const shared = { name, ...jobOptions() };
    const rows = jobs.map((job) => ({ ...job, priority: priorityOf(job), ...shared }));
    const options = { db: on, returnId: true };
    let ids: unknown;
    try {
      ids = await (form === 'name before' ? boss.insert(name, rows, options) : boss.insert(rows, options));
    } catch (error) {
      if (isQueueGone(error)) lookAgain();
      throw error;
    }
    // pg-boss 11 does not tell which jobs it inserted, and no version tells which were there before.
    if (Array.isArray(ids) && ids.length === jobs.length) return new Set(jobs.map(({ id }) => id));
    return await held(jobs, on);
  }

  async function held(jobs: readonly NewJob[], on: PgBossDb): Promise<ReadonlySet<string>> {
    const ids = jobs.map(({ id }) => id);
    const found = await findJobs(ids, on);
    return new Set(found.map((row) => readText(row['id'], 'pgBossQueue.boss: id')));
  }

  /** The same, where copies of the deliveries may come at the same time. */
  async function insertAmongCopies(jobs: readonly NewJob[]): Promise<ReadonlySet<string>> {
    try {
      return await insert(jobs, settings.db);
    } catch (error) {
      if (isSerializationFailure(error)) return await held(jobs, settings.db);
      if (isQueueGone(error)) return new Set();
      throw error;
    }
  }

  const holdTogether = callTogether<NewJob, boolean>({
    keyOf: ({ id }) => id,
    sizes: { of: sizeOf, most: mostBytes },
    async call(jobs) {
      let missing = jobs;
      for (let tries = 0; tries < 2 && missing.length > 0; tries += 1) {
        const found = await insertAmongCopies(missing);
        missing = missing.filter(({ id }) => !found.has(id));
        // Where the queue no longer exists, pg-boss 10 inserts nothing, and later ones throw.
        if (missing.length > 0) lookAgain();
      }
      return jobs.map((job) => !missing.includes(job));
    },
    // One bad job makes PostgreSQL refuse the whole statement.
    isTriedApart: isOfOneItem,
  });

  return {
    async hold(job) {
      if (!(await holdTogether(job))) throw notTaken();
    },
    async holdWithin(transaction, job) {
      if ((await insert([job], transaction)).has(job.id)) return;
      lookAgain();
      throw notTaken();
    },
  };
}

const foreignKeyViolation = '23503';

/** Whether pg-boss, from 11 on, found that somebody has deleted the queue. */
export function isQueueGone(error: unknown): boolean {
  return codeOf(error) === foreignKeyViolation || /^Queue .+ does not exist/.test(describeError(error).message);
}

/** Jobs of priority 0 go first. A job says by itself that it may wait, so that it does when it is redriven, too. */
function priorityOf({ data }: NewJob): number {
  return fieldsOf(data)['priority'] === 'low' ? lowPriority : usualPriority;
}

function sizeOf({ data }: NewJob): number {
  const { rawBody } = data as { readonly rawBody?: unknown };
  return bytesOfJob + (typeof rawBody === 'string' ? rawBody.length : 0);
}

function notTaken(): Error {
  return new Error(
    'pgBossQueue.boss: its table took no job. Look for triggers and rules on it, and for a queue that was deleted.',
  );
}
