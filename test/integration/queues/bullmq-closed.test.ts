import * as bullmq from 'bullmq';
import { Redis } from 'ioredis';
import { bigmindWebhooks } from '../../../src';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { proxyTo } from '../kit/proxy';
import { freshNamespace } from '../services';
import { newDelivery, until } from './bullmq-kit';

let server: OwnRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.port);
});
afterAll(async () => {
  redis.disconnect();
  await server.remove();
});

function newQueue(port = server.port) {
  const connection = { host: '127.0.0.1', port };
  return bullmqQueue({ connection, namespace: freshNamespace(), bullmq });
}

function receiverOf(queue: ReturnType<typeof newQueue>) {
  return bigmindWebhooks({ secret: 'a secret for the test', queue, logger: false });
}

/** How many connections the server has, beside ours. */
async function connections(): Promise<number> {
  const list = String(await redis.client('LIST'));
  return list.trim().split('\n').length - 1;
}

/** Redis' number for the only one of them. */
async function connectionId(): Promise<string | undefined> {
  const own = String(await redis.client('ID'));
  const ids = [...String(await redis.client('LIST')).matchAll(/^id=(\d+)/gm)].map(([, id]) => id);
  return ids.find((id) => id !== own);
}

test('a receiver that has closed opens no connection again, which nobody would end: its health says so', async () => {
  const webhooks = receiverOf(newQueue());
  expect((await webhooks.health()).queue).toMatchObject({ ok: true });
  expect(await connections()).toBe(1);
  await webhooks.close();
  const { status, queue } = await webhooks.health();
  expect({ status, queue }).toMatchObject({
    status: 'closing',
    queue: { ok: false, error: expect.stringMatching(/the queue is closed/) as string },
  });
  await expect(webhooks.deadLetters.list()).rejects.toThrow(/the queue is closed/);
  await until(async () => (await connections()) === 0, 5000);
});

test('a queue of two receivers takes deliveries until both have closed, on one connection, which then ends', async () => {
  const queue = newQueue();
  const [first, second] = [receiverOf(queue), receiverOf(queue)];
  // On their way while the first closes.
  const enqueued = [1, 2, 3, 4].map(() => queue.enqueue(newDelivery()));
  await until(async () => (await connections()) === 1, 5000);
  const id = await connectionId();
  await first.close();
  await Promise.all(enqueued);
  await queue.enqueue(newDelivery());
  expect((await second.health()).queue).toMatchObject({ ok: true, waiting: 5 });
  expect(await connectionId()).toBe(id);
  await second.close();
  await expect(queue.enqueue(newDelivery())).rejects.toThrow(/the queue is closed/);
  await until(async () => (await connections()) === 0, 5000);
});

test('what a queue had asked of a Redis that is away when it is closed is rejected, and its connection ends', async () => {
  const wire = await proxyTo('127.0.0.1', server.port);
  const queue = newQueue(wire.port);
  const webhooks = receiverOf(queue);
  expect((await webhooks.health()).queue).toMatchObject({ ok: true });
  wire.stall('answers');
  // Past the receiver, which would give it up after a while.
  const listed = queue.deadJobs.list({ limit: 1, offset: 0 });
  wire.cut();
  // Between two attempts to connect.
  await until(async () => (await webhooks.health()).queue?.error?.includes('reconnecting') === true);
  await webhooks.close();
  await expect(listed).rejects.toThrow('Connection is closed.');
  wire.mend();
  // Longer than it waits between two attempts to connect.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(wire.connections).toBe(0);
  await wire.close();
});
