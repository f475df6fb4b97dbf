import type { PgBossDb } from './client';

/** The part of a PGlite instance that is used. */
export interface PgliteClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/**
 * Lets pg-boss run on PGlite, without a server: `new PgBoss({ db: pgliteDb(pglite) })`. Jobs survive the end of the
 * process if PGlite has a folder (`new PGlite('./data')`). A power cut may lose some, since PGlite never calls `fsync`.
 */
export function pgliteDb(pglite: PgliteClient): PgBossDb {
  return {
    async executeSql(text, values = []) {
      if (values.length > 0) return await pglite.query(text, values);
      try {
        const results = await pglite.exec(text);
        return { rows: results.flatMap(({ rows }) => rows) };
      } catch (error) {
        // Its only connection would stay in the failed transaction and refuse every later statement.
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
