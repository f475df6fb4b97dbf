import type { DeliveryQueue } from '../foundations/contracts/queue';
import { isRecord } from '../foundations/is-record';
import { badOption, callIt, hasMethod, requireMethods, wrapIt } from '../foundations/option-checks';

const queueMethods = ['open', 'enqueue', 'work'] as const;
const deadJobsMethods = ['list', 'get', 'redrive', 'discard'] as const;

/**
 * Checks that the option `queue` has every method.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function parseQueue(queue: unknown): DeliveryQueue {
  if (isRecord(queue) && !hasMethod(queue, 'enqueue')) refuseParts(queue);
  if (typeof queue !== 'object' || queue === null) {
    const example = 'bullmqQueue({ connection, namespace })';
    throw badOption('queue', `a queue such as ${example}`, queue, callIt(queue, example));
  }
  requireMethods('queue', queue, queueMethods, ['ping', 'stats', 'close']);
  const { deadJobs } = queue as Partial<DeliveryQueue>;
  if (typeof deadJobs !== 'object' || deadJobs === null) throw badOption('queue.deadJobs', 'an object', deadJobs);
  requireMethods('queue.deadJobs', deadJobs, deadJobsMethods);
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
