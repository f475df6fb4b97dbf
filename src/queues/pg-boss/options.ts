import { isRecord } from '../../foundations/is-record';
import { badOption, hasMethod, knownOptions, wholeNumber, wrapIt } from '../../foundations/option-checks';
import { type PostgresPool, requirePool } from '../../foundations/postgres-pool';
import { requireNamespace } from '../../foundations/require-namespace';
import { longestTimer } from '../../foundations/timeouts';
import { parseSharedOptions } from '../shared-options';
import type { PgBossClient } from './client';

export interface PgBossQueueOptions {
  /** Your started instance of pg-boss, 10 to 12. The queue never stops it; close workers before you do. */
  readonly boss: PgBossClient;
  /**
   * Separates services that share a database: two services with the same namespace take each other's deliveries.
   * Letters, digits, `_`, `-` and `.`.
   */
  readonly namespace: string;
  /**
   * The pool of your `postgresJournal`, where it leads to the database of `boss`: each delivery is kept and enqueued in
   * one transaction. A receiver whose journal has another pool is refused. @default each is written by itself
   */
  readonly pool?: PostgresPool | undefined;
  /** The schema with the tables of `boss`. @default 'pgboss', as in pg-boss */
  readonly schema?: string | undefined;
  /**
   * How often a delivery's handlers are tried before it is dead, from 1 to 20. @default 12, which takes 3 to 6 hours
   */
  readonly attempts?: number | undefined;
  /**
   * The first pause between two attempts, in milliseconds, from 1, rounded up to seconds. Each further pause is twice
   * as long. Each is prolonged at random, up to twice its length. @default 5000
   */
  readonly backoffMs?: number | undefined;
  /** How long a worker waits to look again after it found no job, in milliseconds, from 10 to 2,147,483,647. @default 500 */
  readonly pollMs?: number | undefined;
  /**
   * How long a worker may be silent before its jobs run elsewhere, in milliseconds, from 1000 to 2,147,483,647. It takes
   * up to half of that longer. A handler that blocks the event loop for this long counts as dead. With less than 15
   * seconds, the length of a claim on a delivery, jobs only wait for the claim. @default 30000
   */
  readonly lostAfterMs?: number | undefined;
}

const known = {
  boss: true,
  namespace: true,
  pool: true,
  schema: true,
  attempts: true,
  backoffMs: true,
  pollMs: true,
  lostAfterMs: true,
} satisfies Record<keyof PgBossQueueOptions, true>;

const methods = [
  'createQueue',
  'send',
  'insert',
  'fetch',
  'complete',
  'fail',
  'deleteJob',
  'getDb',
  'on',
  'listenerCount',
] as const;

/** The checked options. */
export interface ParsedOptions {
  readonly boss: PgBossClient;
  readonly namespace: string;
  readonly pool: PostgresPool | undefined;
  readonly schema: string;
  readonly attempts: number;
  readonly backoffSeconds: number;
  readonly pollMs: number;
  readonly lostAfterMs: number;
}

export function parseOptions(options: PgBossQueueOptions): ParsedOptions {
  if (isBoss(options)) throw wrapIt('pgBossQueue', 'a boss', 'pgBossQueue({ boss, namespace })');
  knownOptions(options, 'pgBossQueue', known);
  const { pool, schema = 'pgboss', pollMs = 500 } = options;
  const { attempts, backoffMs, lostAfterMs } = parseSharedOptions('pgBossQueue', options);
  if (pool !== undefined) requirePool('pgBossQueue.pool', pool);
  return {
    boss: parseBoss(options.boss),
    namespace: parseNamespace(options.namespace),
    pool,
    schema: parseSchema(schema),
    attempts,
    backoffSeconds: Math.ceil(backoffMs / 1000),
    pollMs: wholeNumber('pgBossQueue.pollMs', pollMs, 10, longestTimer),
    lostAfterMs,
  };
}

function parseBoss(boss: unknown): PgBossClient {
  if (isBoss(boss)) return boss;
  throw badOption('pgBossQueue.boss', 'an instance of pg-boss 10 or later, such as new PgBoss(url)', boss);
}

function isBoss(given: unknown): given is PgBossClient {
  return isRecord(given) && methods.every((name) => hasMethod(given, name));
}

/** pg-boss takes these characters in a queue's name, and `/`, which separates our own parts. */
function parseNamespace(namespace: unknown): string {
  const text = requireNamespace('pgBossQueue.namespace', namespace);
  if (/^[\w.-]+$/.test(text)) return text;
  throw badOption('pgBossQueue.namespace', 'letters, digits, "_", "-" and "." alone', namespace);
}

/** Checked strictly, since it becomes part of statements, as in pg-boss. */
function parseSchema(schema: unknown): string {
  if (typeof schema === 'string' && /^[a-z_]\w*$/i.test(schema)) return schema;
  throw badOption('pgBossQueue.schema', 'the name of a schema, as passed to pg-boss', schema);
}
