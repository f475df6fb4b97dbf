import * as bullmq from 'bullmq';
import type { Redis } from 'ioredis';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { Cast, newDelivery, until } from './bullmq-kit';

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

describe('dead jobs', () => {
  const jobs = [newDelivery(), newDelivery(), newDelivery()];
  const [first, second, third] = jobs.map(({ key }) => key) as [string, string, string];

  test('are listed from the newest, redriven alone or all with new attempts, and discarded', async () => {
    const queue = cast.queue({ connection: client, attempts: 2 });
    const { deadJobs } = queue;
    const runs: string[] = [];
    let works = false;
    await cast.worker(
      queue,
      ({ key }) => {
        runs.push(key);
        if (!works) throw new Error('down');
      },
      1,
    );
    for (const job of jobs) {
      await queue.enqueue(job);
      await until(async () => (await deadJobs.get(job.key)) !== undefined);
    }
    const ids = async (limit: number, offset: number): Promise<string[]> =>
      (await deadJobs.list({ limit, offset })).map(({ id }) => id);
    expect(await ids(10, 0)).toEqual([third, second, first]);
    expect(await ids(1, 1)).toEqual([second]);
    expect(await ids(0, 0)).toStrictEqual([]);
    expect(await ids(5, 3)).toStrictEqual([]);

    expect(await deadJobs.discard(second)).toBe(true);
    expect(await deadJobs.discard(second)).toBe(false);
    expect(await deadJobs.get(second)).toBeUndefined();
    expect(await deadJobs.redrive(second)).toBe(0);
    expect(await ids(10, 0)).toEqual([third, first]);

    runs.length = 0;
    expect(await deadJobs.redrive(first)).toBe(1);
    await until(async () => (await deadJobs.get(first))?.attempts === 2 && runs.length === 2);
    expect(runs).toEqual([first, first]);

    works = true;
    expect(await deadJobs.redrive('all')).toBe(2);
    await until(() => runs.length === 4);
    expect(runs.slice(2).sort()).toEqual([first, third].sort());
    expect(await ids(10, 0)).toStrictEqual([]);
    expect(await deadJobs.redrive('all')).toBe(0);
  });

  test('are listed without one that is removed meanwhile, which BullMQ 5 lists as undefined', async () => {
    class Queue extends bullmq.Queue {
      override async getFailed(...range: Parameters<bullmq.Queue['getFailed']>) {
        return [undefined as never, ...(await super.getFailed(...range))];
      }
    }
    const queue = cast.queue({ connection: client, attempts: 1, bullmq: { ...bullmq, Queue } });
    const job = newDelivery();
    await queue.enqueue(job);
    await cast.worker(queue, () => Promise.reject(new Error('no')), 1);
    await until(async () => (await queue.deadJobs.get(job.key)) !== undefined);
    expect(await queue.deadJobs.list({ limit: 10, offset: 0 })).toMatchObject([{ id: job.key, reason: 'no' }]);
  });

  test.each(['alone', 'with all'])(
    'have lost no worker when they are redriven %s: the next lost one is no end',
    async (how) => {
      const queue = cast.queue({ connection: client, attempts: 1, lostAfterMs: 1000 });
      const job = newDelivery();
      await queue.enqueue(job);
      const dying = await cast.worker(queue, () => Promise.reject(new Error('no')), 1);
      await until(async () => (await queue.deadJobs.get(job.key)) !== undefined);
      await dying.close(1000);
      const [hash = ''] = await client.keys(`*${job.key}`);
      // As if it had died because it lost so many.
      await client.hset(hash, 'stc', 101);
      expect(await queue.deadJobs.redrive(how === 'alone' ? job.key : 'all')).toBe(1);
      let runs = 0;
      await cast.worker(
        queue,
        async () => {
          runs += 1;
          // The first run's lock ends, as when its worker is lost.
          if (runs > 1) return;
          await client.del(`${hash}:lock`);
          await new Promise(() => undefined);
        },
        2,
      );
      await until(() => runs === 2);
      expect(await queue.deadJobs.get(job.key)).toBeUndefined();
    },
  );

  test('are all redriven, however many, but no job that is not dead is touched', async () => {
    const queue = cast.queue({ connection: client, attempts: 1 });
    const many = Array.from({ length: 250 }, () => newDelivery());
    for (const job of many) await queue.enqueue(job);
    const worker = await cast.worker(queue, () => Promise.reject(new Error('no')), 50);
    await until(async () => (await queue.deadJobs.list({ limit: 250, offset: 249 })).length === 1);
    await worker.close(1000);
    const waiting = newDelivery();
    await queue.enqueue(waiting);
    expect(await queue.deadJobs.discard(waiting.key)).toBe(false);
    expect(await queue.deadJobs.redrive(waiting.key)).toBe(0);
    expect(await queue.deadJobs.get(waiting.key)).toBeUndefined();
    expect(await queue.deadJobs.redrive('all')).toBe(250);
    const ran = new Set<string>();
    await cast.worker(queue, ({ key }) => ran.add(key), 50);
    await until(() => ran.size === 251);
  });
});
