import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { bigmindWebhooks, type DeliveryStore } from '../../../src/index';
import { postgresStore } from '../../../src/stores/postgres/index';
import { redisStore } from '../../../src/stores/redis/index';
import { ArrayQueue } from '../../queueing/array-queue';
import { secret, signedNote } from '../kit/sender';
import { connectPostgres, connectRedis, forgetNamespaces, freshNamespace } from '../services';
import { until } from './bullmq-kit';

const day = 86_400_000;
const ttlMs = 60_000;

let redis: Redis;
let pool: Pool;

beforeAll(async () => {
  [redis, pool] = await Promise.all([connectRedis(), connectPostgres()]);
});

afterAll(async () => {
  await forgetNamespaces();
  await Promise.all([redis.quit(), pool.end()]);
});

/** A store, and how long it keeps its only delivery, in milliseconds. */
interface Kept {
  readonly store: DeliveryStore;
  readonly leftMs: () => Promise<number>;
}

async function inRedis(): Promise<Kept> {
  const namespace = freshNamespace();
  const leftMs = async (): Promise<number> => {
    const [key = ''] = await redis.keys(`bigmind-webhooks:${namespace}:*`);
    return await redis.pttl(key);
  };
  return Promise.resolve({ store: redisStore({ client: redis, namespace }), leftMs });
}

async function inPostgres(): Promise<Kept> {
  const namespace = freshNamespace();
  const store = postgresStore({ pool, namespace });
  await store.migrate();
  const left = `SELECT (extract(epoch FROM keep_until - clock_timestamp()) * 1000)::float8 AS left
    FROM bigmind_webhook_deliveries WHERE namespace = $1`;
  const leftMs = async (): Promise<number> =>
    (await pool.query<{ left: number }>(left, [namespace])).rows[0]?.left ?? 0;
  return { store, leftMs };
}

test.each([
  ['Redis', inRedis],
  ['PostgreSQL', inPostgres],
])('%s keeps the progress of a job that failed for weeks, and a job that is done for ttlMs', async (_name, open) => {
  const { store, leftMs } = await open();
  const queue = new ArrayQueue({ attempts: 1 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, deduplicate: { store, ttlMs } });
  const ran: string[] = [];
  let works = false;
  await webhooks
    .on('*', () => void ran.push('crm'), { name: 'crm' })
    .on(
      '*',
      () => {
        ran.push('slack');
        if (!works) throw new Error('no channel');
      },
      { name: 'slack' },
    )
    .work();
  await webhooks.receive(signedNote('kept for a redrive'));
  await until(() => queue.states[0] === 'dead after 1');
  expect(await leftMs()).toBeGreaterThan(29 * day);
  works = true;
  await webhooks.deadLetters.redrive('all');
  await until(() => queue.states[0] === 'done after 0');
  // A success is recorded beside the end of the job.
  await webhooks.close();
  expect(await leftMs()).toBeGreaterThan(0);
  expect(await leftMs()).toBeLessThanOrEqual(ttlMs);
  expect(ran).toEqual(['crm', 'slack', 'slack']);
});
