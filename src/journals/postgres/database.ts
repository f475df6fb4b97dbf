import { readRows } from '../../foundations/foreign-values';
import { codeOf } from '../../foundations/postgres-answer';
import type { PostgresPool } from '../../foundations/postgres-pool';

export type Row = Readonly<Record<string, unknown>>;

/** Statements on the user's pool. One that another transaction came between is tried again. */
export interface Database {
  rowsOf(text: string, values: unknown[]): Promise<readonly Row[]>;
  /** Runs what returns no rows: clients answer to that in their own ways. */
  run(text: string, values?: unknown[]): Promise<void>;
}

/** PostgreSQL's words for: another transaction came between, and nothing was done. */
const cameBetween = new Set<unknown>(['40001', '40P01']);
const triesAtMost = 3;

export function databaseOf(pool: PostgresPool): Database {
  async function ask(text: string, values?: unknown[], tries = triesAtMost): Promise<unknown> {
    try {
      return await pool.query(text, values);
    } catch (error) {
      if (tries <= 1 || !cameBetween.has(codeOf(error))) throw error;
      return await ask(text, values, tries - 1);
    }
  }
  return {
    rowsOf: async (text, values) => readRows(await ask(text, values), 'postgresJournal.pool.query'),
    async run(text, values) {
      await ask(text, values);
    },
  };
}
