import type { Pool } from 'pg';
import { bigmindWebhooks } from '../../../src/index';
import { postgresStore } from '../../../src/stores/postgres/index';
import { examplePayload, signDelivery } from '../../../src/testing';
import { makePlace, type Place } from '../journals/postgres-kit';
import { databaseUrl } from '../services';
import { type Command, jsonLines, makeCommand, secret } from './command';

/** The user's app: its handler writes down each run, after a moment in which another process may come. */
const source = `
const { bigmindWebhooks } = require('bigmind-webhooks');
const { postgresJournal, postgresStore } = require('bigmind-webhooks/postgres');
const { Pool } = require('pg');
const { URL_OF_DATABASE: connectionString, OPTIONS: options } = process.env;
const pool = new Pool({ connectionString, options, allowExitOnIdle: true });
const store = postgresStore({ pool, namespace: 'crm' });
const webhooks = bigmindWebhooks({ journal: postgresJournal({ pool, namespace: 'crm' }), deduplicate: { store } });
webhooks.on('notes_created', async (_event, { key }) => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  await pool.query('INSERT INTO ran VALUES ($1)', [key]);
}, { name: 'crm' });
module.exports = { webhooks };
`;
let command: Command;
let place: Place;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  [command, place] = await Promise.all([makeCommand(), makePlace()]);
  command.file('app.cjs', source);
  env = { URL_OF_DATABASE: databaseUrl, OPTIONS: `-c search_path=${place.schema},pg_catalog` };
  await place.journal().migrate();
  await postgresStore({ pool: place.pool, namespace: 'crm' }).migrate();
  await place.pool.query('CREATE TABLE ran (key text)');
});
afterEach(async () => {
  await place.pool.query(
    'TRUNCATE bigmind_webhook_journal, bigmind_webhook_journal_bodies, bigmind_webhook_deliveries, ran',
  );
});
afterAll(async () => {
  command.remove();
  await place.remove();
});

function run(args: readonly string[]) {
  return command.run([...args, '--app', './app.cjs', '--json'], { env });
}

/** A receiver of this process on the same journal and store. */
function receiver(pool: Pool) {
  const store = postgresStore({ pool, namespace: 'crm' });
  return bigmindWebhooks({ secret, logger: false, journal: place.journal({ pool }), deduplicate: { store } });
}

function deliveries(count: number) {
  return Array.from({ length: count }, (_, index) => {
    return signDelivery({ payload: examplePayload('notes_created', { data: { note_id: `note_${index}` } }), secret });
  });
}

async function timesRun(): Promise<number[]> {
  const { rows } = await place.pool.query<{ times: number }>('SELECT count(*)::int AS times FROM ran GROUP BY key');
  return rows.map(({ times }) => times);
}

test('replays of two processes at once, while live copies of the same deliveries come, double nothing without force', async () => {
  const before = receiver(place.pool);
  const sent = deliveries(120);
  // Before there was a handler.
  for (const one of sent) expect((await before.receive(one)).status).toBe(200);
  await before.close();
  const live = receiver(place.poolWith(''));
  live.on(
    'notes_created',
    async (_event, { key }) => void (await place.pool.query('INSERT INTO ran VALUES ($1)', [key])),
    {
      name: 'crm',
    },
  );
  const replays = [run(['journal', 'replay']), run(['journal', 'replay'])];
  let areEnded = false;
  const ended = Promise.all(replays).finally(() => {
    areEnded = true;
  });
  for (let next = 0; !areEnded; next += 1) await live.receive(sent[next % 40] as (typeof sent)[number]);
  for (const { code, stdout } of await ended) {
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'summary', found: 120, failed: 0 });
    expect(code).toBe(0);
  }
  await live.close();
  expect(await timesRun()).toEqual(sent.map(() => 1));
  expect(jsonLines((await run(['journal', 'replay'])).stdout).at(-1)).toMatchObject({ found: 120, ran: 0 });
  expect(jsonLines((await run(['journal', 'replay', '--force'])).stdout).at(-1)).toMatchObject({ ran: 120 });
  expect(await timesRun()).toEqual(sent.map(() => 2));
});

test('find, stats and forget say and do what the journal in PostgreSQL holds', async () => {
  const webhooks = receiver(place.pool).on('notes_created', () => undefined, { name: 'crm' });
  for (const one of deliveries(3)) await webhooks.receive(one);
  await webhooks.close();
  const found = await run(['journal', 'find']);
  expect(found.code).toBe(0);
  const keys = jsonLines(found.stdout).map(({ key }) => key as string);
  expect(new Set(keys).size).toBe(3);
  expect(jsonLines(found.stdout)[0]).toMatchObject({
    event: 'notes_created',
    outcome: 'processed',
    succeeded: ['crm'],
  });
  expect(jsonLines((await run(['journal', 'stats'])).stdout)[0]).toMatchObject({ entries: 3, unreadable: 0 });
  const forgot = await run(['journal', 'forget', '--key', keys[0] ?? '', '--yes']);
  expect(forgot).toMatchObject({ code: 0, stderr: '' });
  expect(await place.count('bigmind_webhook_journal')).toBe(2);
  expect(await place.count('bigmind_webhook_journal_bodies')).toBe(2);
});
