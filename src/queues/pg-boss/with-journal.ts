import { askedOnce } from '../../foundations/asked-once';
import type { QueueWithJournal } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { readRows, readText } from '../../foundations/foreign-values';
import type { PostgresPool } from '../../foundations/postgres-pool';
import { type Engine, longestStartMs } from './engine';
import { jobIdOf } from './job-id';

/** No two databases have the same: not even those of one name on two servers. */
const identity = `SELECT current_database()::text || ' since ' ||
  extract(epoch FROM pg_postmaster_start_time())::text AS identity`;

/** Holds jobs in transactions on the pool of a journal, after a look that it leads to the database of pg-boss. */
export function withJournalOn(pool: PostgresPool, engine: Engine): QueueWithJournal {
  async function compare(): Promise<void> {
    const answers = [await pool.query(identity, []), await engine.db.executeSql(identity, [])];
    const [one, other] = answers.map((answer) => {
      const [row] = readRows(answer, 'pgBossQueue.pool');
      return readText((row as { readonly identity?: unknown } | undefined)?.identity, 'pgBossQueue.pool: identity');
    });
    if (one === other) return;
    const remedy =
      'Pass a pool for the database in which boss keeps its tables, to the journal, too, or leave out pool.';
    throw new WebhookError('BAD_OPTION', `pgBossQueue.pool: it leads to another database than boss. ${remedy}`);
  }
  const sameDatabase = askedOnce(compare, longestStartMs, 'PostgreSQL');

  return {
    pool,
    async enqueue(job, transaction) {
      await sameDatabase();
      const db = { executeSql: (text: string, values?: unknown[]) => transaction.query(text, values) };
      await engine.holdWithin(db, jobIdOf(job.key), job);
    },
  };
}
