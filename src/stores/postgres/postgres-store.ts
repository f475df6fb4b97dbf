import { randomUUID } from 'node:crypto';
import type { DeliveryStore } from '../../foundations/contracts/store';
import { type Row, readBoolean, readRows } from '../../foundations/foreign-values';
import { knownOptions, wrapIt } from '../../foundations/option-checks';
import { throwWithRemedy } from '../../foundations/postgres-answer';
import { isPool, type PostgresPool, requirePool } from '../../foundations/postgres-pool';
import { requireLease } from '../../foundations/require-lease';
import { requireNamespace } from '../../foundations/require-namespace';
import { retried } from '../../foundations/retried';
import { toStored } from '../../foundations/stored-text';
import { throttled } from '../../foundations/throttled';
import { migration } from './migration';
import * as queries from './queries';
import { sharedSteps } from './shared-steps';

export interface PostgresStoreOptions {
  /** Your pool; the store never ends it. */
  readonly pool: PostgresPool;
  /** Separates services that share a database: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
}

export interface PostgresStore extends DeliveryStore {
  /**
   * Makes the table `bigmind_webhook_deliveries` if it is missing. Many processes may call it at every start: where it
   * exists, this takes no lock. To make the table or its index, it waits at most a second for another process that does,
   * or for a lock, then rejects with `55P03`. A role that may not make the index goes on without.
   */
  migrate(): Promise<void>;
  /**
   * Removes up to 500 expired rows, and resolves to their number. The store does so by itself once a minute while it is
   * used.
   */
  prune(): Promise<number>;
}

const known = { pool: true, namespace: true } satisfies Record<keyof PostgresStoreOptions, true>;

const toldMissing = (error: unknown): never => throwWithRemedy(error, 'postgresStore');

const pruneEveryMs = 60_000;
const pruneAtMost = 500;

/**
 * Remembers deliveries in a table of PostgreSQL 13 or later, or PGlite, for any number of processes.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  if (isPool(options)) throw wrapIt('postgresStore', 'a pool', 'postgresStore({ pool, namespace })');
  knownOptions(options, 'postgresStore', known);
  const namespace = requireNamespace('postgresStore.namespace', options.namespace);
  const { pool } = options;
  requirePool('postgresStore.pool', pool);

  async function rowsOf(text: string, values: unknown[]): Promise<readonly Row[]> {
    const answer = await retried(async () => pool.query(text, values)).catch(toldMissing);
    return readRows(answer, 'postgresStore.pool.query');
  }
  /** Whether a statement changed the row of a claim that was held. It returns no row if there was none to change. */
  async function held(text: string, values: unknown[]): Promise<boolean> {
    const [row] = await rowsOf(text, values);
    return row !== undefined && readBoolean(row['held'], 'postgresStore.pool: held');
  }
  async function prune(): Promise<number> {
    return (await rowsOf(queries.prune, [pruneAtMost])).length;
  }
  const steps = sharedSteps(namespace, rowsOf);
  // A full batch: there may be more.
  const pruneNowAndThen = throttled(pruneEveryMs, async () => (await prune()) === pruneAtMost);

  return {
    async claim(key, leaseMs, ttlMs, token = randomUUID()) {
      requireLease('postgresStore.claim: leaseMs', leaseMs);
      pruneNowAndThen();
      return await steps.claim({ key, token, lease: leaseMs, ttl: ttlMs });
    },
    async extend(key, token, leaseMs) {
      requireLease('postgresStore.extend: leaseMs', leaseMs);
      return await steps.extend({ key, token, lease: leaseMs });
    },
    succeeded: (key, token, name, ttlMs) => held(queries.succeeded, [namespace, key, token, toStored(name), ttlMs]),
    complete: (key, token, ttlMs) => steps.complete({ key, token, ttl: ttlMs }),
    release: (key, token, started = true) => held(queries.release, [namespace, key, token, started ? 0 : -1]),
    ping: steps.ping,
    async migrate() {
      await pool.query(migration);
    },
    prune,
  };
}
