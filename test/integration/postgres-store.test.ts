import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { bigmindWebhooks, type Claim } from '../../src/index';
import { type PostgresStore, postgresStore } from '../../src/stores/postgres/index';
import { migration } from '../../src/stores/postgres/migration';
import * as queries from '../../src/stores/postgres/queries';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { type LatinDatabase, latinDatabase } from './kit/latin-database';
import { pause } from './kit/sender';
import { connectPostgres, databaseUrl, freshNamespace } from './services';

const secret = 'a secret of the table';
const long = 60_000;
const table = 'bigmind_webhook_deliveries';
const schema = `webhooks_${randomUUID().replaceAll('-', '')}`;
const inSchema = { connectionString: databaseUrl, options: `-c search_path=${schema}` };
let pool: Pool;

beforeAll(async () => {
  const admin = await connectPostgres();
  await admin.query(`CREATE SCHEMA ${schema}`);
  await admin.end();
  pool = new Pool({ ...inSchema, max: 10 });
});

afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`);
  await pool.end();
});

async function claim(store: PostgresStore, key: string, leaseMs = long, ttlMs = long): Promise<Claim> {
  const answer = await store.claim(key, leaseMs, ttlMs);
  if (typeof answer === 'object' && 'token' in answer) return answer;
  throw new Error(`expected a claim, got ${JSON.stringify(answer)}`);
}

async function claimed(...of: Parameters<typeof claim>): Promise<string> {
  return (await claim(...of)).token;
}

async function rowsOf(namespace: string): Promise<number> {
  const { rows } = await pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE namespace = $1`, [namespace]);
  return (rows[0] as { n: number }).n;
}

async function addOldRows(namespace: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO ${table} (namespace, key, keep_until)
     SELECT $1, 'old' || i, now() - interval '1 second' FROM generate_series(1, $2) AS i`,
    [namespace, count],
  );
}

// First, on an empty schema.
test('twenty that migrate at once, and again, make one table', async () => {
  const clients = Array.from({ length: 20 }, () => new Client(inSchema));
  await Promise.all(clients.map((client) => client.connect()));
  const stores = clients.map((client) => postgresStore({ pool: client, namespace: freshNamespace() }));
  await Promise.all(stores.map((store) => store.migrate()));
  await Promise.all(stores.map((store) => store.migrate()));
  await Promise.all(clients.map((client) => client.end()));
  const { rows } = await pool.query('SELECT indexname FROM pg_indexes WHERE schemaname = $1 ORDER BY 1', [schema]);
  expect(rows).toEqual([{ indexname: `${table}_keep_until` }, { indexname: `${table}_pkey` }]);
});

test('the published migration is the one that migrate() runs, under a line that says so', () => {
  const published = readFileSync(join(__dirname, '../../migrations/postgres.sql'), 'utf8');
  const [header, ...statement] = published.split('\n');
  expect(header).toMatch(/^-- .*migrate\(\)/);
  expect(statement.join('\n')).toBe(`${migration};\n`);
});

test.each([
  ['without a column that a claim writes', `ALTER TABLE ${table} DROP COLUMN attempt`, '42703'],
  ['on a replica', 'SET TRANSACTION READ ONLY', '25006'],
])('%s, ping rejects as a claim does, so that health() tells of it', async (_when, change, code) => {
  const client = await pool.connect();
  try {
    const store = postgresStore({ pool: client, namespace: freshNamespace() });
    await store.ping?.();
    for (const call of [() => store.claim('a', long, long), () => store.ping?.()]) {
      await client.query('BEGIN');
      await client.query(change);
      await expect(call()).rejects.toMatchObject({ code });
      await client.query('ROLLBACK');
    }
  } finally {
    client.release();
  }
});

test('a token of another store is nobody’s, and no error; its success is a fact all the same', async () => {
  const store = postgresStore({ pool, namespace: freshNamespace() });
  const key = randomUUID();
  await claimed(store, key);
  for (const token of ['17', '', 'not-a-uuid', "'; --", randomUUID()]) {
    expect(await store.extend(key, token, long)).toBe(false);
    expect(await store.complete(key, token, long)).toBe(false);
    expect(await store.release(key, token)).toBe(false);
    expect(await store.succeeded(key, token, 'handler', long)).toBe(false);
    expect(await store.succeeded(randomUUID(), token, 'handler', long)).toBe(false);
  }
  expect(await store.claim(key, long, long)).toMatchObject({ running: true });
});

test('names of handlers come back as they were, whatever they are made of', async () => {
  const store = postgresStore({ pool, namespace: freshNamespace() });
  const names = [
    'a,b',
    '{}',
    '"quoted"',
    'back\\slash',
    "o'clock",
    'NULL',
    ' blanks ',
    'ünïcödé 🎉',
    '+*',
    'line\nbreak',
  ];
  const key = randomUUID();
  const token = await claimed(store, key);
  for (const name of names) await store.succeeded(key, token, name, long);
  await store.release(key, token);
  const { succeeded } = await claim(store, key);
  expect([...succeeded].toSorted()).toEqual(names.toSorted());
});

test('names that an earlier version wrote come back as they were', async () => {
  const namespace = freshNamespace();
  const names = ['ünïcödé 🎉', '"quoted"', '"', 'line\nbreak'];
  const key = randomUUID();
  const written = `INSERT INTO ${table} (namespace, key, succeeded, keep_until) VALUES ($1, $2, $3, now() + interval '1 hour')`;
  await pool.query(written, [namespace, key, names]);
  expect((await claim(postgresStore({ pool, namespace }), key)).succeeded).toEqual(names);
});

describe('in a database whose encoding holds few characters', () => {
  let latin: LatinDatabase;

  beforeAll(async () => {
    latin = await latinDatabase();
    await postgresStore({ pool: latin.pool, namespace: 'any' }).migrate();
  });
  afterAll(() => latin.remove());

  test.each(['🎉 party', 'Łódź', 'é'])('a handler named %s that succeeded does not run again', async (name) => {
    const ran: string[] = [];
    const store = postgresStore({ pool: latin.pool, namespace: freshNamespace() });
    const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: { store } });
    webhooks.on('notes_created', () => void ran.push(name), { name });
    webhooks.on('notes_created', () => {
      ran.push('other');
      if (ran.length === 2) throw new Error('down');
    });
    const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });
    const answers = [await webhooks.receive(delivery), await webhooks.receive(delivery)];
    expect(answers.map(({ status }) => status)).toEqual([500, 200]);
    expect(ran).toEqual([name, 'other', 'other']);
  });
});

test('a time beyond 32 bits of milliseconds, and a fraction of one, are kept', async () => {
  const store = postgresStore({ pool, namespace: freshNamespace() });
  for (const ttlMs of [2 ** 31, 2 ** 32 + 1, 1e12, 60_000.5]) {
    const key = randomUUID();
    const token = await claimed(store, key, 2 ** 33, ttlMs);
    const other = await store.claim(key, 2 ** 33, long);
    expect((other as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(2 ** 33 - 60_000);
    expect(await store.complete(key, token, ttlMs)).toBe(true);
    expect(await store.claim(key, long, long)).toBe('done');
  }
});

test('on one connection, inside a transaction of the user’s, leases pass; rolled back, nothing was claimed', async () => {
  const client = new Client(inSchema);
  await client.connect();
  const namespace = freshNamespace();
  const inside = postgresStore({ pool: client, namespace });
  const key = randomUUID();
  await client.query('BEGIN');
  await claimed(inside, key, 30);
  await pause(60);
  expect(await inside.claim(key, long, long)).toMatchObject({ attempt: 2 });
  await client.query('ROLLBACK');
  await client.end();
  expect(await postgresStore({ pool, namespace }).claim(key, long, long)).toMatchObject({ attempt: 1 });
});

describe('rows past their time', () => {
  test('are removed 500 at most at a time, and no others', async () => {
    const namespace = freshNamespace();
    const store = postgresStore({ pool, namespace });
    await addOldRows(namespace, 1100);
    const key = randomUUID();
    await claimed(store, key);
    expect([await store.prune(), await store.prune(), await store.prune(), await store.prune()]).toEqual([
      500, 500, 100, 0,
    ]);
    expect(await rowsOf(namespace)).toBe(1);
    expect(await store.claim(key, long, long)).toMatchObject({ running: true });
  });

  test('are removed by many at once without waiting for one another, none twice', async () => {
    const namespace = freshNamespace();
    const store = postgresStore({ pool, namespace });
    await addOldRows(namespace, 2000);
    const removed = await Promise.all(Array.from({ length: 8 }, () => store.prune()));
    expect(removed.reduce((sum, count) => sum + count, 0)).toBe(2000);
    expect(await rowsOf(namespace)).toBe(0);
  });

  test('that somebody works on are passed over', async () => {
    const namespace = freshNamespace();
    const store = postgresStore({ pool, namespace });
    await addOldRows(namespace, 3);
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM ${table} WHERE namespace = $1 AND key = 'old1' FOR UPDATE`, [namespace]);
    expect(await store.prune()).toBe(2);
    await client.query('ROLLBACK');
    client.release();
    expect(await store.prune()).toBe(1);
  });

  test('are removed by the way, once a minute, until none is left', async () => {
    const namespace = freshNamespace();
    const store = postgresStore({ pool, namespace });
    await addOldRows(namespace, 700);
    await claimed(store, randomUUID());
    await pause(100);
    expect(await rowsOf(namespace)).toBe(701);
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 61_000);
    try {
      await claimed(store, randomUUID());
      await untilRows(namespace, 202);
      await claimed(store, randomUUID());
      await untilRows(namespace, 3);
    } finally {
      clock.mockRestore();
    }
  });

  async function untilRows(namespace: string, count: number): Promise<void> {
    for (let tries = 0; tries < 200 && (await rowsOf(namespace)) !== count; tries += 1) await pause(20);
    expect(await rowsOf(namespace)).toBe(count);
  }
});

test('every step finds its rows by an index', async () => {
  const namespace = freshNamespace();
  await pool.query(
    `INSERT INTO ${table} (namespace, key, keep_until)
     SELECT $1, 'k' || i, now() + (i - 1000) * interval '1 second' FROM generate_series(1, 20000) AS i`,
    [namespace],
  );
  await pool.query(`ANALYZE ${table}`);
  const [key, token] = ['k5000', randomUUID()];
  const asked = JSON.stringify(['k5000', 'k1'].map((each) => ({ key: each, token, lease: long, ttl: long })));
  const plans = {
    claim: await planOf(queries.claim, [namespace, asked]),
    refusal: await planOf(queries.refusal, [namespace, asked]),
    extend: await planOf(queries.extend, [namespace, asked]),
    succeeded: await planOf(queries.succeeded, [namespace, key, token, 'a', long]),
    complete: await planOf(queries.complete, [namespace, asked]),
    release: await planOf(queries.release, [namespace, key, token, 0]),
    prune: await planOf(queries.prune, [500]),
  };
  expect(Object.values(plans).join('\n')).not.toContain('Seq Scan');
  const byKey = expect.stringMatching(new RegExp(`(Index Scan using|Arbiter Indexes:) ${table}_pkey`)) as string;
  expect(plans).toEqual({
    claim: byKey,
    refusal: byKey,
    extend: byKey,
    succeeded: byKey,
    complete: byKey,
    release: byKey,
    prune: expect.stringContaining(`Index Scan using ${table}_keep_until`) as string,
  });
});

async function planOf(text: string, values: unknown[]): Promise<string> {
  const { rows } = await pool.query(`EXPLAIN ${text}`, values);
  return (rows as Record<'QUERY PLAN', string>[]).map((row) => row['QUERY PLAN']).join('\n');
}

test.each(['repeatable read', 'serializable'])(
  'claims that meet under %s are no errors: one has it, the others are told to wait',
  async (isolation) => {
    const options = `-c search_path=${schema} -c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`;
    const strict = new Pool({ connectionString: databaseUrl, options, max: 8 });
    const store = postgresStore({ pool: strict, namespace: freshNamespace() });
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 8 }, async () => store.claim(`key${round}`, long, long)));
      const claims = answers.filter((answer) => typeof answer === 'object' && 'token' in answer);
      const waits = answers.filter((answer) => typeof answer === 'object' && 'running' in answer);
      expect([claims.length, waits.length]).toEqual([1, 7]);
    }
    await strict.end();
  },
);
