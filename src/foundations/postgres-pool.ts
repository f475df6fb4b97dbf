import { WebhookError } from './errors';
import { hasMethod, show } from './option-checks';

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
  if (typeof pool === 'string') throw refusal(path, `got ${show(pool)}`, address);
  if (!hasMethod(pool, 'query')) throw refusal(path, 'got nothing with query()', toolkit);
  // pg's pools and clients, and PGlite, have a `transaction` or `connect` of their own.
  const isDriver = (hasMethod(pool, 'connect') && hasMethod(pool, 'end')) || hasMethod(pool, 'exec');
  const found = isDriver ? undefined : toolkitMethods.find((name) => hasMethod(pool, name));
  if (found !== undefined) throw refusal(path, `got a toolkit around a driver (it has ${found}())`, toolkit);
}

/** Whether it is a pool rather than options that contain one. */
export function isPool(given: unknown): boolean {
  return hasMethod(given, 'query');
}

const toolkit = 'Pass its Pool of pg, or { query: async (text, values) => ({ rows }) } that calls it (docs/stores.md).';

const address =
  'Pass new Pool({ connectionString }) of pg, or { query: async (text, values) => ({ rows }) } (docs/stores.md).';

function refusal(path: string, got: string, remedy: string): WebhookError {
  return new WebhookError('BAD_OPTION', `${path}: expected a Pool of pg 8.0.3 or later, or PGlite, ${got}. ${remedy}`);
}
