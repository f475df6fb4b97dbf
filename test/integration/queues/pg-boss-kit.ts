import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import type { Logger } from '../../../src/foundations/contracts/logger';
import type { DeliveryQueue, QueuedDelivery, QueueWorker } from '../../../src/foundations/contracts/queue';
import { type PgBossQueueOptions, pgBossQueue, pgliteDb } from '../../../src/queues/pg-boss/index';
import { type Bundle, bundle } from '../kit/bundle';
import { databaseUrl, freshNamespace } from '../services';
import { recordingLogger } from './bullmq-kit';

/** pg-boss on a database, and what tests ask of it beside. */
export interface Stage {
  readonly boss: PgBoss;
  readonly schema: string;
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Leaves nothing. */
  remove(): Promise<void>;
}

/** Without cron, which no test needs; the maintenance runs every second. */
const bossOptions = { schedule: false, maintenanceIntervalSeconds: 1 } as const;

/** In a schema of its own. `application_name` is the schema's name. */
export async function postgresStage(options: PgBoss.ConstructorOptions = {}): Promise<Stage> {
  const schema = `pgboss_${randomBytes(8).toString('hex')}`;
  const connection = { connectionString: databaseUrl, application_name: schema, max: 5 };
  const boss = new PgBoss({ ...connection, schema, ...bossOptions, ...options });
  const admin = new Pool({ connectionString: databaseUrl, max: 2 });
  await boss.start();
  return {
    boss,
    schema,
    sql: async (text, values) => (await admin.query<Record<string, unknown>>(text, values)).rows,
    async remove() {
      await boss.stop({ graceful: false });
      await dropSchema(admin, schema);
      await admin.end();
    },
  };
}

/** Again where a statement of pg-boss that still runs and the removal wait for each other. */
async function dropSchema(admin: Pool, schema: string): Promise<void> {
  try {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '40P01') throw error;
    await dropSchema(admin, schema);
  }
}

/** In memory, or in a folder. */
export async function pgliteStage(folder?: string): Promise<Stage> {
  const pglite = new PGlite(folder);
  const boss = new PgBoss({ db: pgliteDb(pglite), ...bossOptions });
  await boss.start();
  return {
    boss,
    schema: 'pgboss',
    sql: async (text, values) => (await pglite.query<Record<string, unknown>>(text, values)).rows,
    async remove() {
      await boss.stop({ graceful: false });
      await pglite.close();
    },
  };
}

/** Queues and workers of a test, and how to end them all. */
export class Company {
  readonly workers: QueueWorker[] = [];

  /** The first pause between attempts is the shortest that pg-boss has: a second. */
  queue(
    stage: Pick<Stage, 'boss' | 'schema'>,
    options: Partial<PgBossQueueOptions> = {},
    logger?: Logger,
    maxRunMs = 60_000,
  ): DeliveryQueue {
    const { boss, schema } = stage;
    const queue = pgBossQueue({ boss, schema, namespace: freshNamespace(), backoffMs: 1, pollMs: 20, ...options });
    queue.open({ maxRunMs, logger: logger ?? recordingLogger().logger });
    return queue;
  }

  async worker(queue: DeliveryQueue, run: (job: QueuedDelivery) => unknown, concurrency = 5): Promise<QueueWorker> {
    const runJob = async (job: unknown): Promise<'done' | 'forget' | 'again'> => {
      const verdict = await run(job as QueuedDelivery);
      return verdict === 'forget' || verdict === 'again' ? verdict : 'done';
    };
    const worker = await queue.work(runJob, { concurrency });
    this.workers.push(worker);
    return worker;
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close(0)));
  }
}

/** Resolves to whether it resolved. */
export function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}

const root = join(__dirname, '../../..');

/** The adapter as one file, for processes of their own. */
export function bundleAdapter(): Promise<Bundle> {
  return bundle({ entry: 'src/queues/pg-boss/index.ts' });
}

/** A program in a process of its own, which tells things. */
export interface Program {
  readonly said: unknown[];
  /** Unless it has ended. */
  kill(): Promise<void>;
}

const programs: Program[] = [];

/** Also those whose test failed. */
export async function killPrograms(): Promise<void> {
  await Promise.all(programs.map((program) => program.kill()));
}

/** Runs a module whose imports are found from the repository's root; `config` is its constant of that name. */
export function runModule(text: string, config: object): Program {
  const source = `const config = ${JSON.stringify(config)};\n${text}`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  const program: Program = {
    said,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
  programs.push(program);
  return program;
}
