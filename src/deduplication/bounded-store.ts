import { withinMs } from '../bounded';
import type { DeliveryStore } from '../contracts';
import type { MaybePromise } from '../maybe-promise';

/**
 * The same store, with no answer longer than `timeoutMs` in coming: a client whose server is gone may wait for ever
 * (ioredis does by default). What answers at once still does.
 */
export function boundedStore(store: DeliveryStore, timeoutMs: number): DeliveryStore {
  function bound<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return answer instanceof Promise ? withinMs(answer, timeoutMs, 'The delivery store') : answer;
  }
  return {
    claim: (key, leaseMs, ttlMs) => bound(store.claim(key, leaseMs, ttlMs)),
    extend: (key, token, leaseMs) => bound(store.extend(key, token, leaseMs)),
    succeeded: (key, token, handlerName) => bound(store.succeeded(key, token, handlerName)),
    complete: (key, token, ttlMs) => bound(store.complete(key, token, ttlMs)),
    release: (key, token) => bound(store.release(key, token)),
  };
}
