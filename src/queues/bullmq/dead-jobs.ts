import type { DeadJob, DeadJobs } from '../../foundations/contracts/queue';
import type { BullmqClient } from './connection';
import type { BullJob, BullQueue } from './engine';

/** BullMQ's queue, and the client that it uses. */
interface Connected {
  readonly queue: BullQueue;
  readonly client: Pick<BullmqClient, 'hdel'>;
}

/** Where BullMQ counts the workers that a job has lost. A retry leaves it, whatever else it resets. */
const lostWorkers = 'stc';
const anew = { resetAttemptsMade: true, resetAttemptsStarted: true } as const;
const page = 100;
/** How many are redriven at once: each is read with its body. */
const atOnce = 20;

/** Dead jobs; BullMQ calls them failed jobs. */
export function deadJobsOf(connected: () => Promise<Connected>): DeadJobs {
  return {
    async list({ limit, offset }) {
      if (limit < 1) return [];
      const { queue } = await connected();
      const jobs = await queue.getFailed(offset, offset + limit - 1);
      return jobs.filter((job) => job !== undefined).map(describe);
    },
    async get(id) {
      const { queue } = await connected();
      const job = await findDead(queue, id);
      return job && describe(job);
    },
    async redrive(id) {
      const on = await connected();
      if (id === 'all') return redriveAll(on);
      return (await redriveOne(on, id)) ? 1 : 0;
    },
    async discard(id) {
      const { queue } = await connected();
      // BullMQ would remove a job in any state.
      return (await findDead(queue, id)) !== undefined && (await queue.remove(id)) === 1;
    },
  };
}

function describe({ id = '', data, failedReason, attemptsMade, finishedOn }: BullJob): DeadJob {
  return { id, job: data, reason: failedReason ?? '', attempts: attemptsMade, failedAt: new Date(finishedOn ?? 0) };
}

async function findDead(queue: BullQueue, id: string): Promise<BullJob | undefined> {
  const job = await queue.getJob(id);
  return job !== undefined && (await job.isFailed()) ? job : undefined;
}

/** The oldest first: BullMQ's own retry of all does not reset the attempts. */
async function redriveAll(on: Connected): Promise<number> {
  const { queue } = on;
  // Jobs that fail again meanwhile are not redriven twice.
  let left = await queue.getFailedCount();
  let count = 0;
  while (left > 0) {
    const ids = await queue.getRanges(['failed'], 0, Math.min(left, page) - 1, true);
    if (ids.length === 0) break;
    for (let start = 0; start < ids.length; start += atOnce) {
      const redriven = await Promise.all(ids.slice(start, start + atOnce).map((id) => redriveOne(on, id)));
      count += redriven.filter(Boolean).length;
    }
    left -= ids.length;
  }
  return count;
}

async function redriveOne({ queue, client }: Connected, id: string): Promise<boolean> {
  const job = await findDead(queue, id);
  if (job === undefined) return false;
  // Before a worker may take it: one that is lost then counts.
  await client.hdel(queue.toKey(id), lostWorkers);
  try {
    await job.retry('failed', anew);
    return true;
  } catch (error) {
    // Another call was faster.
    if (typeof (error as { readonly code?: unknown }).code === 'number') return false;
    throw error;
  }
}
