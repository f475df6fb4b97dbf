import { WebhookError } from './errors';
import { hasMethod } from './option-checks';

/**
 * Anything with pg's `query` that takes several queries at once: a Pool or PGlite. A Client of pg 9 takes one at a
 * time.
 */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** Methods of a toolkit around a driver, whose own `query` answers with something other than `{ rows }`. */
const toolkitMethods = ['createQueryRunner', 'authenticate', 'transaction', 'tx', 'task', 'oneOrNone', 'raw'];

/**
 * Requires something with pg's `query`; `path` names the option.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function requirePool(path: string, pool: unknown): asserts pool is PostgresPool {
  if (!hasMethod(pool, 'query')) throw refusal(path, 'got nothing with query()');
  // pg's pools and clients, and PGlite, have a `transaction` or `connect` of their own.
  const isDriver = (hasMethod(pool, 'connect') && hasMethod(pool, 'end')) || hasMethod(pool, 'exec');
  const found = isDriver ? undefined : toolkitMethods.find((name) => hasMethod(pool, name));
  if (found !== undefined) throw refusal(path, `got a toolkit around a driver (it has ${found}())`);
}

/** Whether it is a pool rather than options that contain one. */
export function isPool(given: unknown): boolean {
  return hasMethod(given, 'query');
}

function refusal(path: string, got: string): WebhookError {
  const remedy =
    'Pass its Pool of pg, or { query: async (text, values) => ({ rows }) } that calls it (docs/stores.md).';
  return new WebhookError('BAD_OPTION', `${path}: expected a Pool of pg 8.0.3 or later, or PGlite, ${got}. ${remedy}`);
}
