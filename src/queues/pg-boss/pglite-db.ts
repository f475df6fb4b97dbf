import type { PgBossDb } from './client';

/** The part of a PGlite instance that is used. */
export interface PgliteClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/**
 * Lets pg-boss run on PGlite, without a server: `new PgBoss({ db: pgliteDb(pglite) })`. What is held survives the end of
 * the process when PGlite has a folder (`new PGlite('./data')`); a power cut may lose some, since it never calls `fsync`.
 */
export function pgliteDb(pglite: PgliteClient): PgBossDb {
  return {
    async executeSql(text, values = []) {
      if (values.length > 0) return await pglite.query(text, values);
      try {
        const results = await pglite.exec(text);
        return { rows: results.flatMap(({ rows }) => rows) };
      } catch (error) {
        // Its one connection would stay in the transaction that failed half-way, and refuse everything from then on.
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
