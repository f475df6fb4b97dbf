import type { DeliveryStore } from 'bigmind-webhooks';
import type { Redis } from 'ioredis';
import { clockMs } from './clock';

/** Writes down in a list what happens, in order, for `account` to read: from any number of processes. */
export interface Diary {
  started(key: string, handler: string): Promise<unknown>;
  /** The same effect twice: as it happens, and downstream, where the key of the delivery makes it one. */
  effect(key: string, handler: string): Promise<unknown>;
  /** The store, whose facts are written down once it has them. */
  recorded(store: DeliveryStore): DeliveryStore;
}

/** In a Redis that nobody stops. */
export function diaryIn(redis: Redis, namespace: string): Diary {
  const list = `${namespace}:log`;
  /** How many lines there were before each claim was asked for: what was recorded until then, the claim must know. */
  const askedAt = new Map<string, number>();

  function write(...words: (string | number)[]): Promise<number> {
    return redis.rpush(list, words.join(' '));
  }
  return {
    started: (key, handler) => write('started', key, handler, askedAt.get(key) ?? 0, clockMs()),
    effect: (key, handler) =>
      redis
        .multi()
        .rpush(list, `effect ${key} ${handler} ${clockMs()}`)
        .hsetnx(`${namespace}:downstream`, `${key} ${handler}`, '1')
        .exec(),
    recorded: (store) => ({
      extend: (...given) => store.extend(...given),
      release: (...given) => store.release(...given),
      async claim(key, ...given) {
        const asked = await redis.llen(list);
        const claim = await store.claim(key, ...given);
        if (typeof claim === 'object' && 'token' in claim) askedAt.set(key, asked);
        return claim;
      },
      async succeeded(key, token, handlerName, ttlMs) {
        const held = await store.succeeded(key, token, handlerName, ttlMs);
        await write('recorded', key, handlerName);
        return held;
      },
      async complete(key, token, ttlMs) {
        const held = await store.complete(key, token, ttlMs);
        if (held) await write('recorded', key, '*');
        return held;
      },
    }),
  };
}
