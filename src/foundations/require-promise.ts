import { isThenable } from './maybe-promise';
import { show } from './option-checks';

/**
 * The answer of a user's method that acknowledges something. A method that forgets its `return` answers `undefined` while
 * its client still writes: taken for done, the delivery would be acknowledged before it is held.
 *
 * @param what such as `queue.enqueue`
 * @throws TypeError that says what to write
 */
export function requirePromise(answer: unknown, what: string): Promise<void> {
  if (isThenable(answer)) return answer as Promise<void>;
  throw new TypeError(
    `${what}: expected a promise, got ${show(answer)}. Return the promise of your client, or await it.`,
  );
}
