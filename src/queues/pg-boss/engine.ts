import { setTimeout as pass } from 'node:timers/promises';
import { askedOnce } from '../../foundations/asked-once';
import { callTogether } from '../../foundations/call-together';
import type { JobPlan } from '../../foundations/contracts/queue';
import { codeOf } from '../../foundations/describe-error';
import { WebhookError } from '../../foundations/errors';
import { type Row, readBoolean, readJson, readRows, readText } from '../../foundations/foreign-values';
import { deadlock, unknownTable } from '../../foundations/postgres-answer';
import { retried } from '../../foundations/retried';
import type { PgBossDb, PgBossJob, PgBossQueueSettings } from './client';
import { type InsertForm, isQueueGone, jobInserter } from './insert-jobs';
import type { ParsedOptions } from './options';
import { planOf } from './plan';
import { type Statements, statementsIn } from './statements';
import { type Turn, turnOf } from './turn';

/** How an attempt of a job ended. */
export type Verdict = 'done' | 'forget' | 'again' | { readonly reason: string };

/** A job of a worker. */
export interface TakenJob {
  readonly id: string;
  readonly data: unknown;
  readonly turn: Turn;
  /** What pg-boss will do if this attempt fails. */
  readonly plan: JobPlan | undefined;
}

/** A queue of pg-boss and its dead-letter queue. Every call rejects if the database did not answer it. */
export interface Engine {
  /** The queues' names in pg-boss. */
  readonly name: string;
  readonly deadName: string;
  readonly workersName: string;
  /** Makes the queues if they are missing. */
  ready(): Promise<unknown>;
  /** Rejects if no job could be inserted now. */
  ping(): Promise<void>;
  /** Resolves when a job with this id is held. */
  hold(id: string, data: object): Promise<void>;
  /** The same, within a transaction of somebody else. */
  holdWithin(transaction: PgBossDb, id: string, data: object): Promise<void>;
  /** pg-boss' own access to the database. */
  readonly db: PgBossDb;
  /** Adds the record of a worker. It is due after so many milliseconds. */
  recordWorker(id: string, data: object, ms: number): Promise<void>;
  take(most: number): Promise<readonly TakenJob[]>;
  /** Ends an attempt. If the job was given to another worker, only `done` still counts. */
  settle(job: TakenJob, verdict: Verdict): Promise<void>;
  /** Ends an attempt whose worker is lost. */
  fail(id: string, reason: string): Promise<void>;
  /** Makes jobs wait again, unless they were given to another worker. No attempt is used up. */
  giveBack(jobs: readonly TakenJob[]): Promise<void>;
  /** Gives failed jobs all their attempts again. Resolves to the ids of those that there were. */
  revive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Runs one of {@link Statements}. */
  run(statement: keyof Statements, values: unknown[]): Promise<readonly Row[]>;
}

/** Ten years: neither waiting nor dead jobs may be thrown away. */
const keptSeconds = 10 * 365 * 24 * 60 * 60;
/** A job whose worker was lost must not expire: that would use up an attempt. The limit of pg-boss is a day. */
const expireInSeconds = 24 * 60 * 60 - 1;
/** Longer than one process takes to make the queues, in milliseconds. */
const leastPauseMs = 200;
/** How long the queues may take to be made or found, in milliseconds: all else waits for it. */
export const longestStartMs = 10_000;
const untranslatable = '22P05';

export function engineOn({ boss, namespace, schema, attempts, backoffSeconds }: ParsedOptions): Engine {
  const name = `bigmind-webhooks/${namespace}`;
  const deadName = `${name}/dead`;
  const workersName = `${name}/workers`;
  const statements = statementsIn(schema);

  /** If pg-boss is not started or was stopped, it sends nothing and treats that as an empty answer. */
  const db: PgBossDb = {
    async executeSql(text, values) {
      const result: { rows: unknown[] } | undefined = await retried(() => boss.getDb().executeSql(text, values));
      if (result !== undefined) return result;
      throw new WebhookError(
        'BAD_OPTION',
        'pgBossQueue.boss is not started, or was stopped: await boss.start() first.',
      );
    },
  };

  async function run(statement: keyof Statements, values: unknown[], on = db): Promise<readonly Row[]> {
    return readRows(await on.executeSql(statements[statement], values), 'pgBossQueue.boss');
  }

  async function prepare(): Promise<InsertForm> {
    await makeQueues();
    const [row] = await run('version', [name]);
    return readBoolean(row?.['ten'], 'pgBossQueue.boss: ten') ? 'name in jobs' : 'name before';
  }

  const createQueue = (settings: PgBossQueueSettings) => boss.createQueue(settings.name, { ...settings });

  /**
   * Two processes that make a queue at the same time deadlock. PostgreSQL lets one of them go on, after `deadlock_timeout`:
   * it has made all queues when the other looks again.
   */
  async function makeQueues(tries = 10): Promise<void> {
    if (await isThere()) return;
    const retention = { retentionSeconds: keptSeconds, deleteAfterSeconds: keptSeconds };
    try {
      await createQueue({ name: deadName, ...retention, retryLimit: attempts - 1 });
      await createQueue({ name: workersName, ...retention });
      await createQueue({ name, deadLetter: deadName });
    } catch (error) {
      if (tries <= 1 || codeOf(error) !== deadlock) throw error;
      // A random pause, so that a third and a fourth do not collide again.
      await pass(leastPauseMs + Math.random() * leastPauseMs);
      await makeQueues(tries - 1);
      return;
    }
    if (!(await isThere())) throw elsewhere(schema);
  }

  async function isThere(): Promise<boolean> {
    try {
      return (await run('findQueues', [[name, deadName, workersName]])).length === 3;
    } catch (error) {
      throw codeOf(error) === unknownTable ? elsewhere(schema, error) : error;
    }
  }

  const ready = askedOnce(prepare, longestStartMs, 'The connection of pg-boss to PostgreSQL');

  /** pg-boss ignores the words of its other versions. */
  const jobOptions = (): object => ({
    retryLimit: attempts - 1,
    retryDelay: backoffSeconds,
    retryBackoff: true,
    expireInSeconds,
    retentionSeconds: keptSeconds,
    keepUntil: new Date(Date.now() + keptSeconds * 1000).toISOString(),
  });

  const inserter = jobInserter({
    boss,
    name,
    db,
    jobOptions,
    ready,
    lookAgain: ready.forget,
    findJobs: (ids, on) => run('findJobs', [name, ids], on),
  });

  /** A statement for each job would cost a commit each. */
  const complete = callTogether<string, undefined>({
    keyOf: (id) => id,
    async call(ids) {
      await boss.complete(name, [...ids], undefined, { db });
      return ids.map(() => undefined);
    },
    // Of two statements on the same jobs, such as that of a worker that gives all of its own back.
    isTriedApart: (error) => codeOf(error) === deadlock,
  });

  async function giveBack(jobs: readonly TakenJob[]): Promise<void> {
    const turns = jobs.map(({ turn }) => turn);
    const values = [jobs.map(({ id }) => id), turns.map(({ failed }) => failed), turns.map(({ lost }) => lost)];
    await run('giveBack', [name, ...values]);
  }

  /** Where the database's encoding lacks a character of the reason, it is kept in ASCII: the job must not wait for ever. */
  async function fail(id: string, reason: string): Promise<void> {
    try {
      await boss.fail(name, id, { reason }, { db });
    } catch (error) {
      if (codeOf(error) !== untranslatable) throw error;
      await boss.fail(name, id, { reason: reason.replace(/[^\n -~]/gu, '?') }, { db });
    }
  }

  return {
    db,
    name,
    deadName,
    workersName,
    ready,
    async ping() {
      if (!(await isThere())) ready.forget();
      await ready();
      await run('tryInsert', [name]);
    },
    run,
    async recordWorker(id, data, ms) {
      const startAfter = Math.ceil(ms / 1000);
      await boss.send(workersName, data, { id, startAfter, retentionSeconds: keptSeconds, db });
    },
    hold: (id, data) => inserter.hold({ id, data }),
    holdWithin: (transaction, id, data) => inserter.holdWithin(transaction, { id, data }),
    async take(most) {
      await ready();
      // If the statement fails, pg-boss 10 and 11 return no jobs and hide the error.
      let asked: Promise<unknown> = Promise.resolve();
      const heard: PgBossDb = {
        executeSql(text, values) {
          const answer = db.executeSql(text, values);
          asked = answer;
          return answer;
        },
      };
      try {
        const jobs = await boss.fetch(name, { batchSize: most, includeMetadata: true, db: heard });
        await asked;
        return jobs.map(readTaken);
      } catch (error) {
        if (isQueueGone(error)) ready.forget();
        throw error;
      }
    },
    fail,
    giveBack,
    async settle(job, verdict) {
      const { id, turn } = job;
      if (verdict === 'done') {
        await complete(id);
        return;
      }
      if (verdict === 'again') {
        await giveBack([job]);
        return;
      }
      const rows = await run('keepTurn', [name, id, turn.failed, turn.lost]);
      if (rows.length === 0) return;
      if (verdict === 'forget') await boss.deleteJob(name, id, { db });
      else await fail(id, verdict.reason);
    },
    async revive(ids) {
      const rows = await run('revive', [name, ids, attempts - 1]);
      return new Set(rows.map((row) => readText(row['id'], 'pgBossQueue.boss: id')));
    },
  };
}

function readTaken(job: PgBossJob): TakenJob {
  const id = readText(job.id, 'pgBossQueue.boss: id');
  return { id, data: readJson(job.data), turn: turnOf(job), plan: planOf(job) };
}

function elsewhere(schema: string, cause?: unknown): WebhookError {
  const message = `pgBossQueue.schema: boss keeps its tables elsewhere than in ${schema}. Pass the schema that it has.`;
  return new WebhookError('BAD_OPTION', message, { cause });
}
