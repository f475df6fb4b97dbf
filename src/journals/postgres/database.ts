import type { OpenTransaction } from '../../foundations/contracts/open-transaction';
import { type Row, readRows, readSomeRows } from '../../foundations/foreign-values';
import { deadlock, serializationFailure, throwWithRemedy } from '../../foundations/postgres-answer';
import type { PostgresPool } from '../../foundations/postgres-pool';
import { retried, type Trying } from '../../foundations/retried';

/** Statements on the user's pool. One that another transaction came between is tried again. */
export interface Database {
  rowsOf(text: string, values: unknown[]): Promise<readonly Row[]>;
  /** Those of a statement that always has one. */
  someRowsOf(text: string, values: unknown[]): Promise<readonly [Row, ...Row[]]>;
  /** Runs what returns no rows: clients answer to that in their own ways. */
  run(text: string, values?: unknown[]): Promise<void>;
}

/** Statements of the journal lock several rows, in any order, so that two of them can deadlock. */
export const whatCameBetween: Trying = { codes: [serializationFailure, deadlock], tries: 3 };

export function databaseOf(pool: PostgresPool): Database {
  return databaseWith((text, values) => retried(async () => pool.query(text, values), whatCameBetween));
}

/** Statements in a transaction: after an error, none of it can be tried again. */
export function databaseIn(transaction: OpenTransaction): Database {
  return databaseWith((text, values) => transaction.query(text, values));
}

const query = 'postgresJournal.pool.query';

function databaseWith(ask: (text: string, values?: unknown[]) => Promise<unknown>): Database {
  const told = async (text: string, values?: unknown[]): Promise<unknown> => {
    try {
      return await ask(text, values);
    } catch (error) {
      return throwWithRemedy(error, 'postgresJournal');
    }
  };
  const rowsOf: Database['rowsOf'] = async (text, values) => readRows(await told(text, values), query);
  return {
    rowsOf,
    someRowsOf: async (text, values) => readSomeRows(await rowsOf(text, values), query),
    async run(text, values) {
      await told(text, values);
    },
  };
}
