import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { createClient } from 'redis';
import type { DeliveryStore } from '../../src/index';
import { postgresStore } from '../../src/stores/postgres/index';
import { redisStore } from '../../src/stores/redis/index';
import { storeContract } from '../../src/testing/index';
import { compareWithModel, shortMs } from '../deduplication/store-model';
import { connectPostgres, connectRedis, forgetNamespaces, freshNamespace, redisUrl } from './services';

let redis: Redis;
let nodeRedis: ReturnType<typeof createClient>;
let pool: Pool;
let pglite: PGlite;
const stores = new Map<string, DeliveryStore>();
const names = ['ioredis', 'node-redis', 'pg', 'PGlite'];

beforeAll(async () => {
  redis = await connectRedis();
  nodeRedis = createClient({ url: redisUrl });
  await nodeRedis.connect();
  pool = await connectPostgres();
  pglite = new PGlite();
  stores.set('ioredis', redisStore({ client: redis, namespace: freshNamespace() }));
  stores.set('node-redis', redisStore({ client: nodeRedis, namespace: freshNamespace() }));
  for (const [name, client] of [['pg', pool] as const, ['PGlite', pglite] as const]) {
    const store = postgresStore({ pool: client, namespace: freshNamespace() });
    await store.migrate();
    stores.set(name, store);
  }
});

afterAll(async () => {
  await forgetNamespaces();
  await Promise.all([redis.quit(), nodeRedis.close(), pool.end(), pglite.close()]);
});

function storeNamed(name: string): DeliveryStore {
  const store = stores.get(name);
  if (store === undefined) throw new Error(`no store ${name}`);
  return store;
}

describe.each(names)('%s keeps the contract of a store:', (name) => {
  for (const { name: promise, run } of storeContract({ store: () => storeNamed(name), shortLeaseMs: 150 })) {
    test(promise, run);
  }
});

test('PGlite prunes what is past its time, and no more', async () => {
  const store = postgresStore({ pool: pglite, namespace: freshNamespace() });
  await store.migrate();
  for (const [key, ttlMs] of [['kept', 60_000] as const, ['old', 1] as const]) {
    const claim = await store.claim(key, 60_000, 60_000);
    if (typeof claim !== 'object' || !('token' in claim)) throw new Error('expected a claim');
    await store.complete(key, claim.token, ttlMs);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  // The contract's cases leave old ones too.
  expect(await store.prune()).toBeGreaterThanOrEqual(1);
  expect(await store.prune()).toBe(0);
  expect(await store.claim('kept', 60_000, 60_000)).toBe('done');
  expect(await store.claim('old', 60_000, 60_000)).toMatchObject({ attempt: 1 });
});

test.each([
  ['ioredis', 10_000, 'own'],
  ['node-redis', 2000, 'own'],
  ['pg', 10_000, 'own'],
  ['PGlite', 500, 'ours'],
] as const)('%s never differs from the model, in %d runs', async (name, runs, clock) => {
  const store = storeNamed(name);
  await compareWithModel(
    runs,
    50,
    () => ({
      store,
      key: randomUUID(),
      tokens: new Map(),
      pause: () => new Promise((resolve) => setTimeout(resolve, shortMs + 5)),
    }),
    clock,
  );
});
