// The ways to run that are compared: each makes a receiver with an empty handler.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { bullmqQueue } from 'bigmind-webhooks/bullmq';
import { pgBossQueue, pgliteDb } from 'bigmind-webhooks/pg-boss';
import { postgresStore } from 'bigmind-webhooks/postgres';
import { redisStore } from 'bigmind-webhooks/redis';
import { Redis } from 'ioredis';
import pg from 'pg';
import PgBoss from 'pg-boss';
import { event, secret } from './deliveries.mjs';

const namespace = 'scaling';

/** Beside options of the receiver: `disconnect`, for when it is closed. */
const modes = {
  'in process': () => ({ options: {}, disconnect() {} }),
  redisStore({ redis }) {
    const client = new Redis(redis);
    const deduplicate = { store: redisStore({ client, namespace }) };
    return { options: { deduplicate }, disconnect: () => client.disconnect() };
  },
  async postgresStore({ postgres }) {
    const pool = new pg.Pool({ connectionString: postgres, max: 10 });
    const store = postgresStore({ pool, namespace });
    await store.migrate();
    return { options: { deduplicate: { store } }, disconnect: () => pool.end() };
  },
  async bullmqQueue(servers) {
    const client = new Redis(servers.redis);
    // All of them are kept, so that what one takes can be said.
    const queue = bullmqQueue({ connection: client, namespace, rememberDone: { count: 1_000_000 } });
    const { options, disconnect } = modes.redisStore(servers);
    return {
      options: { ...options, queue },
      disconnect() {
        disconnect();
        client.disconnect();
      },
    };
  },
  async pgBossQueue(servers) {
    const boss = new PgBoss({ connectionString: servers.postgres, max: 10 });
    boss.on('error', console.error);
    await boss.start();
    const { options, disconnect } = await modes.postgresStore(servers);
    return {
      options: { ...options, queue: pgBossQueue({ boss, namespace }) },
      async disconnect() {
        await disconnect();
        await boss.stop({ graceful: false });
      },
    };
  },
  /** Takes and handles in one process, as it must. */
  async 'pgBossQueue on PGlite'() {
    const folder = mkdtempSync(join(tmpdir(), 'scaling-pglite-'));
    const pglite = await PGlite.create(folder);
    const boss = new PgBoss({ db: pgliteDb(pglite) });
    boss.on('error', console.error);
    await boss.start();
    const store = postgresStore({ pool: pglite, namespace });
    await store.migrate();
    return {
      options: { queue: pgBossQueue({ boss, namespace }), deduplicate: { store } },
      worksHere: true,
      async disconnect() {
        await boss.stop({ graceful: false });
        await pglite.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

export const names = Object.keys(modes);

export async function receiverIn(mode, servers, handle = () => {}) {
  const { options, disconnect, worksHere = false } = await modes[mode](servers);
  const webhooks = bigmindWebhooks({ secret, logger: false, ...options });
  webhooks.on(event, handle);
  if (worksHere) await webhooks.work();
  return {
    webhooks,
    async close() {
      await webhooks.close();
      await disconnect();
    },
  };
}
