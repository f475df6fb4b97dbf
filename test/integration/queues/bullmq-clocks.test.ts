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
      await end.opened;
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
