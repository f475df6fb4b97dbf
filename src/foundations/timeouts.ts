import { DeferredTimer } from './deferred-timer';
import { isThenable, type MaybePromise } from './maybe-promise';
import { atEndOfTurn } from './real-timers';

/** {@link withinMs} rejects with this when time runs out. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * `answer`, or a {@link SilenceError} after `ms`: some clients wait for ever by default. A plain value stays plain.
 *
 * Where the event loop was blocked, the answer may be there and unread when time runs out: sockets are read before it is
 * given up.
 */
export function withinMs<T>(answer: MaybePromise<T> | PromiseLike<T>, ms: number, who: string): MaybePromise<T> {
  if (!isThenable(answer)) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new SilenceError(`${who} did not answer within ${ms} ms`));
    const timer = new DeferredTimer(() => setTimeout(() => atEndOfTurn(giveUp), ms));
    // A client may answer with a thenable of its own.
    void Promise.resolve(answer as PromiseLike<T>)
      .then(resolve, reject)
      .finally(() => timer.clear());
  });
}

/** The longest time for a timer of Node, in milliseconds. Beyond it, timers fire at once. */
export const longestTimer = 2_147_483_647;

/** Resolves when `ended` settles, or after `ms`. Keeps the process alive while it waits. */
export function atMost(ms: number, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(Math.max(0, ms), longestTimer));
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    ended.then(end, end);
  });
}
