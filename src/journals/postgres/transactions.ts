import type { OpenTransaction } from '../../foundations/contracts/open-transaction';
import { hasMethod } from '../../foundations/option-checks';
import { isRefusal } from '../../foundations/postgres-answer';
import type { PostgresPool } from '../../foundations/postgres-pool';
import { retried } from '../../foundations/retried';
import { whatCameBetween } from './database';

/** Does work in a transaction, all or nothing. Its connection is taken with the first statement. */
export type Transactions = (work: (transaction: OpenTransaction) => Promise<void>) => Promise<void>;

interface Begun extends OpenTransaction {
  commit(): Promise<void>;
  /** Undoes it, after an error. Never rejects. */
  undo(error: unknown): Promise<void>;
}

interface PoolOfPg {
  connect(onTaken: (error: Error | undefined, connection: Connection | undefined) => void): void;
}

interface Connection extends OpenTransaction {
  release(isBroken?: boolean): void;
  on(event: 'error', listener: () => void): unknown;
  removeListener(event: 'error', listener: () => void): unknown;
}

interface Pglite {
  transaction(work: (transaction: OpenTransaction) => Promise<void>): Promise<unknown>;
}

/** Transactions on the user's client; `undefined` for a client that has none for us, such as a function around one. */
export function transactionsOn(pool: PostgresPool): Transactions | undefined {
  if (isPglite(pool)) return (work) => retried(() => transact(() => beginOnPglite(pool), work), whatCameBetween);
  if (isPoolOfPg(pool)) return (work) => retried(() => transact(() => beginOnPg(pool), work), whatCameBetween);
  return undefined;
}

async function transact(begin: () => Promise<Begun>, work: Parameters<Transactions>[0]): Promise<void> {
  let beginning: Promise<Begun> | undefined;
  try {
    await work({
      async query(text, values) {
        beginning ??= begin();
        return await (await beginning).query(text, values);
      },
    });
    await (await beginning)?.commit();
  } catch (error) {
    await beginning?.then(
      (begun) => begun.undo(error),
      () => undefined,
    );
    throw error;
  }
}

/** The server ends the transaction of a process that is silent, since copies of its delivery wait for it. */
const begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '10s'";

/** The next statement is told. */
const onLost = (): void => undefined;

/**
 * Takes a connection and listens to it at once: the pool listens only while it has it, and an error that nobody hears ends
 * the process. A promise would come too late, after what is in the same packet.
 */
function take(pool: PoolOfPg): Promise<Connection> {
  return new Promise((resolve, reject) => {
    pool.connect((error, connection) => {
      if (connection === undefined) {
        reject(error ?? new Error('The pool gave no connection.'));
        return;
      }
      connection.on('error', onLost);
      resolve(connection);
    });
  });
}

async function beginOnPg(pool: PoolOfPg): Promise<Begun> {
  const connection = await take(pool);
  function release(isBroken: boolean): void {
    if (!isBroken) connection.removeListener('error', onLost);
    connection.release(isBroken);
  }
  const isDone = (text: string): Promise<boolean> =>
    connection.query(text).then(
      () => true,
      () => false,
    );
  try {
    await connection.query(begin);
  } catch (error) {
    release(true);
    throw error;
  }
  return {
    query: (text, values) => connection.query(text, values),
    async commit() {
      await connection.query('COMMIT');
      release(false);
    },
    async undo(error) {
      // A connection that did not answer is ended, and its transaction with it.
      release(!(isRefusal(error) && (await isDone('ROLLBACK'))));
    },
  };
}

function beginOnPglite(pglite: Pglite): Promise<Begun> {
  return new Promise((resolve, reject) => {
    const ended = pglite.transaction((transaction) => {
      return new Promise<void>((commit, abort) => {
        resolve({
          query: (text, values) => transaction.query(text, values),
          async commit() {
            commit();
            await ended;
          },
          async undo() {
            abort(new Error('An error came before the end of the transaction.'));
            await ended.catch(() => undefined);
          },
        });
      });
    });
    ended.catch(reject);
  });
}

function isPglite(pool: object): pool is Pglite {
  return ['transaction', 'exec'].every((name) => hasMethod(pool, name));
}

/** A Client of pg has a `connect`, too, which is called once. */
function isPoolOfPg(pool: object): pool is PoolOfPg {
  return ['connect', 'end'].every((name) => hasMethod(pool, name)) && 'totalCount' in pool;
}
