import { randomUUID } from 'node:crypto';
import type { Claim, ClaimedElsewhere, DeliveryStore } from '../../foundations/contracts/store';
import { readBoolean, readText, readTexts, readWholeNumber } from '../../foundations/foreign-values';
import { knownOptions, show, wrapIt } from '../../foundations/option-checks';
import { requireLease } from '../../foundations/require-lease';
import { requireNamespace } from '../../foundations/require-namespace';
import { isClient, type RedisClient, scriptRunner } from './client';
import type { Script } from './scripts';
import * as scripts from './scripts';

export interface RedisStoreOptions {
  /** Your connected client; the store never closes it. */
  readonly client: RedisClient;
  /** Separates services that share a Redis: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
}

const known = { client: true, namespace: true } satisfies Record<keyof RedisStoreOptions, true>;

/** How long the key of a ping is kept, in milliseconds. No delivery has it: theirs are 64 hex digits. */
const pingKeptMs = 1000;

/**
 * Remembers deliveries in Redis 6.2 or later, for any number of processes. Each delivery is one key,
 * `bigmind-webhooks:<namespace>:<key>`, which expires by itself. Each step is one script. A Redis without a disk copy
 * forgets its deliveries at a restart.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function redisStore(options: RedisStoreOptions): DeliveryStore {
  if (isClient(options)) throw wrapIt('redisStore', 'a client', 'redisStore({ client, namespace })');
  knownOptions(options, 'redisStore', known);
  const namespace = requireNamespace('redisStore.namespace', options.namespace);
  const run = scriptRunner(options.client);
  const keyOf = (key: string): string => `bigmind-webhooks:${namespace}:${key}`;
  async function held(script: Script, key: string, ...values: (string | number)[]): Promise<boolean> {
    return readBoolean(await run(script, keyOf(key), ...values), 'redisStore.client: held');
  }
  return {
    async claim(key, leaseMs, ttlMs, token = randomUUID()) {
      requireLease('redisStore.claim: leaseMs', leaseMs);
      return readClaim(await run(scripts.claim, keyOf(key), token, leaseMs, ttlMs), token);
    },
    async extend(key, token, leaseMs) {
      requireLease('redisStore.extend: leaseMs', leaseMs);
      return await held(scripts.extend, key, token, leaseMs);
    },
    succeeded: (key, token, handlerName, ttlMs) => held(scripts.succeeded, key, token, handlerName, ttlMs),
    complete: (key, token, ttlMs) => held(scripts.complete, key, token, ttlMs),
    release: (key, token, started = true) => held(scripts.release, key, token, started ? 0 : -1),
    async ping() {
      await held(scripts.ping, 'ping', pingKeptMs);
    },
  };
}

/** An unknown answer claims nothing: a delivery must not run because a client answers in another form. */
function readClaim(answer: unknown, token: string): Claim | ClaimedElsewhere | 'done' {
  const [state, number, ...names] = Array.isArray(answer) ? (answer as unknown[]) : [];
  switch (readText(state, 'redisStore.client: claim')) {
    case 'done':
      return 'done';
    case 'running':
      return { running: true, retryAfterMs: readWholeNumber(number, 'redisStore.client: milliseconds left') };
    case 'claimed':
      return {
        token,
        attempt: readWholeNumber(number, 'redisStore.client: attempt'),
        succeeded: readTexts(names, 'redisStore.client: succeeded'),
      };
    default:
      throw new TypeError(
        `redisStore.client: expected the script's answer, a list that begins with 'done', 'running' or 'claimed', got ${show(answer)}.`,
      );
  }
}
