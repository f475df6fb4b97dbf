import type { NameDelivery } from '../deduplication/delivery-key';
import { memoryStore } from '../deduplication/memory-store';
import type { DeliveryStore } from '../foundations/contracts/store';
import { isRecord } from '../foundations/is-record';
import {
  badOption,
  callIt,
  hasMethod,
  knownOptions,
  requireFunction,
  requireMethods,
  wholeNumber,
  wrapIt,
} from '../foundations/option-checks';
import { longestTimer } from '../foundations/timeouts';
import type { DeduplicateOptions } from './options';

/** How deliveries are remembered. */
export interface Deduplication {
  readonly store: DeliveryStore;
  /** Whether it is the default in-memory store, which answers at once and is not shared. */
  readonly isDefaultStore: boolean;
  readonly ttlMs: number;
  readonly key: NameDelivery | undefined;
  readonly onSilence: (() => unknown) | undefined;
}

/** The option `deduplicate`, checked and with every default filled in. */
export interface ParsedDeduplicate {
  /** `undefined` if nothing is remembered. */
  readonly deduplicate: Deduplication | undefined;
  readonly storeTimeoutMs: number;
}

const known = {
  store: true,
  ttlMs: true,
  key: true,
  storeTimeoutMs: true,
  onSilence: true,
} satisfies Record<keyof DeduplicateOptions, true>;

const day = 86_400_000;
/** How long a delivery is remembered by default. */
export const usualTtlMs = 3 * day;
const usualStoreTimeoutMs = 2000;

const storeMethods = ['claim', 'extend', 'succeeded', 'complete', 'release'] as const;

/**
 * Reads the option `deduplicate`. With `false`, `storeTimeoutMs` has its default: it limits the queue and the journal, too.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseDeduplicate(options: unknown): ParsedDeduplicate {
  if (options === false) return { deduplicate: undefined, storeTimeoutMs: usualStoreTimeoutMs };
  if (!isRecord(options)) throw badOption('deduplicate', 'an object or false', options);
  if (hasMethod(options, 'claim')) throw wrapIt('deduplicate', 'a store', 'deduplicate: { store }');
  knownOptions(options, 'deduplicate', known);
  const given = options as DeduplicateOptions;
  const { store, key, ttlMs = usualTtlMs, storeTimeoutMs = usualStoreTimeoutMs, onSilence } = given;
  if (key !== undefined) requireFunction('deduplicate.key', key);
  if (onSilence !== undefined) requireFunction('deduplicate.onSilence', onSilence);
  return {
    deduplicate: {
      store: store === undefined ? memoryStore() : parseStore(store),
      isDefaultStore: store === undefined,
      ttlMs: wholeNumber('deduplicate.ttlMs', ttlMs, 1),
      key,
      onSilence,
    },
    storeTimeoutMs: wholeNumber('deduplicate.storeTimeoutMs', storeTimeoutMs, 1, longestTimer),
  };
}

function parseStore(store: unknown): DeliveryStore {
  if (typeof store !== 'object' || store === null) {
    throw badOption('deduplicate.store', 'a store such as memoryStore()', store, callIt(store, 'memoryStore()'));
  }
  if (!hasMethod(store, 'claim')) refuseClient(store);
  requireMethods('deduplicate.store', store, storeMethods, ['ping']);
  return store as DeliveryStore;
}

/** A client in place of a store is known by its methods, and what stores are made from by its members. */
function refuseClient(given: object): void {
  const has = (name: string): boolean => hasMethod(given, name);
  const ofRedis = 'deduplicate: { store: redisStore({ client, namespace }) }';
  const ofPostgres = 'deduplicate: { store: postgresStore({ pool, namespace }) }';
  if (has('evalsha') || has('evalSha')) throw wrapIt('deduplicate.store', 'a client', ofRedis);
  if (has('query')) throw wrapIt('deduplicate.store', 'a pool', ofPostgres);
  if ('client' in given) throw wrapIt('deduplicate.store', 'the options of one', ofRedis);
  if ('pool' in given) throw wrapIt('deduplicate.store', 'the options of one', ofPostgres);
}
