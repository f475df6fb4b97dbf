import type { QueueStats } from '../../foundations/contracts/queue';
import { readWholeNumber } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';
import type { BullQueue } from './engine';

/** Lists of BullMQ with jobs that wait for a worker, or for their next attempt. */
const waitingLists = ['wait', 'paused', 'prioritized', 'delayed'];

/** Counts the jobs. The oldest job is not read as a whole, since its body may be large. */
export async function statsOf(queue: BullQueue, client: BullmqClient): Promise<QueueStats> {
  const [counts, [oldest]] = await Promise.all([
    queue.getJobCounts(...waitingLists, 'active', 'failed'),
    queue.getRanges(['wait'], 0, 0, true),
  ]);
  const enqueuedAt = oldest === undefined ? null : await client.hget(queue.toKey(oldest), 'timestamp');
  return {
    waiting: waitingLists.reduce((sum, list) => sum + (counts[list] ?? 0), 0),
    running: counts['active'] ?? 0,
    dead: counts['failed'] ?? 0,
    // A job that a worker took meanwhile may be gone.
    oldestWaitingMs: enqueuedAt === null ? undefined : Math.max(0, Date.now() - readMoment(enqueuedAt)),
  };
}

function readMoment(timestamp: unknown): number {
  return readWholeNumber(timestamp, 'bullmqQueue.connection: timestamp');
}
