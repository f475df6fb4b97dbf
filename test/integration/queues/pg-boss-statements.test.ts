import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { type Statements, statementsIn } from '../../../src/queues/pg-boss/statements';
import { connectPostgres } from '../services';

const schema = `pgboss_${randomBytes(8).toString('hex')}`;
let pool: Pool;

/** The columns that are read, and the indexes of pg-boss 12, which keeps many jobs that have ended. */
const tables = `
  CREATE SCHEMA ${schema};
  CREATE TYPE ${schema}.job_state AS ENUM ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');
  CREATE TABLE ${schema}.job (
    name text, id uuid DEFAULT gen_random_uuid(), state ${schema}.job_state, blocked boolean DEFAULT false, data jsonb,
    output jsonb, retry_count int DEFAULT 0, retry_limit int, retry_delay int DEFAULT 1, start_after timestamptz DEFAULT now(),
    created_on timestamptz DEFAULT now(), started_on timestamptz, PRIMARY KEY (name, id)
  );
  CREATE INDEX live ON ${schema}.job (name, state, blocked, start_after)
    WHERE state IN ('created', 'retry', 'active', 'failed');
  CREATE INDEX created ON ${schema}.job (name, created_on);
  INSERT INTO ${schema}.job (name, state) SELECT 'queue', 'completed' FROM generate_series(1, 20000);
  INSERT INTO ${schema}.job (name, state) SELECT 'queue', 'created' FROM generate_series(1, 20);
  INSERT INTO ${schema}.job (name, state) SELECT 'queue', 'active' FROM generate_series(1, 20);
  ANALYZE ${schema}.job;
`;

beforeAll(async () => {
  pool = await connectPostgres();
  await pool.query(tables);
});
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`);
  await pool.end();
});

const id = '00000000-0000-4000-8000-000000000000';

test.each<[keyof Statements, unknown[]]>([
  ['stats', ['queue', 'dead']],
  ['beat', ['queue', [], 'queue', id, 1000, '{}']],
  ['wake', ['queue']],
])('%s reads the jobs that have not ended, not those that pg-boss 12 keeps', async (statement, values) => {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statementsIn(schema)[statement]}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/\blive\b/);
  expect(plan).not.toMatch(/Seq Scan on job|\bcreated on\b|on created\b/);
});
