import { randomUUID } from 'node:crypto';
import type { Claim, ClaimedElsewhere, DeliveryStore } from '../../foundations/contracts/store';
import { readBoolean, readRows, readTexts, readWholeNumber } from '../../foundations/foreign-values';
import { nowAndThen } from '../../foundations/now-and-then';
import { knownOptions, requireText, wrapIt } from '../../foundations/option-checks';
import { isPool, type PostgresPool, requirePool } from '../../foundations/postgres-pool';
import { isSerializationFailure, serialized } from '../../foundations/serialized';
import { migration } from './migration';
import * as queries from './queries';

export interface PostgresStoreOptions {
  /** Your pool; the store never ends it. */
  readonly pool: PostgresPool;
  /** Separates services that share a database: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
}

export interface PostgresStore extends DeliveryStore {
  /**
   * Makes the table `bigmind_webhook_deliveries` if it is missing. Many processes may call it at every start: where it
   * exists, this takes no lock. To make an index, it waits at most a second for a lock, then rejects with `55P03`.
   */
  migrate(): Promise<void>;
  /**
   * Removes up to 500 expired rows, and resolves to their number. The store does so by itself once a minute while it is
   * used.
   */
  prune(): Promise<number>;
}

type Row = Readonly<Record<string, unknown>>;
type Claimed = Claim | ClaimedElsewhere | 'done';

const known = { pool: true, namespace: true } satisfies Record<keyof PostgresStoreOptions, true>;

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
  const namespace = requireText('postgresStore.namespace', options.namespace);
  const { pool } = options;
  requirePool('postgresStore.pool', pool);

  async function rowsOf(text: string, values: unknown[]): Promise<readonly Row[]> {
    return readRows(await serialized(async () => pool.query(text, values)), 'postgresStore.pool.query');
  }
  async function claim(key: string, token: string, leaseMs: number, ttlMs: number): Promise<Claimed> {
    const [row] = await rowsOf(queries.claim, [namespace, key, token, leaseMs, ttlMs]);
    if (row !== undefined) return row['attempt'] === null ? readRefusal(row) : { token, ...readClaimed(row) };
    const [refused] = await rowsOf(queries.refusal, [namespace, key, leaseMs]);
    return refused === undefined ? goneMeanwhile : readRefusal(refused);
  }
  /** Whether a statement changed the row of a claim that was held. It returns no row if there was none to change. */
  async function held(text: string, values: unknown[]): Promise<boolean> {
    const [row] = await rowsOf(text, values);
    return row !== undefined && readBoolean(row['held'], 'postgresStore.pool: held');
  }
  async function prune(): Promise<number> {
    return (await rowsOf(queries.prune, [pruneAtMost])).length;
  }
  // A full batch: there may be more.
  const pruneNowAndThen = nowAndThen(pruneEveryMs, async () => (await prune()) === pruneAtMost);

  return {
    async claim(key, leaseMs, ttlMs, token = randomUUID()): Promise<Claimed> {
      pruneNowAndThen();
      try {
        return await claim(key, token, leaseMs, ttlMs);
      } catch (error) {
        if (isSerializationFailure(error)) return goneMeanwhile;
        throw error;
      }
    },
    extend: (key, token, leaseMs) => held(queries.extend, [namespace, key, token, leaseMs]),
    succeeded: (key, token, name, ttlMs) => held(queries.succeeded, [namespace, key, token, name, ttlMs]),
    complete: (key, token, ttlMs) => held(queries.complete, [namespace, key, token, ttlMs]),
    release: (key, token, started = true) => held(queries.release, [namespace, key, token, started ? 0 : -1]),
    async ping() {
      await rowsOf(queries.ping, []);
    },
    async migrate() {
      await pool.query(migration);
    },
    prune,
  };
}

/** Another claim came or went meanwhile. A repeat may come at once. */
const goneMeanwhile: ClaimedElsewhere = { running: true, retryAfterMs: 1 };

function readClaimed({ attempt, succeeded }: Row): Omit<Claim, 'token'> {
  return {
    attempt: readWholeNumber(attempt, 'postgresStore.pool: attempt'),
    succeeded: readTexts(succeeded, 'postgresStore.pool: succeeded'),
  };
}

function readRefusal({ done, remaining }: Row): Claimed {
  if (readBoolean(done, 'postgresStore.pool: done')) return 'done';
  if (remaining === null) return goneMeanwhile;
  return { running: true, retryAfterMs: Math.max(1, readWholeNumber(remaining, 'postgresStore.pool: remaining')) };
}
