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

/** Holds a `migrate()` to waiting a moment only for another process that did `migration`, and to saying what to do. */
export async function expectToWaitAMoment(
  pool: Pool,
  migration: string,
  migrate: () => Promise<unknown>,
): Promise<void> {
  await whileOpen(pool, migration, async () => {
    const migrated = migrate();
    const told = { code: '55P03', message: expect.stringContaining('call migrate() again') as unknown };
    const refused = expect(migrated).rejects.toMatchObject(told);
    expect(await msOf(migrated.catch(() => undefined))).toBeLessThan(4000);
    await refused;
  });
}

/** How long a promise takes, in milliseconds. */
export async function msOf(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}
