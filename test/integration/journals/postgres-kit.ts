import { randomBytes, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import type { JournalEntry, JournalQuery, JournalRecord } from '../../../src/foundations/contracts/journal';
import { postgresJournal } from '../../../src/journals/postgres/index';
import type { PostgresJournalOptions } from '../../../src/stores/postgres/index';
import { connectPostgres, databaseUrl } from '../services';

export const dayMs = 24 * 60 * 60 * 1000;

/** A schema of the test's own, in which the clock of PostgreSQL can be set. */
export interface Place {
  readonly schema: string;
  readonly pool: Pool;
  /** Another pool, with settings such as `-c role=guest`. */
  poolWith(settings: string): Pool;
  journal(options?: Partial<PostgresJournalOptions>): ReturnType<typeof postgresJournal>;
  /** Sets the server's clock, as this schema sees it, so many days ahead. */
  passDays(days: number): Promise<void>;
  /** Sets the server's clock, as this schema sees it. It goes on from there. */
  setClock(ms: number): Promise<void>;
  /** The names of the partitions, without what is common to them. */
  partitions(): Promise<string[]>;
  count(table: string, where?: string): Promise<number>;
  remove(): Promise<void>;
}

export async function makePlace(): Promise<Place> {
  const schema = `journal_${randomUUID().replaceAll('-', '')}`;
  const pools: Pool[] = [];
  function poolWith(settings = ''): Pool {
    // Behind the schema, the functions of PostgreSQL give way to those in it.
    const options = `-c search_path=${schema},pg_catalog ${settings}`;
    const pool = new Pool({ connectionString: databaseUrl, options, max: 8 });
    pools.push(pool);
    return pool;
  }
  const pool = poolWith();
  await pool.query(`CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.clock AS SELECT 0::float8 AS seconds;
    CREATE FUNCTION ${schema}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
      'SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM ${schema}.clock';
    GRANT USAGE ON SCHEMA ${schema} TO PUBLIC; GRANT SELECT ON ${schema}.clock TO PUBLIC;`);
  return {
    schema,
    pool,
    poolWith,
    journal: (options = {}) => postgresJournal({ pool, namespace: 'crm', ...options }),
    async passDays(days) {
      await pool.query('UPDATE clock SET seconds = seconds + $1', [days * (dayMs / 1000)]);
    },
    async setClock(ms) {
      const seconds = '$1::float8 / 1000 - extract(epoch FROM pg_catalog.clock_timestamp())';
      await pool.query(`UPDATE clock SET seconds = ${seconds}`, [ms]);
    },
    async partitions() {
      const { rows } = await pool.query<{ relname: string }>(
        `SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
         WHERE inhparent = 'bigmind_webhook_journal_bodies'::regclass ORDER BY relname`,
      );
      return rows.map(({ relname }) => relname.replace('bigmind_webhook_journal_bodies_', ''));
    },
    async count(table, where = 'true') {
      const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`);
      return rows[0]?.n ?? 0;
    },
    async remove() {
      // A journal removes old entries in the background: that ends first.
      await Promise.all(pools.map((each) => each.end()));
      const admin = await connectPostgres();
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    },
  };
}

/** The name of a day's partition. */
export function dayName(daysAhead: number): string {
  return new Date(Date.now() + daysAhead * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
}

export function entry(changes: Partial<JournalEntry> = {}): JournalEntry {
  return {
    key: randomBytes(32).toString('hex'),
    event: 'notes_created',
    tenant: undefined,
    scheme: 'hmac',
    receivedAt: Date.now(),
    headers: { 'content-type': 'application/json' },
    params: {},
    rawBody: Buffer.from('{"event":"notes_created"}'),
    ...changes,
  };
}

export async function found(
  journal: Pick<ReturnType<typeof postgresJournal>, 'find'>,
  query: Partial<JournalQuery> = {},
): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of journal.find({ order: 'oldest first', ...query })) records.push(record);
  return records;
}

export async function keysFound(...of: Parameters<typeof found>): Promise<string[]> {
  return (await found(...of)).map(({ key }) => key);
}
