import type { Journal, JournalSettings } from '../../foundations/contracts/journal';
import { codeOf, describeError } from '../../foundations/describe-error';
import { readText, readWholeNumber } from '../../foundations/foreign-values';
import { OpenReceivers } from '../../foundations/open-receivers';
import { toStored } from '../../foundations/stored-text';
import { logSafely } from '../../foundations/tell';
import { throttled } from '../../foundations/throttled';
import { appendAll, appending, toAppend } from './appending';
import { databaseIn, databaseOf } from './database';
import { dropOldest } from './drop-oldest';
import { ending } from './ending';
import { migration } from './migration';
import { type PostgresJournalOptions, parseOptions } from './options';
import { findIn, forgetIn, removeOld, type Searched } from './search';
import * as statements from './statements';
import { transactionsOn } from './transactions';

export interface PostgresJournal extends Journal {
  /**
   * Makes the tables `bigmind_webhook_journal…` if they are missing, and the partitions of today and tomorrow. Many
   * processes may call it at every start: where all exists, it takes no lock. To make tables, it waits at most a second
   * for another process that makes them, then rejects with `55P03`.
   */
  migrate(): Promise<void>;
  /**
   * Makes the next day's partition, drops one that is past its time, and removes up to 200 old entries from what cannot
   * be dropped. Resolves to whether there may be more to remove; rejects soon with `55P03` while others lock a table of
   * bodies. The journal does so by itself once a minute while it is used.
   */
  prune(): Promise<boolean>;
}

const pruneEveryMs = 60_000;

/**
 * Keeps deliveries in tables of PostgreSQL 13 or later, or PGlite, for any number of processes.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function postgresJournal(options: PostgresJournalOptions): PostgresJournal {
  const { pool, namespace, keepDays, onFailure, seal } = parseOptions(options);
  const database = databaseOf(pool);
  const unreadable = new Set<string>();
  const searched: Searched = { database, namespace, seal, onUnreadable, removals: { count: 0 } };
  const append = appending(searched, keepDays);
  const tellEnd = ending(database, namespace);
  // With `continue`, a delivery goes on without the journal: the queue must not fail with it.
  const transact = onFailure === 'refuse' ? transactionsOn(pool) : undefined;
  const told = new Set<unknown>();
  const receivers = new OpenReceivers<JournalSettings>();

  function onUnreadable(position: string): void {
    if (unreadable.size < mostUnreadable) unreadable.add(position);
  }

  async function prune(): Promise<boolean> {
    await database.run(migration);
    await database.run(dropOldest(namespace, keepDays));
    return await removeOld(searched, keepDays);
  }
  const pruneNowAndThen = throttled(pruneEveryMs, () => prune().catch(tellOnce));

  function tellOnce(error: unknown): false {
    const code = codeOf(error);
    const { settings } = receivers;
    if (settings !== undefined && !told.has(code)) {
      told.add(code);
      const fields = { cause: describeError(error) };
      logSafely(settings.logger, 'warn', fields, 'The journal could not remove what is past its time');
    }
    return false;
  }

  return {
    onFailure,
    open: (settings) => receivers.add(settings),
    async append(entry) {
      pruneNowAndThen();
      await append(await toAppend(entry, seal));
    },
    withQueue: transact && {
      pool,
      async append(entry, enqueue) {
        pruneNowAndThen();
        const given = [await toAppend(entry, seal)];
        await transact(async (transaction) => {
          await enqueue(transaction);
          await appendAll({ ...searched, database: databaseIn(transaction) }, keepDays, given);
        });
      },
    },
    ended: (key, end) => tellEnd({ key, end }),
    find: (query) => findIn(searched, query),
    forget: (which) => forgetIn(searched, which),
    async stats() {
      const [row] = await database.someRowsOf(statements.stats, [namespace]);
      const count = (name: string): number => readWholeNumber(row[name], `postgresJournal.pool: ${name}`);
      const time = (name: string): number | undefined => (row[name] === null ? undefined : count(name));
      return {
        entries: count('entries'),
        bytes: count('bytes'),
        oldest: time('oldest'),
        newest: time('newest'),
        unreadable: unreadable.size,
      };
    },
    async mark(name, position) {
      const values = [namespace, toStored(name)];
      if (position === undefined) await database.run(statements.unmark, values);
      else await database.run(statements.mark, [...values, position]);
    },
    async marked(name) {
      const [row] = await database.rowsOf(statements.marked, [namespace, toStored(name)]);
      return row && readText(row['position'], 'postgresJournal.pool: position');
    },
    async ping() {
      pruneNowAndThen();
      // Even with nothing to write, both fail as they would for a delivery: without a table, a column or a right, and
      // on a replica.
      await appendAll(searched, keepDays, []);
      await database.run(statements.ended, [namespace, '[]']);
    },
    async migrate() {
      await database.run(migration);
    },
    prune,
    close() {
      receivers.remove();
      return Promise.resolve();
    },
  };
}

/** How many unreadable entries are counted, at most. */
const mostUnreadable = 10_000;
