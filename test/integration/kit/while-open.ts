import type { Pool } from 'pg';

/** Runs `during` while a transaction that did `statement` is open. */
export async function whileOpen(pool: Pool, statement: string, during: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
    await during();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** How long a promise takes, in milliseconds. */
export async function msOf(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}
