import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { pause } from '../kit/sender';
import { freshNamespace } from '../services';
import { Cast, gate, newDelivery, until } from './bullmq-kit';

const hourMs = 60 * 60 * 1000;
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

function placeOf(namespace: string) {
  const prefix = `{bigmind-webhooks:${namespace}}`;
  return { prefix, keyOf: (end: string) => `${prefix}:deliveries:${end}` };
}

describe('when the clock of Redis is set back an hour', () => {
  test('a killed worker’s job runs elsewhere within seconds', async () => {
    const namespace = freshNamespace();
    const { prefix, keyOf } = placeOf(namespace);
    const queue = cast.queue({ connection: client, namespace });
    const job = newDelivery();
    await queue.enqueue(job);
    // As the server has it then: what was to expire soon is an hour ahead.
    const connection = cast.client(server.port, { maxRetriesPerRequest: null });
    const killed = new Worker('deliveries', null, { connection, prefix, autorun: false, lockDuration: hourMs });
    expect(await killed.getNextJob('a token', { block: false })).toMatchObject({ id: job.key });
    await killed.close(true);
    await client.set(keyOf('stalled-check'), '', 'PX', hourMs);
    const runs: string[] = [];
    await cast.worker(queue, ({ key }) => runs.push(key));
    await until(() => runs.length === 1, 8000);
    expect(runs).toEqual([job.key]);
  });

  test('no lock of a living worker is shorter than it made it, whatever the others have', async () => {
    const namespace = freshNamespace();
    const { keyOf } = placeOf(namespace);
    const patient = cast.queue({ connection: client, namespace, lostAfterMs: 60_000 });
    const job = newDelivery();
    const end = gate();
    let runs = 0;
    const run = async (): Promise<void> => {
      runs += 1;
      await end.passed;
    };
    await cast.worker(patient, run);
    await patient.enqueue(job);
    await until(() => runs === 1);
    await cast.worker(cast.queue({ connection: client, namespace, lostAfterMs: 1000 }), run);
    await pause(3500);
    expect(await client.pttl(keyOf(`${job.key}:lock`))).toBeGreaterThan(30_000);
    expect(runs).toBe(1);
    end.open();
  });
});

describe('when the clock of a worker is set back an hour', () => {
  afterEach(() => jest.restoreAllMocks());

  test('a job that failed before runs again after its pause', async () => {
    const namespace = freshNamespace();
    const queue = cast.queue({ connection: client, namespace, backoffMs: 200 });
    const realNow = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + hourMs);
    let runs = 0;
    await cast.worker(queue, () => {
      runs += 1;
      if (runs === 1) throw new Error('no');
    });
    await queue.enqueue(newDelivery());
    await until(async () => (await client.zcard(placeOf(namespace).keyOf('delayed'))) === 1);
    jest.restoreAllMocks();
    // A worker that waits for a job looks for others every ten seconds.
    await until(() => runs === 2, 30_000);
  });

  test('a worker that starts later runs such jobs, too, each after its pause, and others not before their time', async () => {
    const namespace = freshNamespace();
    const { keyOf } = placeOf(namespace);
    const fails = () => {
      throw new Error('no');
    };
    const [soon, late] = [200, 200_000].map((backoffMs) => cast.queue({ connection: client, namespace, backoffMs }));
    if (!soon || !late) throw new Error('two queues');
    const worker = await cast.worker(soon, fails);
    const [ahead, aheadAndLate, right] = [newDelivery(), newDelivery(), newDelivery()];
    await late.enqueue(right);
    await late.enqueue(aheadAndLate);
    await until(async () => (await client.zcard(keyOf('delayed'))) === 2);
    await worker.close(0);
    await client.zincrby(keyOf('delayed'), hourMs * 4096, aheadAndLate.key);
    const rightAt = await client.zscore(keyOf('delayed'), right.key);
    await soon.enqueue(ahead);
    const another = await cast.worker(soon, fails);
    await until(async () => (await client.zcard(keyOf('delayed'))) === 3);
    await another.close(0);
    await client.zincrby(keyOf('delayed'), hourMs * 4096, ahead.key);
    const runs: string[] = [];
    await cast.worker(soon, ({ key }) => runs.push(key));
    await until(() => runs.length > 0, 30_000);
    expect(runs).toEqual([ahead.key]);
    expect(await client.zscore(keyOf('delayed'), right.key)).toBe(rightAt);
    const aheadAndLateAt = Number(await client.zscore(keyOf('delayed'), aheadAndLate.key)) / 4096;
    expect(aheadAndLateAt - Date.now()).toBeGreaterThan(80_000);
    expect(aheadAndLateAt - Date.now()).toBeLessThan(201_000);
  });
});
