import type { DeliveryStore } from '../foundations/contracts/store';
import type { MaybePromise } from '../foundations/maybe-promise';
import { SilenceError, withinMs } from '../foundations/timeouts';

type Claimed = Awaited<ReturnType<DeliveryStore['claim']>>;

/**
 * The same store, with no answer longer than `timeoutMs` in coming: a client whose server is gone may wait for ever
 * (ioredis does by default). What answers at once still does.
 */
export function timeLimitedStore(store: DeliveryStore, timeoutMs: number): DeliveryStore {
  function bound<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withinMs(answer, timeoutMs, 'The delivery store');
  }
  /** A claim that comes when its delivery was answered 503 would only make the repeat wait for the lease. */
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
        // Whether that works is no matter: the lease ends by itself.
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

/** The store may be anybody's: what is no answer must not become a run without a claim. */
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
