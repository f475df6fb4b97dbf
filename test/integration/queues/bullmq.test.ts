import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { freshNamespace } from '../services';
import { Cast, gate, newDelivery, recordingLogger, until } from './bullmq-kit';

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

test('a job arrives as it was enqueued, 5 MB with NUL and all', async () => {
  const body = Buffer.alloc(5 * 1024 * 1024, 'a \u0000 \u{1f600} \ud800 b', 'utf8');
  const sent = [newDelivery(body), newDelivery(Buffer.from('{"text":"\u0000"}'))];
  const queue = cast.queue({ connection: client });
  for (const job of sent) await queue.enqueue(job);
  const got: QueuedDelivery[] = [];
  await cast.worker(queue, (job) => got.push(job), 1);
  await until(() => got.length === 2);
  expect(got).toEqual(sent);
  expect(Buffer.from(got[0]?.rawBody ?? '', 'base64').equals(body)).toBe(true);
});

test('a repeat is the same job while it waits, runs, waits for its next attempt, is done and is dead', async () => {
  const options = { connection: client, attempts: 2, backoffMs: 400 };
  const queue = cast.queue(options);
  const [done, dead] = [newDelivery(), newDelivery()];
  const runs: string[] = [];
  for (let repeat = 0; repeat < 3; repeat += 1) await queue.enqueue(done);
  await queue.enqueue(dead);
  const running = gate();
  await cast.worker(queue, async ({ key }) => {
    runs.push(key);
    await running.opened;
    if (key === dead.key) throw new Error('no');
  });
  await until(() => runs.length === 2);
  for (const job of [done, dead]) await queue.enqueue(job);
  running.open();
  const enqueueUntilDead = async (): Promise<boolean> => {
    for (const job of [done, dead]) await queue.enqueue(job);
    return (await queue.deadJobs.get(dead.key)) !== undefined;
  };
  await until(enqueueUntilDead);
  for (const job of [done, dead]) await queue.enqueue(job);
  // Jobs are taken in their order: what was enqueued before this one has run.
  const last = newDelivery();
  await queue.enqueue(last);
  await until(() => runs.includes(last.key));
  expect(runs.filter((key) => key === done.key)).toHaveLength(1);
  expect(runs.filter((key) => key === dead.key)).toHaveLength(2);
  expect(await queue.deadJobs.list({ limit: 10, offset: 0 })).toHaveLength(1);
});

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

test('a job that is to be forgotten runs again when it is repeated', async () => {
  const queue = cast.queue({ connection: client });
  const job = newDelivery();
  let runs = 0;
  await cast.worker(queue, () => {
    runs += 1;
    return 'forget';
  });
  await until(async () => {
    await queue.enqueue(job);
    return runs >= 2;
  });
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
      await three.opened;
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
      done += 1;
    };
    await cast.worker(queue, run, 3);
    await until(() => done === 12);
    expect(most).toBe(3);
  });

  test('that is closed waits for what runs, and takes no more', async () => {
    const queue = cast.queue({ connection: client });
    const [first, second] = [newDelivery(), newDelivery()];
    const ran: string[] = [];
    const running = gate();
    const started = gate();
    const run = async ({ key }: QueuedDelivery): Promise<void> => {
      started.open();
      await running.opened;
      ran.push(key);
    };
    const worker = await cast.worker(queue, run, 1);
    await queue.enqueue(first);
    await started.opened;
    await queue.enqueue(second);
    const closing = worker.close(30_000);
    const again = worker.close(0);
    running.open();
    await Promise.all([closing, again]);
    expect(ran).toEqual([first.key]);
    await cast.worker(queue, run);
    await until(() => ran.length === 2);
    expect(ran).toEqual([first.key, second.key]);
  });

  test('that is closed gives what still runs to others at once, at no attempt’s cost, and hears no more of it', async () => {
    const queue = cast.queue({ connection: client, attempts: 1, lostAfterMs: 60_000 });
    const { logger, lines } = recordingLogger();
    queue.open({ maxRunMs: 1000, logger });
    const jobs = [newDelivery(), newDelivery()];
    const started: string[] = [];
    const late = gate();
    const worker = await cast.worker(queue, async ({ key }) => {
      started.push(key);
      await late.opened;
      throw new Error('too late');
    });
    for (const job of jobs) await queue.enqueue(job);
    await until(() => started.length === 2);
    const start = Date.now();
    await worker.close(100);
    expect(Date.now() - start).toBeLessThan(20_000);
    const ran: string[] = [];
    await cast.worker(queue, ({ key }) => ran.push(key));
    await until(() => ran.length === 2);
    late.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran.sort()).toEqual(jobs.map(({ key }) => key).sort());
    expect(await queue.deadJobs.list({ limit: 10, offset: 0 })).toStrictEqual([]);
    expect(lines).toStrictEqual([]);
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
