import { DeferredTimer } from './deferred-timer';
import { isThenable, type MaybePromise } from './maybe-promise';

/** Thrown by {@link withinMs} when time ran out. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** `answer`, or a {@link SilenceError} after `ms`: some clients wait for ever by default. What is there at once stays so. */
export function withinMs<T>(answer: MaybePromise<T> | PromiseLike<T>, ms: number, who: string): MaybePromise<T> {
  if (!isThenable(answer)) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new SilenceError(`${who} did not answer within ${ms} ms`));
    const timer = new DeferredTimer(() => setTimeout(giveUp, ms));
    // Only what is ours is a Promise for sure: a client may answer with its own kind.
    void Promise.resolve(answer as PromiseLike<T>)
      .then(resolve, reject)
      .finally(() => timer.clear());
  });
}

/** Node's timers fire at once beyond this, in milliseconds. */
export const longestTimer = 2_147_483_647;

/** Resolves when `ended` settles, or after `ms`. Keeps the process alive, as what is waited for does. */
export function atMost(ms: number, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, longestTimer));
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    ended.then(end, end);
  });
}
