import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { DeadJob } from '../../index';
import { asJson, delivery, fail, gate, type Promises } from './bench';

const ids = (found: readonly DeadJob[]): readonly string[] => found.map(({ id }) => id);

/** What a queue promises about jobs whose attempts are used up. */
export const deadJobs: Promises = [
  [
    'lists dead jobs, the newest first, by pages',
    async ({ queue, work, until, runsOf, dead }) => {
      const jobs = [delivery(), delivery(), delivery()];
      const gates = new Map(jobs.map(({ key }) => [key, gate()]));
      await work(async ({ job, count }) => {
        if (count === 3) await gates.get(job.key)?.opened;
        return fail(`failure ${count}`);
      });
      for (const job of jobs) await queue.enqueue(job);
      await until('every last attempt', () => jobs.every((job) => runsOf(job) === 3));
      for (const [index, { key }] of jobs.entries()) {
        gates.get(key)?.open();
        await dead(index + 1);
      }
      const all = await dead(3);
      assert.deepEqual(
        all.map(({ job }) => job),
        jobs.toReversed().map(asJson),
      );
      const page = (limit: number, offset: number) => queue.deadJobs.list({ limit, offset }).then(ids);
      assert.deepEqual(await page(2, 0), ids(all.slice(0, 2)));
      assert.deepEqual(await page(2, 1), ids(all.slice(1, 3)));
      assert.deepEqual(await page(2, 2), ids(all.slice(2)));
      assert.deepEqual(await page(2, 3), []);
    },
  ],
  [
    'finds a dead job by its id, and nothing by another',
    async ({ queue, kill }) => {
      const [found] = await kill(delivery());
      assert.ok(found !== undefined);
      assert.deepEqual(await queue.deadJobs.get(found.id), found);
      for (const id of [randomUUID(), delivery().key, '', 'no such']) {
        assert.equal(await queue.deadJobs.get(id), undefined);
        assert.equal(await queue.deadJobs.redrive(id), 0);
        assert.equal(await queue.deadJobs.discard(id), false);
      }
      assert.deepEqual(await queue.deadJobs.get(found.id), found);
    },
  ],
  [
    'redrives a dead job, with its attempts anew, and no other',
    async ({ queue, kill, work, until, dead, runsOf }) => {
      const job = delivery();
      const other = delivery();
      const found = await kill(job, other);
      const id = found.find((each) => (each.job as { key: string }).key === job.key)?.id ?? '';
      assert.equal(await queue.deadJobs.redrive(id), 1);
      // It waits, and is no dead job.
      assert.equal(await queue.deadJobs.get(id), undefined);
      assert.equal(await queue.deadJobs.discard(id), false);
      assert.equal(await queue.deadJobs.redrive(id), 0);
      await work(({ count }) => (count < 6 ? fail(`failure ${count}`) : 'done'));
      await until('three more attempts', () => runsOf(job) === 6);
      assert.deepEqual(
        await dead(1),
        found.filter((each) => each.id !== id),
      );
      assert.equal(await queue.deadJobs.redrive(id), 0);
      assert.equal(runsOf(other), 3);
    },
  ],
  [
    'keeps a job dead again that was redriven in vain',
    async ({ queue, kill, work, until, dead, runsOf }) => {
      const job = delivery();
      const [first] = await kill(job);
      assert.equal(await queue.deadJobs.redrive(first?.id ?? ''), 1);
      await work(({ count }) => fail(`failure ${count}`));
      await until('three more attempts', () => runsOf(job) === 6);
      const [second] = await dead(1);
      assert.ok(second !== undefined);
      assert.deepEqual([second.reason, second.attempts], ['failure 6', 3]);
    },
  ],
  [
    'redrives all dead jobs',
    async ({ queue, kill, work, until, dead, runsOf }) => {
      const jobs = [delivery(), delivery(), delivery()];
      await kill(...jobs);
      assert.equal(await queue.deadJobs.redrive('all'), 3);
      await dead(0);
      assert.equal(await queue.deadJobs.redrive('all'), 0);
      await work(() => 'done');
      await until('all of them to be run', () => jobs.every((job) => runsOf(job) === 4));
    },
  ],
  [
    'discards a dead job for good, so that a repeat of it is a new job',
    async ({ queue, kill, work, until, runsOf }) => {
      const job = delivery();
      const [found] = await kill(job);
      const id = found?.id ?? '';
      assert.equal(await queue.deadJobs.discard(id), true);
      assert.equal(await queue.deadJobs.discard(id), false);
      assert.equal(await queue.deadJobs.get(id), undefined);
      assert.equal(await queue.deadJobs.redrive(id), 0);
      assert.deepEqual(await queue.deadJobs.list({ limit: 10, offset: 0 }), []);
      await queue.enqueue(job);
      await work(() => 'done');
      await until('the repeat to be run', () => runsOf(job) === 4);
    },
  ],
];
