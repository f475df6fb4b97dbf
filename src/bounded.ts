/** Thrown by {@link withinMs} when time ran out. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** `promise`, or a {@link SilenceError} after `ms`: some clients wait for ever by default. */
export function withinMs<T>(promise: Promise<T>, ms: number, who: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SilenceError(`${who} did not answer within ${ms} ms`)), ms).unref();
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
