import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryQueue, DeliveryStore } from 'bigmind-webhooks';
import { bullmqQueue } from 'bigmind-webhooks/bullmq';
import { pgBossQueue, pgliteDb } from 'bigmind-webhooks/pg-boss';
import { postgresStore } from 'bigmind-webhooks/postgres';
import { redisStore } from 'bigmind-webhooks/redis';
import * as bullmq from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';

export type EngineName = 'bullmq' | 'pg-boss' | 'pglite';

export interface EngineConfig {
  readonly engine: EngineName;
  /** Of the server; for PGlite, its folder. */
  readonly engineUrl: string;
  readonly namespace: string;
  /** How long a worker may be silent before others run its jobs. */
  readonly lostAfterMs: number;
}

/** What a process of the service opens: queue and store are in the same server. */
export interface OpenEngine {
  readonly queue: DeliveryQueue;
  readonly store: DeliveryStore;
  end(): Promise<void>;
}

/** Handlers fail once at most, and a kill costs no attempt. */
const attempts = 3;
/** Without cron; the maintenance runs every second. */
const bossOptions = { schedule: false, maintenanceIntervalSeconds: 1 } as const;

export function openEngine(config: EngineConfig): Promise<OpenEngine> {
  if (config.engine === 'bullmq') return openBullmq(config);
  return config.engine === 'pglite' ? openPglite(config) : openPgBoss(config);
}

async function openBullmq({ engineUrl, namespace, lostAfterMs }: EngineConfig): Promise<OpenEngine> {
  const client = new Redis(engineUrl, { retryStrategy: () => 100 });
  client.on('error', () => undefined);
  return {
    queue: bullmqQueue({ connection: client, bullmq, namespace, attempts, backoffMs: 100, lostAfterMs }),
    store: redisStore({ client, namespace }),
    end: async () => void (await client.quit()),
  };
}

async function openPgBoss(config: EngineConfig): Promise<OpenEngine> {
  const { engineUrl: connectionString, namespace, lostAfterMs } = config;
  const pool = new Pool({ connectionString, max: 5 });
  pool.on('error', () => undefined);
  const store = postgresStore({ pool, namespace });
  await untilItWorks(() => store.migrate());
  // One whose start failed says that it is started when it is asked again.
  const boss = await untilItWorks(() => started(new PgBoss({ connectionString, max: 5, ...bossOptions })));
  return {
    queue: pgBossQueue({ boss, namespace, attempts, backoffMs: 1, pollMs: 50, lostAfterMs }),
    store,
    async end() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

async function openPglite({ engineUrl, namespace, lostAfterMs }: EngineConfig): Promise<OpenEngine> {
  // It is large, and the others need it not.
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = await PGlite.create(engineUrl);
  const store = postgresStore({ pool: pglite, namespace });
  await store.migrate();
  const boss = await started(new PgBoss({ db: pgliteDb(pglite), ...bossOptions }));
  return {
    queue: pgBossQueue({ boss, namespace, attempts, backoffMs: 1, pollMs: 50, lostAfterMs }),
    store,
    async end() {
      await boss.stop({ graceful: false });
      await pglite.close();
    },
  };
}

async function started(boss: PgBoss): Promise<PgBoss> {
  boss.on('error', () => undefined);
  return await boss.start();
}

/** A process may be started while its server is away. */
async function untilItWorks<Value>(work: () => Promise<Value>): Promise<Value> {
  for (const end = performance.now() + 20_000; ; ) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(100);
    }
  }
}
