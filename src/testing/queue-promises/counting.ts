import assert from 'node:assert/strict';
import type { QueueStats } from '../../index';
import { type Bench, delivery, gate, type Promises } from './bench';

/** How far apart two jobs are enqueued, in milliseconds. */
const apartMs = 50;

/** What a queue promises about `ping` and `stats`, if it has them. */
export const counting: Promises = [
  [
    'answers a ping, and enqueues nothing by it',
    async ({ queue, work, passed }) => {
      assert.equal(await queue.ping?.(), undefined);
      let runs = 0;
      await work(() => {
        runs += 1;
        return 'done';
      });
      await passed();
      assert.equal(runs, 0);
    },
  ],
  [
    'counts nothing in an empty queue',
    async (bench) => {
      await counted(bench, { waiting: 0, running: 0, dead: 0 });
    },
  ],
  [
    'counts the jobs that wait, and says how old the oldest is',
    async (bench) => {
      const { queue } = bench;
      const before = performance.now();
      await queue.enqueue(delivery());
      await new Promise((resolve) => setTimeout(resolve, apartMs));
      await queue.enqueue(delivery());
      const stats = await counted(bench, { waiting: 2, running: 0, dead: 0 });
      if (stats === undefined) return;
      const { oldestWaitingMs = -1 } = stats;
      // The engine may have another clock, and count from another moment of the call.
      const passedMs = performance.now() - before;
      assert.ok(oldestWaitingMs >= apartMs / 2 && oldestWaitingMs <= passedMs + 1000, `${oldestWaitingMs} ms`);
    },
  ],
  [
    'counts a waiting replay, and says how old it is',
    async (bench) => {
      await bench.queue.enqueue({ ...delivery(), priority: 'low' });
      await counted(bench, { waiting: 1, running: 0, dead: 0 });
    },
  ],
  [
    'counts the jobs that run, and none of them as waiting',
    async (bench) => {
      const { queue, work, until, runsOf } = bench;
      const jobs = [delivery(), delivery()];
      const { opened, open } = gate();
      await work(() => opened.then(() => 'done' as const));
      for (const job of jobs) await queue.enqueue(job);
      await until('the jobs to be started', () => jobs.every((job) => runsOf(job) === 1));
      await counted(bench, { waiting: 0, running: 2, dead: 0 });
      open();
      await counted(bench, { waiting: 0, running: 0, dead: 0 });
    },
  ],
  [
    'counts the jobs that are dead, until they are redriven or discarded',
    async (bench) => {
      const { queue, kill } = bench;
      const [first, second] = await kill(delivery(), delivery());
      await counted(bench, { waiting: 0, running: 0, dead: 2 });
      await queue.deadJobs.redrive(first?.id ?? '');
      await queue.deadJobs.discard(second?.id ?? '');
      await counted(bench, { waiting: 1, running: 0, dead: 0 });
    },
  ],
];

/** Waits for these counts: a job that ended may be counted a moment longer. `undefined` if the queue does not count. */
async function counted(
  { queue, until }: Bench,
  expected: Pick<QueueStats, 'waiting' | 'running' | 'dead'>,
): Promise<QueueStats | undefined> {
  let stats: QueueStats | undefined;
  await until(JSON.stringify(expected), async () => {
    stats = await queue.stats?.();
    if (stats === undefined) return true;
    const { waiting, oldestWaitingMs } = stats;
    assert.ok(waiting > 0 || oldestWaitingMs === undefined, JSON.stringify(stats));
    // A redriven job may be due a moment later.
    const isAged = waiting === 0 || oldestWaitingMs !== undefined;
    return isAged && Object.entries(expected).every(([name, count]) => stats?.[name as keyof QueueStats] === count);
  });
  return stats;
}
