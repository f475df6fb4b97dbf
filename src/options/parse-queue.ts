import type { DeliveryQueue } from '../foundations/contracts/queue';
import { isRecord } from '../foundations/is-record';
import { badOption, callIt, hasMethod, requireFunction, wrapIt } from '../foundations/option-checks';

const queueMethods = ['open', 'enqueue', 'work'] as const;
const deadJobsMethods = ['list', 'get', 'redrive', 'discard'] as const;

/**
 * Checks that the option `queue` has every method.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseQueue(queue: unknown): DeliveryQueue {
  if (isRecord(queue) && typeof queue['enqueue'] !== 'function') refuseParts(queue);
  requireMethods('queue', 'a queue such as bullmqQueue({ connection, namespace })', queue, queueMethods);
  const { deadJobs } = queue as DeliveryQueue;
  requireMethods('queue.deadJobs', 'an object', deadJobs, deadJobsMethods);
  return queue as DeliveryQueue;
}

/** What queues are made from is known by its members. */
function refuseParts(given: Readonly<Record<string, unknown>>): void {
  const has = (name: string): boolean => hasMethod(given, name);
  const ofRedis = 'queue: bullmqQueue({ connection, namespace })';
  const ofPostgres = 'queue: pgBossQueue({ boss, namespace })';
  if (has('evalsha') || has('evalSha')) throw wrapIt('queue', 'a client', ofRedis);
  if (has('createQueue') && has('fetch')) throw wrapIt('queue', 'an engine', ofPostgres);
  if ('boss' in given) throw wrapIt('queue', 'the options of one', ofPostgres);
  if ('connection' in given) throw wrapIt('queue', 'the options of one', ofRedis);
}

function requireMethods(path: string, expectation: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw badOption(path, expectation, value, callIt(value, 'bullmqQueue({ connection, namespace })'));
  }
  for (const name of names) requireFunction(`${path}.${name}`, (value as Readonly<Record<string, unknown>>)[name]);
}
