import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { migration } from '../../../src/journals/postgres/migration';
import { pause } from '../kit/sender';
import { expectToWaitAMoment, msOf, whileOpen } from '../kit/while-open';
import { connectPostgres } from '../services';
import { dayName, entry, found, keysFound, makePlace, type Place } from './postgres-kit';

const role = `keeper_${randomUUID().replaceAll('-', '')}`;
const tables = ['bigmind_webhook_journal', 'bigmind_webhook_journal_bodies', 'bigmind_webhook_journal_marks'];
let admin: Pool;
let place: Place;

beforeAll(async () => {
  admin = await connectPostgres();
  await admin.query(`CREATE ROLE ${role}`);
});
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.remove());
afterAll(async () => {
  await admin.query(`DROP ROLE ${role}`);
  await admin.end();
});

test('the published migration is the one that migrate() runs, under a line that says so', () => {
  const published = readFileSync(join(__dirname, '../../../migrations/postgres-journal.sql'), 'utf8');
  const [header, ...statement] = published.split('\n');
  expect(header).toMatch(/^-- .*migrate\(\)/);
  expect(statement.join('\n')).toBe(`${migration};\n`);
});

test('before it, nothing can be kept or found, and the error says to call it, with PostgreSQL’s code', async () => {
  const journal = place.journal();
  const told = {
    code: '42P01',
    message: expect.stringMatching(/does not exist. Call migrate\(\) of postgresJournal/) as unknown,
  };
  await expect(keysFound(journal)).rejects.toMatchObject(told);
  const [one, another] = [entry(), entry()];
  const appended = await Promise.allSettled([journal.append(one), journal.append(another)]);
  expect(appended).toMatchObject([{ reason: told }, { reason: told }]);
  await journal.migrate();
  await journal.append(one);
  expect(await keysFound(journal)).toEqual([one.key]);
});

test('twenty that migrate at once, again, and on the next day, make each table once', async () => {
  const journals = Array.from({ length: 20 }, () => place.journal({ pool: place.poolWith('') }));
  for (let day = 0; day < 2; day += 1) {
    await Promise.all(journals.map((journal) => journal.migrate()));
    await Promise.all(journals.map((journal) => journal.migrate()));
    expect(await place.partitions()).toEqual(
      [0, 1, 2]
        .slice(0, 2 + day)
        .map(dayName)
        .concat('other'),
    );
    await place.passDays(1);
  }
});

test('returns at once where all is there, whoever holds a lock on it', async () => {
  await place.journal().migrate();
  await whileOpen(place.pool, `LOCK TABLE ${tables.join()} IN ACCESS EXCLUSIVE MODE`, async () => {
    expect(await msOf(place.journal().migrate())).toBeLessThan(900);
  });
});

test('waits a moment only for those who use the table, stops no write for longer, and makes the partition later', async () => {
  const journal = place.journal();
  await journal.migrate();
  await place.passDays(1);
  await whileOpen(place.pool, `SELECT count(*) FROM ${tables[1]}`, async () => {
    const migrated = journal.migrate();
    expect(await msOf(journal.append(entry()))).toBeLessThan(3000);
    await migrated;
    expect(await place.partitions()).not.toContain(dayName(2));
  });
  await journal.migrate();
  expect(await place.partitions()).toContain(dayName(2));
});

test('waits a moment only for another process that makes the tables, and says what to do', async () => {
  const journal = place.journal();
  await expectToWaitAMoment(place.pool, migration, () => journal.migrate());
  await journal.migrate();
  expect(await place.partitions()).toHaveLength(3);
});

test('leaves the lock_timeout of a transaction around it as it was', async () => {
  const client = await place.pool.connect();
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '7s'");
  const journal = place.journal({ pool: client });
  await journal.migrate();
  await place.passDays(40);
  await journal.prune();
  const { rows } = await client.query('SHOW lock_timeout');
  await client.query('COMMIT');
  client.release();
  expect(rows).toEqual([{ lock_timeout: '7s' }]);
});

describe('a role that owns nothing', () => {
  const named = tables.join();

  test('may create, but not use the tables that are there: migrate() rejects, with the name of a table', async () => {
    await place.journal().migrate();
    await place.pool.query(`GRANT CREATE ON SCHEMA ${place.schema} TO ${role}`);
    const guest = place.journal({ pool: place.poolWith(`-c role=${role}`) });
    const told = { code: '42501', message: expect.stringContaining(tables[0] as string) as unknown };
    await expect(guest.migrate()).rejects.toMatchObject(told);
  });

  test('may keep and find with the rights to read, insert and update; it says once that it removes nothing', async () => {
    await place.journal().migrate();
    await place.pool.query(`GRANT SELECT, INSERT, UPDATE ON ${named} TO ${role}`);
    const warnings: string[] = [];
    const guest = place.journal({ pool: place.poolWith(`-c role=${role}`), keepDays: 1 });
    guest.open({ logger: loggerTo(warnings), clock: Date });
    await guest.migrate();
    await place.passDays(3);
    const [early, late] = [entry(), entry()];
    await guest.append(early);
    await guest.ended(early.key, { outcome: 'processed', succeeded: ['a'], endedAt: 1 });
    await guest.mark('backfill', '2026-11-26/1');
    await guest.ping?.();
    await place.passDays(3);
    await guest.append(late);
    await expect(guest.prune()).rejects.toMatchObject({ code: '42501' });
    const before = performance.now();
    for (let minutes = 1; minutes <= 3; minutes += 1) {
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => before + minutes * 61_000);
      await guest.ping?.();
      clock.mockRestore();
      for (let tries = 0; tries < 100 && warnings.length === 0; tries += 1) await pause(20);
    }
    expect(warnings).toEqual(['The journal could not remove what is past its time']);
    expect(await keysFound(guest)).toEqual([early.key, late.key]);
    expect(await place.partitions()).toEqual([dayName(0), dayName(1), 'other']);
  });

  test('with the right to delete, removes by the row what it cannot drop', async () => {
    await place.journal().migrate();
    await place.pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${named} TO ${role}`);
    const guest = place.journal({ pool: place.poolWith(`-c role=${role}`), keepDays: 1 });
    const [old, kept] = [entry(), entry()];
    await guest.append(old);
    await place.passDays(3);
    await guest.append(kept);
    expect(await guest.prune()).toBe(false);
    expect(await keysFound(guest)).toEqual([kept.key]);
    expect(await place.count(tables[1] as string)).toBe(1);
  });
});

test.each([
  ['a column of the small table', 'ALTER TABLE bigmind_webhook_journal DROP COLUMN scheme', '42703'],
  ['a column for ends', 'ALTER TABLE bigmind_webhook_journal DROP COLUMN ended_at', '42703'],
  ['the table of bodies', 'DROP TABLE bigmind_webhook_journal_bodies', '42P01'],
])('without %s, ping rejects as append and ended do', async (_what, change, code) => {
  const journal = place.journal();
  await journal.migrate();
  await journal.ping?.();
  await place.pool.query(change);
  await expect(journal.ping?.()).rejects.toMatchObject({ code });
});

test('a pool that answers everything with no rows is an error that names it: nothing is kept, found or forgotten', async () => {
  const journal = place.journal({ pool: { query: () => Promise.resolve({ rows: [] }) } });
  const calls = [
    () => journal.append(entry()),
    () => journal.ping?.(),
    () => found(journal),
    () => journal.forget({ before: Date.now() }),
    () => journal.stats(),
    () => journal.prune(),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(/^postgresJournal\.pool\.query answered with no rows/);
});

test('uses the tables that the search_path leads to, and makes no second ones before them', async () => {
  await place.journal().migrate();
  const before = `before_${place.schema}`;
  await admin.query(`CREATE SCHEMA ${before}`);
  const client = await place.pool.connect();
  try {
    await client.query(`SET search_path = ${before},${place.schema},pg_catalog`);
    const journal = place.journal({ pool: client });
    await place.passDays(1);
    await journal.migrate();
    await journal.append(entry());
    const { rows } = await admin.query('SELECT 1 FROM pg_tables WHERE schemaname = $1', [before]);
    expect(rows).toStrictEqual([]);
    expect(await place.partitions()).toContain(dayName(2));
    expect(await keysFound(place.journal())).toHaveLength(1);
  } finally {
    await client.query(`SET search_path = ${place.schema},pg_catalog`);
    client.release();
    await admin.query(`DROP SCHEMA ${before} CASCADE`);
  }
});

function loggerTo(warnings: string[]) {
  const nothing = () => undefined;
  const logger = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_fields: object, message = '') => void warnings.push(message),
    child: () => logger,
  };
  return logger;
}
