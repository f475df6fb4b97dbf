import { randomBytes, randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { pino } from 'pino';
import { bigmindWebhooks } from '../../src/index';
import { type PostgresPool, postgresJournal, postgresStore } from '../../src/stores/postgres/index';
import { migration } from '../../src/stores/postgres/migration';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { expectToWaitAMoment, msOf, whileOpen } from './kit/while-open';
import { connectPostgres, databaseUrl } from './services';

const table = 'bigmind_webhook_deliveries';
const long = 60_000;
const unique = randomUUID().replaceAll('-', '');
const [own, other] = [`own_${unique}`, `other_${unique}`];
const role = `guest_${unique}`;
let admin: Pool;
const pools: Pool[] = [];

beforeAll(async () => {
  admin = await connectPostgres();
  await admin.query(`CREATE ROLE ${role}`);
});
beforeEach(async () => {
  for (const schema of [own, other]) await admin.query(`CREATE SCHEMA ${schema}`);
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  for (const schema of [own, other]) await admin.query(`DROP SCHEMA ${schema} CASCADE`);
});
afterAll(async () => {
  await admin.query(`DROP ROLE ${role}`);
  await admin.end();
});

function poolIn(searchPath: string, as = ''): Pool {
  const options = `-c search_path=${searchPath} ${as === '' ? '' : `-c role=${as}`}`;
  const pool = new Pool({ connectionString: databaseUrl, options, max: 4 });
  pools.push(pool);
  return pool;
}

const secret = `whsec_${randomBytes(32).toString('base64')}`;

interface Line {
  readonly cause?: { readonly message: string };
}

/** A logger, and the lines that tell of trouble. */
function listen() {
  const lines: Line[] = [];
  const logger = pino({ level: 'warn' }, { write: (text) => void lines.push(JSON.parse(text) as Line) });
  return { lines, logger };
}

function storeOn(pool: PostgresPool) {
  return postgresStore({ pool, namespace: 'migrated' });
}

async function schemasWithTable(): Promise<string[]> {
  const { rows } = await admin.query<{ schemaname: string }>(
    'SELECT schemaname FROM pg_tables WHERE tablename = $1 AND schemaname = ANY ($2) ORDER BY 1',
    [table, [own, other]],
  );
  return rows.map(({ schemaname }) => schemaname);
}

test('returns at once where table and index are there, whoever holds a lock on them', async () => {
  const pool = poolIn(own);
  await storeOn(pool).migrate();
  await whileOpen(pool, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`, async () => {
    expect(await msOf(storeOn(pool).migrate())).toBeLessThan(900);
  });
});

test('gives up soon where it must wait for an index, and stops no claim for longer', async () => {
  const pool = poolIn(own);
  const store = storeOn(pool);
  await store.migrate();
  await pool.query(`DROP INDEX ${table}_keep_until`);
  await whileOpen(pool, `LOCK TABLE ${table} IN ROW EXCLUSIVE MODE`, async () => {
    const migrated = expect(store.migrate()).rejects.toMatchObject({ code: '55P03' });
    expect(await msOf(Promise.resolve(store.claim(randomUUID(), long, long)))).toBeLessThan(5000);
    await migrated;
  });
  await store.migrate();
  const { rows } = await pool.query('SELECT indexname FROM pg_indexes WHERE schemaname = $1 ORDER BY 1', [own]);
  expect(rows).toEqual([{ indexname: `${table}_keep_until` }, { indexname: `${table}_pkey` }]);
});

test('waits a moment only for another process that migrates, and says what to do', async () => {
  const pool = poolIn(own);
  const store = storeOn(pool);
  await expectToWaitAMoment(pool, migration, () => store.migrate());
  await store.migrate();
  expect(await schemasWithTable()).toEqual([own]);
});

test('works for a role that may only read and write, and claims with it', async () => {
  await storeOn(poolIn(own)).migrate();
  await admin.query(`GRANT USAGE ON SCHEMA ${own} TO ${role}`);
  await admin.query(`GRANT SELECT, INSERT, UPDATE ON ${own}.${table} TO ${role}`);
  const guest = storeOn(poolIn(own, role));
  await guest.migrate();
  expect(await guest.claim(randomUUID(), long, long)).toMatchObject({ attempt: 1 });
});

test('works for such a role also without the index, and warns', async () => {
  await storeOn(poolIn(own)).migrate();
  await admin.query(`DROP INDEX ${own}.${table}_keep_until`);
  await admin.query(`GRANT USAGE ON SCHEMA ${own} TO ${role}`);
  await admin.query(`GRANT SELECT, INSERT, UPDATE ON ${own}.${table} TO ${role}`);
  const pool = poolIn(own, role);
  const told: unknown[] = [];
  pool.on('connect', (client) => client.on('notice', ({ severity, message }) => told.push([severity, message])));
  const guest = storeOn(pool);
  await guest.migrate();
  expect(told).toEqual([['WARNING', expect.stringContaining('let its owner call migrate()')]]);
  expect(await guest.claim(randomUUID(), long, long)).toMatchObject({ attempt: 1 });
  await storeOn(poolIn(own)).migrate();
  await guest.migrate();
  expect(told).toHaveLength(1);
});

test('uses the table that the search_path leads to, and makes no second one before it', async () => {
  await storeOn(poolIn(other)).migrate();
  const both = storeOn(poolIn(`${own},${other}`));
  await both.migrate();
  expect(await schemasWithTable()).toEqual([other]);
  const key = randomUUID();
  await both.claim(key, long, long);
  expect(await storeOn(poolIn(other)).claim(key, long, long)).toMatchObject({ running: true });

  await admin.query(`DROP INDEX ${other}.${table}_keep_until`);
  await both.migrate();
  expect(await schemasWithTable()).toEqual([other]);
});

test('makes a table of its own where the one in sight is another role’s', async () => {
  await storeOn(poolIn(other)).migrate();
  await admin.query(`GRANT USAGE ON SCHEMA ${other} TO ${role}`);
  await admin.query(`GRANT USAGE, CREATE ON SCHEMA ${own} TO ${role}`);
  const guest = storeOn(poolIn(`${own},${other}`, role));
  await guest.migrate();
  expect(await schemasWithTable()).toEqual([other, own].toSorted());
  expect(await guest.claim(randomUUID(), long, long)).toMatchObject({ attempt: 1 });
});

test('leaves the lock_timeout of a transaction around it as it was', async () => {
  const client = await poolIn(own).connect();
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '7s'");
  await storeOn(client).migrate();
  const { rows } = await client.query('SHOW lock_timeout');
  await client.query('COMMIT');
  client.release();
  expect(rows).toEqual([{ lock_timeout: '7s' }]);
});

test('no index has an order that an upgrade of the operating system changes: a key stays unique', async () => {
  const pool = poolIn(own);
  await postgresStore({ pool, namespace: 'crm' }).migrate();
  await postgresJournal({ pool, namespace: 'crm' }).migrate();
  const { rows } = await pool.query(
    `SELECT DISTINCT collname FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
     JOIN pg_attribute ON attrelid = indexrelid JOIN pg_collation ON pg_collation.oid = attcollation
     WHERE pg_class.relnamespace = $1::regnamespace`,
    [own],
  );
  expect(rows).toEqual([{ collname: 'C' }]);
});

test('before it, a delivery is 503 and the log says to call it; after it, the repeat is handled', async () => {
  const store = storeOn(poolIn(own));
  const { logger, lines } = listen();
  const webhooks = bigmindWebhooks({ secret, logger, deduplicate: { store } });
  const handled: string[] = [];
  webhooks.on('notes_created', (_, { key }) => handled.push(key));
  const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });
  expect((await webhooks.receive(delivery)).status).toBe(503);
  expect(handled).toStrictEqual([]);
  const remedy = /"bigmind_webhook_deliveries" does not exist. Call migrate\(\) of postgresStore .* search_path/;
  expect(lines.map(({ cause }) => cause?.message)).toEqual([expect.stringMatching(remedy)]);
  expect((await webhooks.health()).store?.error).toMatch(remedy);
  await store.migrate();
  expect((await webhooks.receive(delivery)).status).toBe(200);
  expect(handled).toHaveLength(1);
  await webhooks.close();
});

test('works on PGlite, again and again', async () => {
  const pglite = new PGlite();
  const store = storeOn(pglite);
  for (let times = 0; times < 3; times += 1) await store.migrate();
  expect(await store.claim('key', long, long)).toMatchObject({ attempt: 1 });
  await store.migrate();
  expect(await store.claim('key', long, long)).toMatchObject({ running: true });
  await pglite.close();
});
