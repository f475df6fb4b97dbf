import assert from 'node:assert/strict';
import type { QueuedDelivery } from '../../index';
import { delivery, fail, gate, type Promises } from './bench';

const several = (count: number): QueuedDelivery[] => Array.from({ length: count }, () => delivery());

/** A short wait, to see that something does not happen. */
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** What a queue promises about workers: several at once, and closing. */
export const working: Promises = [
  [
    'runs as many jobs at once as a worker may, and never more',
    async ({ queue, work, until }) => {
      const ends: (() => void)[] = [];
      let started = 0;
      let running = 0;
      let most = 0;
      await work(async (): Promise<'done'> => {
        started += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
        return 'done';
      }, 3);
      for (const job of several(8)) await queue.enqueue(job);
      for (let ended = 0; ended < 8; ended += 1) {
        await until('the free place to be taken', () => started >= Math.min(8, ended + 3));
        ends[ended]?.();
      }
      await until('all jobs to end', () => running === 0);
      assert.equal(most, 3);
    },
  ],
  [
    'takes another job as soon as one ends, not when all have',
    async ({ queue, work, passed, until, runsOf }) => {
      const slow = delivery();
      const { opened, open } = gate();
      await work(() => opened.then(() => 'done' as const), 2);
      await queue.enqueue(slow);
      await until('the slow job to be started', () => runsOf(slow) === 1);
      await passed();
      await passed();
      open();
    },
  ],
  [
    'runs each job once, whichever of two workers takes it',
    async ({ queue, work, until, runsOf }) => {
      const jobs = several(12);
      const busy = new Set<string>();
      const both = gate();
      const worker = async (name: string): Promise<'done'> => {
        busy.add(name);
        if (busy.size === 2) both.open();
        await both.opened;
        return 'done';
      };
      await Promise.all([work(() => worker('one'), 2), work(() => worker('other'), 2)]);
      for (const job of jobs) await queue.enqueue(job);
      await until('all jobs to be run', () => jobs.every((job) => runsOf(job) > 0));
      assert.deepEqual(
        jobs.map(runsOf),
        jobs.map(() => 1),
      );
    },
  ],
  [
    'waits for running jobs when a worker closes, and lets it take no more',
    async ({ queue, work, until, passed, soon, runsOf, patienceMs }) => {
      const job = delivery();
      const later = several(5);
      const { opened, open } = gate();
      let takenByFirst = 0;
      const first = await work(async (): Promise<'done'> => {
        takenByFirst += 1;
        await opened;
        return 'done';
      });
      await queue.enqueue(job);
      await until('the job to be started', () => runsOf(job) === 1);
      let isClosed = false;
      const closed = first.close(patienceMs * 2).then(() => {
        isClosed = true;
      });
      await moment();
      await work(() => 'done');
      for (const each of later) await queue.enqueue(each);
      await until('the next jobs to be taken', () => later.every((each) => runsOf(each) === 1));
      assert.equal(isClosed, false);
      open();
      await soon('the worker to close', closed);
      await passed();
      assert.equal(runsOf(job), 1);
      // One more may have been on its way when the worker was closed.
      assert.ok(takenByFirst <= 2, `it took ${takenByFirst - 1} more`);
    },
  ],
  [
    'gives back what still runs when a worker has waited long enough, and another runs it',
    async ({ queue, work, until, soon, runsOf, dead }) => {
      const job = delivery();
      const { opened, open } = gate();
      const first = await work(() => opened.then(() => 'done' as const));
      await queue.enqueue(job);
      await until('the job to be started', () => runsOf(job) === 1);
      await soon('the worker to close', first.close(20));
      await work(() => 'done');
      await until('another worker to run it', () => runsOf(job) === 2);
      open();
      await dead(0);
    },
  ],
  [
    'runs elsewhere what a closing worker has answered "again", which costs no attempt',
    async ({ queue, work, until, soon, runsOf, dead, patienceMs }) => {
      const job = delivery();
      const { opened, open } = gate();
      const first = await work(() => opened.then(() => 'again' as const));
      await queue.enqueue(job);
      await until('the job to be started', () => runsOf(job) === 1);
      const closed = first.close(patienceMs);
      open();
      await soon('the worker to close', closed);
      await work(({ count }) => (count < 4 ? fail(`failure ${count}`) : 'done'));
      await until('three attempts elsewhere', () => runsOf(job) === 4);
      await dead(0);
    },
  ],
  [
    'closes a worker twice as once: what another runs by then is left alone',
    async ({ queue, work, until, passed, soon, runsOf }) => {
      const job = delivery();
      const [first, second] = [gate(), gate()];
      const worker = await work(() => first.opened.then(() => 'done' as const));
      await queue.enqueue(job);
      await until('the job to be started', () => runsOf(job) === 1);
      await soon('the worker to close', Promise.all([worker.close(10), worker.close(10)]));
      await work(() => second.opened.then(() => 'done' as const));
      await until('another worker to run it', () => runsOf(job) === 2);
      await soon('the worker to close again', worker.close(0));
      await passed();
      assert.equal(runsOf(job), 2);
      first.open();
      second.open();
    },
  ],
];
