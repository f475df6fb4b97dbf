import { randomUUID } from 'node:crypto';
import type { Claim, ClaimedElsewhere, DeliveryStore } from '../../foundations/contracts/store';
import { knownOptions, requireFunction, requireText } from '../../foundations/option-checks';
import { migration } from './migration';
import * as queries from './queries';

/**
 * Anything with pg's `query` that takes several queries at once: a Pool or PGlite. A Client of pg 9 takes one at a
 * time.
 */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

export interface PostgresStoreOptions {
  /** Your pool; the store never ends it. */
  readonly pool: PostgresPool;
  /** Separates services that share a database: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
}

export interface PostgresStore extends DeliveryStore {
  /** Makes the table `bigmind_webhook_deliveries` if it is missing. Many processes may call it at every start. */
  migrate(): Promise<void>;
  /**
   * Removes up to 500 expired rows, and resolves to their number. The store does so by itself once a minute while it is
   * used.
   */
  prune(): Promise<number>;
}

const known = { pool: true, namespace: true } satisfies Record<keyof PostgresStoreOptions, true>;

const pruneEveryMs = 60_000;
const pruneAtMost = 500;

/**
 * Remembers deliveries in a table of PostgreSQL 13 or later, or PGlite, for any number of processes.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  knownOptions(options, 'postgresStore', known);
  const namespace = requireText('postgresStore.namespace', options.namespace);
  const { pool } = options;
  requireFunction('postgresStore.pool.query', (pool as Partial<PostgresPool> | undefined)?.query);
  let prunedAt = performance.now();

  async function firstRow<Row>(text: string, values: unknown[]): Promise<Row | undefined> {
    const { rows } = await pool.query(text, values);
    return rows[0] as Row | undefined;
  }
  async function held(text: string, values: unknown[]): Promise<boolean> {
    return (await firstRow<{ held: boolean }>(text, values))?.held ?? false;
  }
  async function prune(): Promise<number> {
    return (await pool.query(queries.prune, [pruneAtMost])).rows.length;
  }
  /** Prunes in the background: a delivery neither waits for it nor fails with it. */
  function pruneNowAndThen(): void {
    if (performance.now() - prunedAt < pruneEveryMs) return;
    prunedAt = performance.now();
    prune().then(
      (removed) => {
        // A full batch: there may be more, so the next delivery prunes again.
        if (removed === pruneAtMost) prunedAt = Number.NEGATIVE_INFINITY;
      },
      () => undefined,
    );
  }

  return {
    async claim(key, leaseMs, ttlMs): Promise<Claim | ClaimedElsewhere | 'done'> {
      pruneNowAndThen();
      const token = randomUUID();
      const claimed = await firstRow<Omit<Claim, 'token'>>(queries.claim, [namespace, key, token, leaseMs, ttlMs]);
      if (claimed !== undefined) return { token, attempt: claimed.attempt, succeeded: claimed.succeeded };
      const refused = await firstRow<{ done: boolean; left_ms: number | null }>(queries.refusal, [namespace, key]);
      if (refused?.done) return 'done';
      // The other claim may have ended between the two statements. Then a repeat may come at once.
      return { running: true, retryAfterMs: Math.max(1, Math.ceil(refused?.left_ms ?? 1)) };
    },
    extend: (key, token, leaseMs) => held(queries.extend, [namespace, key, token, leaseMs]),
    succeeded: (key, token, name, ttlMs) => held(queries.succeeded, [namespace, key, token, name, ttlMs]),
    complete: (key, token, ttlMs) => held(queries.complete, [namespace, key, token, ttlMs]),
    release: (key, token) => held(queries.release, [namespace, key, token]),
    async migrate() {
      await pool.query(migration);
    },
    prune,
  };
}
