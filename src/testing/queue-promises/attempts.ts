import assert from 'node:assert/strict';
import { asJson, delivery, fail, type Promises } from './bench';

/** What a queue promises about failed attempts. */
export const attempts: Promises = [
  [
    'runs a job again whose attempt failed, after a pause',
    async ({ queue, work, until, runsOf, dead, pauseMs }) => {
      const job = delivery();
      let failedAt = 0;
      let startedAgainAt = 0;
      await work(({ count }) => {
        if (count === 1) {
          failedAt = performance.now();
          fail('once');
        }
        startedAgainAt = performance.now();
        return 'done';
      });
      await queue.enqueue(job);
      await until('the second attempt', () => runsOf(job) === 2);
      // A timer may fire a fraction of a millisecond before its time.
      const waitedMs = startedAgainAt - failedAt;
      assert.ok(waitedMs >= pauseMs - 1, `the second attempt came after ${waitedMs} ms`);
      await dead(0);
    },
  ],
  [
    'lets other jobs pass while one waits for its next attempt',
    async ({ queue, work, passed, until, runsOf }) => {
      const job = delivery();
      await work(({ count }) => (count < 3 ? fail('not yet') : 'done'), 1);
      await queue.enqueue(job);
      await until('the first attempt', () => runsOf(job) === 1);
      await passed();
      await until('the third attempt', () => runsOf(job) === 3);
    },
  ],
  [
    'says that another attempt comes, if it says so, before the last attempt alone',
    async ({ queue, work, dead }) => {
      const plans: unknown[] = [];
      await work(({ plan }) => {
        if (plan !== undefined) plans.push(typeof plan.retryInMs);
        return fail('again and again');
      });
      await queue.enqueue(delivery());
      await dead(1);
      if (plans.length > 0) assert.deepEqual(plans, ['number', 'number', 'undefined']);
    },
  ],
  [
    'takes a job that failed three times for dead, and says why, when and how often',
    async ({ kill, runsOf, work, passed }) => {
      const job = delivery();
      const before = Date.now();
      const [found] = await kill(job);
      assert.ok(found !== undefined);
      assert.deepEqual(found.job, asJson(job));
      assert.equal(found.reason, 'failure 3');
      assert.equal(found.attempts, 3);
      const failedAt = found.failedAt.getTime();
      // The engine may have another clock.
      assert.ok(Math.abs(failedAt - before) < 60_000 && !Number.isNaN(failedAt), `failedAt ${failedAt}`);
      await work(() => 'done');
      await passed();
      assert.equal(runsOf(job), 3);
    },
  ],
];
