/**
 * A value now or later. The pipeline stays synchronous until a step has to wait: for a small delivery, a promise per
 * step costs more than verifying it.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Whether `value` is a promise, or a library's own thenable. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** For a promise that is refused: nobody waits for it, so its rejection would end the process. */
export function ignoreRejection(value: unknown): void {
  if (isThenable(value)) value.then(undefined, () => undefined);
}

/** Calls `next(value)`: at once for a plain value, later for a promise. */
export function whenReady<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Calls `attempt()`. If that throws or rejects, `recover` gets the error. */
export function recovered<T, U>(attempt: () => MaybePromise<T>, recover: (error: unknown) => U): MaybePromise<T | U> {
  try {
    const value = attempt();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}
