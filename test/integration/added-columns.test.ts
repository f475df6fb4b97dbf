import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { type Among, find, remove } from '../../src/journals/postgres/search-statements';
import * as journalStatements from '../../src/journals/postgres/statements';
import { postgresJournal, postgresStore } from '../../src/stores/postgres/index';
import * as storeStatements from '../../src/stores/postgres/queries';
import { connectPostgres, databaseUrl, freshNamespace } from './services';

const schema = `webhooks_${randomUUID().replaceAll('-', '')}`;
const tables = [
  'bigmind_webhook_deliveries',
  'bigmind_webhook_journal',
  'bigmind_webhook_journal_bodies',
  'bigmind_webhook_journal_marks',
];
const among: readonly Among[] = ['all', 'key', 'old', 'old key'];
const statements: readonly string[] = [
  ...Object.values(storeStatements),
  ...Object.values(journalStatements),
  ...among.flatMap((which) => [find(which, true), find(which, false), remove(which)]),
];
let pool: Pool;

beforeAll(async () => {
  const admin = await connectPostgres();
  await admin.query(`CREATE SCHEMA ${schema}`);
  await admin.end();
  pool = new Pool({ connectionString: databaseUrl, options: `-c search_path=${schema}`, max: 1 });
});
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`);
  await pool.end();
});

/** PostgreSQL reads it as it would to run it, and resolves every name in it. */
async function read(statement: string): Promise<void> {
  await pool.query(`PREPARE nothing AS ${statement}`);
  await pool.query('DEALLOCATE ALL');
}

// A DBA may add a column, and a later version may, while processes of this one still run.
test('columns that somebody adds, whatever their names, disturb no statement', async () => {
  const store = postgresStore({ pool, namespace: freshNamespace() });
  await store.migrate();
  await postgresJournal({ pool, namespace: freshNamespace() }).migrate();
  for (const statement of statements) await read(statement);
  // Those of the system cannot be added.
  const words = new Set(statements.join(' ').match(/[a-z_]+/g));
  words.delete('ctid');
  expect([...words]).toEqual(expect.arrayContaining(['lease', 'ttl', 'place', 'seen', 'held']));
  for (const table of tables) {
    const columns = [...words].map((word) => `ADD COLUMN IF NOT EXISTS "${word}" int`);
    await pool.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
  }
  for (const statement of statements) await expect(read(statement).then(() => statement)).resolves.toBe(statement);
  expect(await store.claim('key', 60_000, 60_000)).toMatchObject({ attempt: 1 });
});
