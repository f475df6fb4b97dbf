import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { connectPostgres, databaseUrl } from '../services';

export interface LatinDatabase {
  readonly url: string;
  readonly pool: Pool;
  remove(): Promise<void>;
}

/** A database of the test's own in LATIN1, which holds few characters. */
export async function latinDatabase(): Promise<LatinDatabase> {
  const name = `webhooks_${randomUUID().replaceAll('-', '')}`;
  const admin = await connectPostgres();
  await admin.query(`CREATE DATABASE ${name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
  const url = new URL(databaseUrl);
  url.pathname = name;
  const pool = new Pool({ connectionString: url.href, max: 4 });
  // `end()` does not wait until the server has seen every connection close: `DROP DATABASE` terminates those it has not.
  pool.on('error', () => undefined);
  return {
    url: url.href,
    pool,
    async remove() {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
