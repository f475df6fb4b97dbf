import { randomUUID } from 'node:crypto';
import type { Claim, ClaimedElsewhere, DeliveryStore } from '../../foundations/contracts/store';
import { knownOptions, requireText } from '../../foundations/option-checks';
import { type RedisClient, scriptRunner } from './client';
import type { Script } from './scripts';
import * as scripts from './scripts';

export interface RedisStoreOptions {
  /** Your connected client; the store never closes it. */
  readonly client: RedisClient;
  /** Separates services that share a Redis: two services with the same namespace take each other's deliveries. */
  readonly namespace: string;
}

const known = { client: true, namespace: true } satisfies Record<keyof RedisStoreOptions, true>;

/**
 * Remembers deliveries in Redis 6.2 or later, for any number of processes. Each delivery is one key,
 * `bigmind-webhooks:<namespace>:<key>`, which expires by itself. Each step is one script. A Redis without a disk copy
 * forgets its deliveries at a restart.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function redisStore(options: RedisStoreOptions): DeliveryStore {
  knownOptions(options, 'redisStore', known);
  const namespace = requireText('redisStore.namespace', options.namespace);
  const run = scriptRunner(options.client);
  const keyOf = (key: string): string => `bigmind-webhooks:${namespace}:${key}`;
  /** Some clients are set to return numbers as text. */
  async function held(script: Script, key: string, ...values: (string | number)[]): Promise<boolean> {
    return Number(await run(script, keyOf(key), ...values)) === 1;
  }
  return {
    async claim(key, leaseMs, ttlMs) {
      const token = randomUUID();
      return readClaim(await run(scripts.claim, keyOf(key), token, leaseMs, ttlMs), token);
    },
    extend: (key, token, leaseMs) => held(scripts.extend, key, token, leaseMs),
    succeeded: (key, token, handlerName, ttlMs) => held(scripts.succeeded, key, token, handlerName, ttlMs),
    complete: (key, token, ttlMs) => held(scripts.complete, key, token, ttlMs),
    release: (key, token) => held(scripts.release, key, token),
  };
}

/** An unknown answer claims nothing: a delivery must not run because a client answers in another form. */
function readClaim(answer: unknown, token: string): Claim | ClaimedElsewhere | 'done' {
  const [state, number, ...names] = Array.isArray(answer) ? answer.map(String) : [];
  if (state === 'done') return 'done';
  if (state === 'running') return { running: true, retryAfterMs: Number(number) };
  if (state === 'claimed') return { token, attempt: Number(number), succeeded: names };
  throw new TypeError('redisStore.client gave an unknown answer.');
}
