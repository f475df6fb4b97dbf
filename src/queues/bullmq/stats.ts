import type { QueueStats } from '../../foundations/contracts/queue';
import { readWholeNumber } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';
import type { BullQueue } from './engine';

/** Lists of BullMQ with jobs that wait for a worker, or for their next attempt. */
const waitingLists = ['wait', 'paused', 'prioritized', 'delayed'];

/** Those of them with jobs that a worker could take now; replays lie in the second. Each has its oldest job first. */
const dueLists = ['wait', 'prioritized'] as const;

/** Counts the jobs. The oldest ones are not read as a whole, since their bodies may be large. */
export async function statsOf(queue: BullQueue, client: BullmqClient): Promise<QueueStats> {
  const [counts, first] = await Promise.all([
    queue.getJobCounts(...waitingLists, 'active', 'failed'),
    queue.getRanges(dueLists, 0, 0, true),
  ]);
  const timestamps = await Promise.all(first.map((id) => client.hget(queue.toKey(id), 'timestamp')));
  // A job that a worker took meanwhile may be gone.
  const moments = timestamps.filter((timestamp) => timestamp !== null).map(readMoment);
  return {
    waiting: waitingLists.reduce((sum, list) => sum + (counts[list] ?? 0), 0),
    running: counts['active'] ?? 0,
    dead: counts['failed'] ?? 0,
    oldestWaitingMs: moments.length === 0 ? undefined : Math.max(0, Date.now() - Math.min(...moments)),
  };
}

function readMoment(timestamp: unknown): number {
  return readWholeNumber(timestamp, 'bullmqQueue.connection: timestamp');
}
