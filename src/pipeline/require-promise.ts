import { isThenable } from '../foundations/maybe-promise';
import { show } from '../foundations/option-checks';

/**
 * The answer of a user's method that acknowledges something. A method without its `return` answers `undefined` while
 * its client still writes: the delivery would be acknowledged before it is held.
 *
 * @param what such as `queue.enqueue`
 * @throws TypeError that says what to write
 */
export function requirePromise<T>(answer: Promise<T>, what: string): Promise<T> {
  if (isThenable(answer)) return answer;
  throw new TypeError(
    `${what}: expected a promise, got ${show(answer)}. Return the promise of your client, or await it.`,
  );
}
