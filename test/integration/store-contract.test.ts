import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import type { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { bigmindWebhooks, type DeliveryStore } from '../../src/index';
import { postgresStore } from '../../src/stores/postgres/index';
import { redisStore } from '../../src/stores/redis/index';
import { examplePayload, signDelivery, storeContract } from '../../src/testing/index';
import { compareWithModel, shortMs } from '../deduplication/store-model';
import { connectPostgres, connectRedis, databaseUrl, forgetNamespaces, freshNamespace, redisUrl } from './services';

const secret = 'a secret of the stores';
let redis: Redis;
let nodeRedis: ReturnType<typeof createClient>;
let pool: Pool;
let pglite: PGlite;
const stores = new Map<string, DeliveryStore>();
const converting = {
  'pg that converts nothing': { types: { getTypeParser: () => (value: string) => value } },
  'pg with a bigint for each number': { types: { getTypeParser: (oid: number) => parserOf(oid) } },
  'pg with bytes for all': { types: { getTypeParser: () => (value: string) => Buffer.from(value) } },
};
const pools: Pool[] = [];
const names = ['ioredis', 'node-redis', 'pg', 'PGlite', ...Object.keys(converting)];

/** By the type's number in PostgreSQL: whole numbers are bigints, all else is text. */
function parserOf(oid: number): (value: string) => unknown {
  return [20, 21, 23].includes(oid) ? BigInt : String;
}

beforeAll(async () => {
  redis = await connectRedis();
  nodeRedis = createClient({ url: redisUrl });
  await nodeRedis.connect();
  pool = await connectPostgres();
  pglite = new PGlite();
  stores.set('ioredis', redisStore({ client: redis, namespace: freshNamespace() }));
  stores.set('node-redis', redisStore({ client: nodeRedis, namespace: freshNamespace() }));
  for (const options of Object.values(converting)) {
    pools.push(new Pool({ connectionString: databaseUrl, max: 10, ...(options as object) }));
  }
  const others = Object.keys(converting).map((name, index) => [name, pools[index] as Pool] as const);
  for (const [name, client] of [['pg', pool] as const, ['PGlite', pglite] as const, ...others]) {
    const store = postgresStore({ pool: client, namespace: freshNamespace() });
    await store.migrate();
    stores.set(name, store);
  }
});

afterAll(async () => {
  await forgetNamespaces();
  await Promise.all([redis.quit(), nodeRedis.close(), pool.end(), pglite.close(), ...pools.map((each) => each.end())]);
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

test.each(names)('%s refuses a lease that never ends or is no time, and claims nothing for it', async (name) => {
  const store = storeNamed(name);
  const key = randomUUID();
  const badLeases = [Number.POSITIVE_INFINITY, Number.NaN, 0, -1];
  for (const leaseMs of badLeases) {
    const claiming = (async () => store.claim(key, leaseMs, 60_000))();
    await expect(claiming).rejects.toThrow(/Store\.claim: leaseMs: expected milliseconds, more than 0/);
  }
  const claim = await store.claim(key, 60_000, 60_000);
  if (typeof claim !== 'object' || !('token' in claim)) throw new Error('expected a claim');
  expect(claim.attempt).toBe(1);
  for (const leaseMs of badLeases) {
    const extending = (async () => store.extend(key, claim.token, leaseMs))();
    await expect(extending).rejects.toThrow(/Store\.extend: leaseMs: expected milliseconds, more than 0/);
  }
  const refusal = await store.claim(key, 60_000, 60_000);
  if (typeof refusal !== 'object' || !('running' in refusal)) throw new Error('expected a refusal');
  expect(refusal.retryAfterMs).toBeGreaterThan(30_000);
});

test('a claim in PostgreSQL that waited for another’s is told to wait for a lease at most', async () => {
  const namespace = freshNamespace();
  const store = postgresStore({ pool, namespace });
  const first = await store.claim('key', 15_000, 60_000);
  if (typeof first !== 'object' || !('token' in first)) throw new Error('expected a claim');
  await store.release('key', first.token);
  const other = await pool.connect();
  try {
    await other.query('BEGIN');
    const claiming =
      "UPDATE bigmind_webhook_deliveries SET token = gen_random_uuid(), lease_until = now() + interval '15 s' WHERE namespace = $1";
    await other.query(claiming, [namespace]);
    // It began before the other's claim could be seen.
    const refused = store.claim('key', 15_000, 60_000);
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid');
    const waiting = 'SELECT 1 FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))';
    while ((await pool.query(waiting, [rows[0].pid])).rowCount === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await other.query('COMMIT');
    expect(await refused).toEqual({ running: true, retryAfterMs: 15_000 });
  } finally {
    other.release(true);
  }
});

test.each(Object.keys(converting))(
  'through %s, a delivery is handled once and its repeat is a duplicate',
  async (name) => {
    const handled: string[] = [];
    const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: { store: storeNamed(name) } });
    webhooks.on('*', (event) => void handled.push(event.event));
    const payload = examplePayload('notes_created', { data: { content: randomUUID() } });
    const { body, headers } = signDelivery({ payload, secret });
    expect(await webhooks.receive({ headers, body })).toMatchObject({ status: 200, body: '{"status":"processed"}' });
    expect(await webhooks.receive({ headers, body })).toMatchObject({ status: 200, body: '{"status":"duplicate"}' });
    expect(handled).toEqual(['notes_created']);
  },
);

test('a pool that renames columns, or answers otherwise, claims nothing and finishes nothing', async () => {
  const answers = [
    [{ HELD: true, ATTEMPT: 1, DONE: true }],
    [['t']],
    [{ attempt: null, succeeded: null, done: null, held: null }],
  ];
  for (const rows of answers) {
    const store = postgresStore({ pool: { query: () => Promise.resolve({ rows }) }, namespace: 'odd' });
    for (const ask of [() => store.claim('key', 1, 1), () => store.extend('key', 'token', 1)]) {
      await expect((async () => ask())()).rejects.toThrow(/^postgresStore\.pool/);
    }
  }
  const bare = { query: () => Promise.resolve([{ held: true }]) } as unknown as Pool;
  const store = postgresStore({ pool: bare, namespace: 'odd' });
  await expect((async () => store.claim('key', 1, 1))()).rejects.toThrow('did not answer with { rows }');
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
