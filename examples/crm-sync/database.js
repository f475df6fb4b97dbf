import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** For the store and the handlers; a delivery holds one connection at most. */
export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  max: 10,
  // A connection may die without a word: after these times it is given up.
  connectionTimeoutMillis: 2000,
  query_timeout: 5000,
});
pool.on('error', (error) => console.error('PostgreSQL:', error.message));

export async function createTables() {
  await pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
}

/**
 * Runs `write` in a transaction that also records the event under its key. What is recorded already is not written again:
 * also when the process that wrote it died before it could say so, or another one is writing it at this moment.
 *
 * @returns whether it was written now
 */
export function once({ key, event, objectId, happenedAt }, write) {
  return inTransaction(async (query) => {
    const { rowCount } = await query(
      `INSERT INTO crm_activities (idempotency_key, event, object_id, happened_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (idempotency_key) DO NOTHING`,
      [key, event, objectId, happenedAt],
    );
    if (rowCount === 0) return false;
    await write(query);
    return true;
  });
}

async function inTransaction(work) {
  const client = await pool.connect();
  // Its query rejects, too; without a listener the process would end.
  client.on('error', ignore);
  let failed = true;
  try {
    await client.query('BEGIN');
    const result = await work((text, values) => client.query(text, values.map(storable)));
    await client.query('COMMIT');
    failed = false;
    return result;
  } finally {
    client.off('error', ignore);
    // After a failure the connection is closed rather than given back: its transaction ends with it.
    client.release(failed);
  }
}

function ignore() {}

/** PostgreSQL's text cannot hold U+0000, JSON can: without it, such a note would fail for ever. */
function storable(value) {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}
