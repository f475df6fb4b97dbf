import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PGlite } from '@electric-sql/pglite';
import PgBoss from 'pg-boss';
import { type BigmindWebhooksOptions, bigmindWebhooks } from '../../../src';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { postgresJournal } from '../../../src/journals/postgres/index';
import { pgBossQueue, pgliteDb } from '../../../src/queues/pg-boss/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { bundle } from '../kit/bundle';
import { pause } from '../kit/sender';
import { postgresStage, type Stage } from '../queues/pg-boss-kit';
import { databaseUrl } from '../services';
import { entry, makePlace, type Place } from './postgres-kit';

const secret = 'a secret of the test';
const namespace = 'crm';
const queueName = `bigmind-webhooks/${namespace}`;
/** A nightly job kills more often. */
const kills = Number(process.env['JOURNAL_KILLS'] ?? 8);
let place: Place;
let stage: Stage;

beforeAll(async () => {
  [place, stage] = await Promise.all([makePlace(), postgresStage()]);
  await place.journal().migrate();
});
afterEach(async () => {
  await place.pool.query('TRUNCATE bigmind_webhook_journal, bigmind_webhook_journal_bodies');
  await stage.sql(`DELETE FROM ${stage.schema}.job`);
});
afterAll(async () => {
  await stage.remove();
  await place.remove();
});

type Options = Omit<BigmindWebhooksOptions, 'schemas' | 'locals'>;

function receiver(options: Options = {}) {
  const { boss, schema } = stage;
  const queue = pgBossQueue({ boss, schema, namespace, pool: place.pool });
  return bigmindWebhooks({ secret, logger: false, journal: place.journal(), queue, ...options });
}

function delivery(changes: object = {}) {
  return signDelivery({
    payload: examplePayload('notes_created', { data: { note_id: `${count++}`, ...changes } }),
    secret,
  });
}
let count = 0;

/** By key: the transactions that wrote the entry, its body and the job. */
async function written() {
  const rows = await stage.sql(
    `SELECT coalesce(j.key, job.data->>'key') AS key, j.xmin::text AS entry, b.xmin::text AS body, job.xmin::text AS job
     FROM ${place.schema}.bigmind_webhook_journal j
     LEFT JOIN ${place.schema}.bigmind_webhook_journal_bodies b USING (namespace, day, id)
     FULL JOIN (SELECT xmin, data FROM ${stage.schema}.job WHERE name = $1) job ON job.data->>'key' = j.key`,
    [queueName],
  );
  return rows as { key: string; entry: string | null; body: string | null; job: string | null }[];
}

test('a delivery is kept and enqueued by one transaction', async () => {
  const webhooks = receiver();
  await Promise.all(
    [delivery(), delivery()].map(async (one) => {
      expect(await webhooks.receive(one)).toMatchObject({ body: '{"status":"queued"}' });
    }),
  );
  await webhooks.close();
  const rows = await written();
  expect(rows.length).toBe(2);
  // The end of the delivery is told later, and writes the entry once more.
  for (const { body, job } of rows) expect(body).toBe(job);
});

test('a copy that comes at the same time, or later, is kept and enqueued once', async () => {
  const webhooks = receiver();
  const one = delivery();
  const answers = await Promise.all(Array.from({ length: 10 }, () => webhooks.receive(one)));
  answers.push(await webhooks.receive(one));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect((await written()).map(({ body, job }) => [body !== null, job !== null])).toStrictEqual([[true, true]]);
  await webhooks.close();
});

/** Makes every insert into a table fail, or wait. */
async function obstruct(table: string, statement: string): Promise<() => Promise<void>> {
  const [schema] = table.split('.');
  await stage.sql(`CREATE FUNCTION ${schema}.obstruct() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN ${statement}; RETURN NEW; END $$`);
  await stage.sql(
    `CREATE TRIGGER obstruct BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${schema}.obstruct()`,
  );
  return async () => void (await stage.sql(`DROP FUNCTION ${schema}.obstruct() CASCADE`));
}
const refuse = "RAISE 'not now'";
const entries = () => `${place.schema}.bigmind_webhook_journal`;
const bodies = () => `${place.schema}.bigmind_webhook_journal_bodies`;
const jobs = () => `${stage.schema}.job`;

test.each([
  ['the entry', entries],
  ['the body', bodies],
  ['the job', jobs],
])('where the insert of %s fails, the delivery is 503, neither has it, and its repeat is in both', async (_, table) => {
  const webhooks = receiver();
  await webhooks.receive(delivery());
  const before = await written();
  const clear = await obstruct(table(), refuse);
  const one = delivery();
  expect(await webhooks.receive(one)).toMatchObject({ status: 503 });
  expect((await written()).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  await clear();
  expect(await webhooks.receive(one)).toMatchObject({ body: '{"status":"queued"}' });
  expect((await written()).length).toBe(2);
  await webhooks.close();
});

test('a connection that ends between the job and the entry leaves neither', async () => {
  const webhooks = receiver({ deduplicate: { storeTimeoutMs: 5000 } });
  await webhooks.receive(delivery());
  const clear = await obstruct(entries(), 'PERFORM pg_sleep(30)');
  const answer = webhooks.receive(delivery());
  const [waiting] = await untilSleeping();
  await stage.sql('SELECT pg_terminate_backend($1)', [waiting]);
  expect(await answer).toMatchObject({ status: 503 });
  await clear();
  expect((await written()).length).toBe(1);
  await webhooks.close();
});

test('a connection that ends between two statements leaves neither, and no error that ends the process', async () => {
  const journal = place.journal();
  const one = entry();
  const kept = journal.withQueue?.append(one, async (transaction) => {
    const { rows } = await transaction.query('SELECT pg_backend_pid() AS pid');
    await stage.sql('SELECT pg_terminate_backend($1)', [(rows[0] as { pid: number }).pid]);
    await pause(100);
  });
  await expect(kept).rejects.toThrow();
  expect(await written()).toStrictEqual([]);
  await journal.withQueue?.append(one, async (transaction) => void (await transaction.query('SELECT 1')));
  expect((await written()).map(({ key }) => key)).toEqual([one.key]);
});

/** The processes of the server that wait in a trigger of this test. */
async function untilSleeping(): Promise<number[]> {
  for (let tries = 0; tries < 500; tries += 1) {
    const rows = await stage.sql(
      `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%INSERT INTO bigmind_webhook_journal%'`,
    );
    if (rows.length > 0) return rows.map(({ pid }) => Number(pid));
    await pause(20);
  }
  throw new Error('nothing waits');
}

test('what is enqueued by nobody is kept all the same: no event, and an event whose locals failed', async () => {
  const webhooks = bigmindWebhooks({
    secret,
    logger: false,
    journal: place.journal(),
    queue: pgBossQueue({ boss: stage.boss, schema: stage.schema, namespace, pool: place.pool }),
    locals: () => {
      throw new Error('no locals');
    },
  });
  await webhooks.receive(signDelivery({ payload: '{"event":', secret }));
  expect(await webhooks.receive(delivery())).toMatchObject({ status: 500 });
  expect((await written()).map(({ entry, job }) => [entry !== null, job])).toStrictEqual([
    [true, null],
    [true, null],
  ]);
  await webhooks.close();
});

test(
  'processes that are killed at any moment leave each delivery in both or in neither, and those answered 200 in both',
  async () => {
    const app = await bundle({ entry: 'test/integration/apps/in-one-transaction.ts' });

    const settings = { databaseUrl, journalSchema: place.schema, bossSchema: stage.schema, namespace, lanes: 4 };
    const acknowledged: string[] = [];
    for (let killed = 0; killed < kills; killed += 1) {
      const child = spawn(process.execPath, [app.file], {
        env: { APP: JSON.stringify(settings) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const due = 1 + Math.floor(Math.random() * 30);
      for (let tries = 0; tries < 6000 && output.split('\n').length <= due; tries += 1) await pause(5);
      await pause(Math.random() * 20);
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      acknowledged.push(...output.split('\n').slice(0, -1));
    }
    app.remove();
    // The server ends the transactions of processes that are gone.
    await pause(500);
    expect(acknowledged.length).toBeGreaterThan(kills);
    const rows = await written();
    expect(rows.filter(({ entry, body, job }) => entry === null || body === null || job === null)).toStrictEqual([]);
    const found = new Set<string>();
    for await (const { rawBody } of place.journal().find({ order: 'oldest first' })) {
      found.add((JSON.parse(rawBody.toString()) as { data: { note_id: string } }).data.note_id);
    }
    expect(acknowledged.filter((note) => !found.has(note))).toStrictEqual([]);
  },
  30_000 + kills * 5000,
);

test('on PGlite, a delivery is kept and enqueued by one transaction, and a failure on either side leaves neither', async () => {
  const pglite = new PGlite();
  const boss = new PgBoss({ db: pgliteDb(pglite), schedule: false });
  await boss.start();
  const journal = postgresJournal({ pool: pglite, namespace });
  await journal.migrate();
  const webhooks = bigmindWebhooks({
    secret,
    logger: false,
    journal,
    queue: pgBossQueue({ boss, namespace, pool: pglite }),
  });
  const count = async (table: string) =>
    (await pglite.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n;
  const both = async () => [
    await count('bigmind_webhook_journal'),
    await count(`pgboss.job WHERE name = '${queueName}'`),
  ];
  expect(await webhooks.receive(delivery())).toMatchObject({ body: '{"status":"queued"}' });
  expect(await both()).toStrictEqual([1, 1]);
  for (const table of ['bigmind_webhook_journal', 'pgboss.job']) {
    await pglite.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${refuse}; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
    expect(await webhooks.receive(delivery())).toMatchObject({ status: 503 });
    await pglite.exec('DROP FUNCTION refuse() CASCADE');
    expect(await both()).toStrictEqual([1, 1]);
  }
  await webhooks.close();
  await boss.stop({ graceful: false });
  await pglite.close();
});

describe('a receiver is refused whose queue was given a pool', () => {
  test.each<[string, () => Options, string]>([
    ['without a journal', () => ({ journal: undefined }), 'got no journal'],
    [
      'with a journal on another pool',
      () => ({ journal: place.journal({ pool: place.poolWith('') }) }),
      'another pool',
    ],
    [
      'with a journal that may fail',
      () => ({ journal: place.journal({ onFailure: 'continue' }) }),
      "onFailure is 'continue'",
    ],
    [
      'with a client that has no transactions',
      () => ({ journal: place.journal({ pool: { query: (text, values) => place.pool.query<object>(text, values) } }) }),
      'neither a Pool of pg nor PGlite',
    ],
  ])('%s', (_, options, message) => {
    expect(() => receiver(options())).toThrow(message);
  });
});

test('a pool that leads to another database than pg-boss enqueues nothing, and the error says so', async () => {
  const pool = new PGlite();
  const queue = pgBossQueue({ boss: stage.boss, schema: stage.schema, namespace, pool });
  const query = jest.fn();
  const enqueued = queue.withJournal?.enqueue({ key: 'ab'.repeat(32) } as QueuedDelivery, { query });
  await expect(enqueued).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(enqueued).rejects.toThrow('it leads to another database than boss');
  expect(query).not.toHaveBeenCalled();
  await pool.close();
});
