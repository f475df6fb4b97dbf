import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { freshNamespace } from '../services';
import { Cast, gate, newDelivery, until } from './bullmq-kit';
import { testEngine } from './engine-promises';

let server: OwnRedis;
let client: Redis;
let cast: Cast;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());

beforeEach(() => {
  cast = new Cast();
  client = cast.client(server.port);
});
afterEach(() => cast.end());

testEngine(() => ({
  queue: (options, logger) => cast.queue({ connection: client, ...options }, logger),
  worker: (...asked) => cast.worker(...asked),
}));

test('what is done is remembered no longer and no more than asked for', async () => {
  const queue = cast.queue({ connection: client, rememberDone: { count: 1 } });
  const [first, second] = [newDelivery(), newDelivery()];
  const runs: string[] = [];
  await cast.worker(queue, ({ key }) => runs.push(key), 1);
  const enqueueUntilRun = async (job: QueuedDelivery, times: number): Promise<void> => {
    await until(async () => {
      await queue.enqueue(job);
      return runs.filter((key) => key === job.key).length >= times;
    });
  };
  await enqueueUntilRun(first, 1);
  await enqueueUntilRun(second, 1);
  await enqueueUntilRun(first, 2);
});

test('attempts follow with growing pauses; then the job is dead, with the last reason', async () => {
  const queue = cast.queue({ connection: client, attempts: 4, backoffMs: 100 });
  const job = newDelivery();
  await queue.enqueue(job);
  const starts: number[] = [];
  await cast.worker(queue, () => {
    starts.push(Date.now());
    throw new Error(`crm: attempt ${starts.length}`);
  });
  await until(async () => (await queue.deadJobs.get(job.key)) !== undefined);
  const dead = await queue.deadJobs.get(job.key);
  expect(dead).toMatchObject({ id: job.key, job, reason: 'crm: attempt 4', attempts: 4 });
  expect(Math.abs(Date.now() - (dead?.failedAt.getTime() ?? 0))).toBeLessThan(10_000);
  const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  // At least half of 100, 200 and 400 ms: jitter takes no more.
  expect(pauses.map((pause, index) => pause >= 50 * 2 ** index - 5)).toEqual([true, true, true]);
});

describe('a worker', () => {
  test('runs no more at once than it may', async () => {
    const queue = cast.queue({ connection: client });
    for (let count = 0; count < 12; count += 1) await queue.enqueue(newDelivery());
    let [now, most, done] = [0, 0, 0];
    const three = gate();
    const run = async (): Promise<void> => {
      most = Math.max(most, ++now);
      if (now === 3) three.open();
      await three.passed;
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
      done += 1;
    };
    await cast.worker(queue, run, 3);
    await until(() => done === 12);
    expect(most).toBe(3);
  });

  test('that has nothing to do is closed at once', async () => {
    const worker = await cast.worker(cast.queue({ connection: client }), () => undefined);
    const start = Date.now();
    await worker.close(30_000);
    expect(Date.now() - start).toBeLessThan(20_000);
  });
});

test('two namespaces on one Redis take nothing of each other, and one is one wherever it is opened', async () => {
  const namespace = freshNamespace();
  const [ours, same, other] = [{ namespace }, { namespace }, {}].map((options) =>
    cast.queue({ connection: client, ...options }),
  );
  if (!ours || !same || !other) throw new Error('three queues');
  const got: string[] = [];
  await cast.worker(same, () => got.push('same'));
  await cast.worker(other, () => got.push('other'));
  await ours.enqueue(newDelivery());
  await until(() => got.length > 0);
  expect(got).toEqual(['same']);
});

test('BullMQ’s own tools find the jobs', async () => {
  const namespace = freshNamespace();
  const job = newDelivery();
  await cast.queue({ connection: client, namespace }).enqueue(job);
  const theirs = new Queue('deliveries', { connection: client, prefix: `{bigmind-webhooks:${namespace}}` });
  expect(await theirs.getJobCounts('waiting')).toEqual({ waiting: 1 });
  expect((await theirs.getJob(job.key))?.name).toBe('notes_created');
  await theirs.close();
});

test('tells a worker when a failed job runs again at the latest, and that the last attempt is the last', async () => {
  const queue = cast.queue({ connection: client, attempts: 3, backoffMs: 40 });
  const plans: (number | undefined)[] = [];
  const runs: number[] = [];
  const worker = await queue.work(
    (_job, plan) => {
      plans.push(plan?.retryInMs);
      runs.push(performance.now());
      return Promise.reject(new Error('no'));
    },
    { concurrency: 1 },
  );
  cast.workers.push(worker);
  await queue.enqueue(newDelivery());
  await until(() => runs.length === 3);
  expect(plans).toEqual([40, 80, undefined]);
  // Half of the longest pause is the shortest.
  expect((runs[1] ?? 0) - (runs[0] ?? 0)).toBeGreaterThanOrEqual(15);
});
