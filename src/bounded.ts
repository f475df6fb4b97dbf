import { isThenable, type MaybePromise } from './maybe-promise';

/** Thrown by {@link withinMs} when time ran out. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** `answer`, or a {@link SilenceError} after `ms`: some clients wait for ever by default. What is there at once stays so. */
export function withinMs<T>(answer: MaybePromise<T> | PromiseLike<T>, ms: number, who: string): MaybePromise<T> {
  if (!isThenable(answer)) return answer;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SilenceError(`${who} did not answer within ${ms} ms`)), ms).unref();
    // Only what is ours is a Promise for sure: a client may answer with its own kind.
    void Promise.resolve(answer as PromiseLike<T>)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
