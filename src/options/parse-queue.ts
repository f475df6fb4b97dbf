import type { DeliveryQueue } from '../foundations/contracts/queue';
import { badOption, callIt, requireFunction } from '../foundations/option-checks';

const queueMethods = ['open', 'enqueue', 'work'] as const;
const deadJobsMethods = ['list', 'get', 'redrive', 'discard'] as const;

/**
 * Checks that the option `queue` has every method.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseQueue(queue: unknown): DeliveryQueue {
  requireMethods('queue', 'a queue such as bullmqQueue({ connection, namespace })', queue, queueMethods);
  const { deadJobs } = queue as DeliveryQueue;
  requireMethods('queue.deadJobs', 'an object', deadJobs, deadJobsMethods);
  return queue as DeliveryQueue;
}

function requireMethods(path: string, expectation: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw badOption(path, expectation, value, callIt(value, 'bullmqQueue({ connection, namespace })'));
  }
  for (const name of names) requireFunction(`${path}.${name}`, (value as Readonly<Record<string, unknown>>)[name]);
}
