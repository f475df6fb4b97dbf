import type { DeliveryQueue, DeliveryStore, Journal } from 'bigmind-webhooks';
import { bullmqQueue } from 'bigmind-webhooks/bullmq';
import { fileJournal } from 'bigmind-webhooks/file-journal';
import { pgBossQueue } from 'bigmind-webhooks/pg-boss';
import { postgresJournal, postgresStore } from 'bigmind-webhooks/postgres';
import { type NodeRedisClient, redisStore } from 'bigmind-webhooks/redis';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { createClient } from 'redis';

export type SetupName =
  | 'memory'
  | 'redisStore, ioredis'
  | 'redisStore, node-redis'
  | 'postgresStore'
  | 'BullMQ'
  | 'pg-boss'
  | 'fileJournal'
  | 'postgresJournal';

export interface SetupConfig {
  readonly setup: SetupName;
  /** Of the store, the queue and the journal. */
  readonly url: string;
  /** Of a `fileJournal`. */
  readonly directory?: string | undefined;
  readonly namespace: string;
  readonly waitForReplicas?: number | undefined;
  /** Where Sentinels listen. Their primary is named `primary`. */
  readonly sentinels?: readonly number[] | undefined;
}

/** What a process of the service opens, as README.md and docs/ show it. */
export interface Opened {
  readonly options: {
    readonly queue?: DeliveryQueue;
    readonly journal?: Journal;
    readonly maxRunMs?: number;
  };
  /** Beside the default store of a receiver if there is none. */
  readonly store?: DeliveryStore;
  readonly onSilence?: () => Promise<void>;
  end(): Promise<unknown>;
}

const say = (who: string) => (error: Error) => console.error(`${who}:`, error.message);

const setups: Readonly<Record<SetupName, (config: SetupConfig) => Opened | Promise<Opened>>> = {
  memory: () => ({ options: {}, end: async () => undefined }),
  'redisStore, ioredis'(config) {
    const client = ioredis(config);
    const store = redisStore({ client, namespace: config.namespace });
    return { options: {}, store, end: () => client.quit() };
  },
  async 'redisStore, node-redis'({ url, namespace }) {
    let client = createClient({ url });
    async function connect(): Promise<void> {
      const made = client;
      made.on('error', say('Redis'));
      made.on('ready', () => made === client || made.destroy());
      await made.connect();
    }
    async function onSilence(): Promise<void> {
      client.destroy();
      client = createClient({ url });
      await connect().catch(() => undefined);
    }
    await connect();
    const newest: NodeRedisClient = {
      evalSha: (...given) => client.evalSha(...given),
      eval: (...given) => client.eval(...given),
    };
    return { options: {}, store: redisStore({ client: newest, namespace }), onSilence, end: () => client.close() };
  },
  fileJournal({ directory = '' }) {
    return { options: { journal: fileJournal({ directory }) }, end: async () => undefined };
  },
  async postgresJournal({ url, namespace }) {
    const pool = poolOf(url);
    const journal = postgresJournal({ pool, namespace });
    const store = postgresStore({ pool, namespace });
    await journal.migrate();
    await store.migrate();
    return { options: { journal }, store, end: () => pool.end() };
  },
  async postgresStore({ url, namespace }) {
    const pool = poolOf(url);
    const store = postgresStore({ pool, namespace });
    await store.migrate();
    return { options: {}, store, end: () => pool.end() };
  },
  BullMQ(config) {
    const { namespace, waitForReplicas } = config;
    const client = ioredis(config);
    const queue = bullmqQueue({ connection: client, namespace, waitForReplicas });
    return { options: { queue }, store: redisStore({ client, namespace }), end: () => client.quit() };
  },
  async 'pg-boss'({ url, namespace }) {
    const boss = new PgBoss({ ...databaseAt(url), maintenanceIntervalSeconds: 30 });
    boss.on('error', say('pg-boss'));
    await boss.start();
    const pool = poolOf(url);
    const store = postgresStore({ pool, namespace });
    await store.migrate();
    return {
      options: { queue: pgBossQueue({ boss, namespace }), maxRunMs: 120_000 },
      store,
      async end() {
        await boss.stop();
        await pool.end();
      },
    };
  },
};

function poolOf(url: string): Pool {
  const pool = new Pool(databaseAt(url));
  pool.on('error', say('PostgreSQL'));
  return pool;
}

function databaseAt(connectionString: string) {
  return { connectionString, connectionTimeoutMillis: 2000, query_timeout: 5000 };
}

function ioredis({ url, sentinels }: SetupConfig): Redis {
  const timeouts = { socketTimeout: 5000, retryStrategy: () => 500 };
  const client =
    sentinels === undefined
      ? new Redis(url, timeouts)
      : new Redis({ ...timeouts, sentinels: sentinels.map((port) => ({ host: '127.0.0.1', port })), name: 'primary' });
  client.on('error', say('Redis'));
  return client;
}

export async function openSetup(config: SetupConfig): Promise<Opened> {
  return await setups[config.setup](config);
}
