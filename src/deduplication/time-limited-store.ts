import type { DeliveryStore } from '../foundations/contracts/store';
import type { MaybePromise } from '../foundations/maybe-promise';
import { SilenceError, withinMs } from '../foundations/timeouts';

type Claimed = Awaited<ReturnType<DeliveryStore['claim']>>;

/**
 * The same store, but each promise is limited to `timeoutMs`: a client may wait for ever for an unreachable server
 * (ioredis does by default). Synchronous answers stay synchronous.
 */
export function timeLimitedStore(store: DeliveryStore, timeoutMs: number): DeliveryStore {
  function bound<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withinMs(answer, timeoutMs, 'The delivery store');
  }
  /** Gives back a claim that comes too late. Its delivery was answered 503, and the repeat would wait for the lease. */
  async function giveBack(key: string, late: MaybePromise<Claimed>): Promise<void> {
    const claimed = await late;
    if (typeof claimed === 'object' && 'token' in claimed) await store.release(key, claimed.token);
  }
  return {
    claim(key, leaseMs, ttlMs) {
      const asked = store.claim(key, leaseMs, ttlMs);
      const answer = bound(asked);
      if (!(answer instanceof Promise)) return checkedClaim(answer);
      return answer.then(checkedClaim, (error: unknown) => {
        // An error here does not matter: the lease ends by itself.
        if (error instanceof SilenceError) giveBack(key, asked).catch(() => undefined);
        throw error;
      });
    },
    extend: (key, token, leaseMs) => bound(store.extend(key, token, leaseMs)),
    succeeded: (key, token, handlerName, ttlMs) => bound(store.succeeded(key, token, handlerName, ttlMs)),
    complete: (key, token, ttlMs) => bound(store.complete(key, token, ttlMs)),
    release: (key, token) => bound(store.release(key, token)),
  };
}

/** Checks a claim. Any store may be behind it, and a wrong answer must not become a run without a claim. */
function checkedClaim(answer: Claimed): Claimed {
  if (isClaimAnswer(answer)) return answer;
  throw new TypeError('The delivery store answered claim() with what is no claim.');
}

function isClaimAnswer(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return answer === 'done';
  const { running, retryAfterMs, token, attempt, succeeded } = answer as Readonly<Record<string, unknown>>;
  if (running === true) return Number.isFinite(retryAfterMs);
  return typeof token === 'string' && Number.isFinite(attempt) && Array.isArray(succeeded);
}
