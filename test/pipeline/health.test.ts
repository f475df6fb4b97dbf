import express from 'express';
import { type BigmindWebhooks, bigmindWebhooks, type DeliveryQueue, type DeliveryStore, memoryStore } from '../../src';
import { calm, FaultyStore, gate, genuine, receiverWith, secret, send, until } from '../deduplication/kit';
import { path, serve } from '../express/serve';
import { ArrayQueue } from '../queueing/array-queue';
import { ArrayJournal } from './journal/array-journal';

const nothing = { deliveries: 0, running: 0, bytes: 0 };
const well = { ok: true, latencyMs: expect.any(Number) as number };

/** A store whose ping is another. */
function pinging(ping: NonNullable<DeliveryStore['ping']>): DeliveryStore {
  const store = memoryStore();
  return Object.assign(Object.create(store) as DeliveryStore, {
    claim: store.claim.bind(store),
    extend: store.extend.bind(store),
    succeeded: store.succeeded.bind(store),
    complete: store.complete.bind(store),
    release: store.release.bind(store),
    ping,
  });
}

test('a receiver by itself is ok, holds nothing and has no queue', async () => {
  expect(await receiverWith().health()).toEqual({ status: 'ok', store: well, queue: undefined, inFlight: nothing });
});

test('without de-duplication, and for a store that has no ping, nothing is said of the store', async () => {
  const without = [receiverWith({ deduplicate: false }), receiverWith({ deduplicate: { store: new FaultyStore() } })];
  for (const webhooks of without) expect(await webhooks.health()).toMatchObject({ status: 'ok', store: undefined });
});

test('a store in memory is degraded while as many deliveries run as it has room for', async () => {
  const webhooks = receiverWith({ deduplicate: { store: memoryStore({ maxKeys: 1 }) } });
  const time = gate();
  webhooks.on('notes_created', () => time.passed);
  const answered = send(webhooks, genuine());
  await calm();
  const full = { ok: false, error: expect.stringContaining('full') as string };
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', store: full });
  time.open();
  expect(await answered).toBe('200 processed');
  expect(await webhooks.health()).toMatchObject({ status: 'ok', store: { ok: true } });
});

test('a store that fails is said to, with its last error, which stays when it is well again', async () => {
  let isWell = false;
  const store = pinging(() => {
    if (!isWell) throw new Error('READONLY You cannot write against a read only replica');
  });
  const webhooks = receiverWith({ deduplicate: { store } });
  const message = 'READONLY You cannot write against a read only replica';
  const lastError = { message, at: expect.any(Date) as Date };
  const broken = await webhooks.health();
  expect(broken).toMatchObject({ status: 'degraded', store: { ok: false, error: message, lastError } });
  isWell = true;
  const mended = await webhooks.health();
  expect(mended).toMatchObject({ status: 'ok', store: { ok: true, lastError } });
  expect(mended.store).not.toHaveProperty('error');
});

test.each<[string, () => unknown]>([
  ['rejects', () => Promise.reject(new Error('gone'))],
  [
    'throws',
    () => {
      throw new Error('gone');
    },
  ],
  [
    'throws what is no error',
    () => {
      throw undefined;
    },
  ],
  ['never answers', () => new Promise(() => undefined)],
])('health never rejects, nor waits longer than storeTimeoutMs, when a store %s', async (_, ping) => {
  const store = pinging(ping as NonNullable<DeliveryStore['ping']>);
  const webhooks = receiverWith({ deduplicate: { store, storeTimeoutMs: 200 } });
  const before = performance.now();
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', store: { ok: false } });
  expect(performance.now() - before).toBeLessThan(5000);
});

test('a silent store is said to be silent, and for how long it was waited for', async () => {
  const store = pinging(() => new Promise(() => undefined));
  const { store: health } = await receiverWith({ deduplicate: { store, storeTimeoutMs: 200 } }).health();
  expect(health?.error).toBe('The delivery store did not answer within 200 ms');
  // Node counts a timer from when its turn began, on a busy machine well before.
  expect(health?.latencyMs).toBeGreaterThan(100);
});

test('an error shows no password of an address, no second line and no more than 200 characters', async () => {
  const texts = [
    'connect to rediss://default:MARKER@redis.example:6379/0 failed',
    'Invalid URL: postgres://app:MAR@KER@db.example/app',
    `refused\nSET key MARKER`,
    `${'x'.repeat(200)}MARKER`,
  ];
  for (const text of texts) {
    const store = pinging(() => Promise.reject(new Error(text)));
    const health = await receiverWith({ deduplicate: { store } }).health();
    expect(health.store?.error).toMatch(
      /^(?:connect to rediss:\/\/redis|Invalid URL: postgres:\/\/db|refused$|x{200}$)/,
    );
    expect(JSON.stringify(health)).not.toContain('MARKER');
    expect(JSON.stringify(health)).not.toContain('KER@');
  }
});

test.each([
  ['its code', { code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
  ['its kind where it has no code', {}, 'AggregateError'],
])('an error without a text is said by %s', async (_what, fields, said) => {
  const store = pinging(() => Promise.reject(Object.assign(new AggregateError([]), fields)));
  expect((await receiverWith({ deduplicate: { store } }).health()).store?.error).toBe(said);
});

test('a queue is said to hold what it holds', async () => {
  const queue = new ArrayQueue({ attempts: 1 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue });
  await send(webhooks, genuine());
  await send(webhooks, genuine());
  const waiting = await webhooks.health();
  expect(waiting.queue).toMatchObject({ ...well, waiting: 2, running: 0, dead: 0 });
  expect(waiting.queue?.oldestWaitingMs).toBeGreaterThanOrEqual(0);
  await webhooks.on('*', () => Promise.reject(new Error('of the handler'))).work();
  await until(() => queue.states.every((state) => state === 'dead after 1'));
  expect(await webhooks.health()).toMatchObject({ status: 'ok', queue: { waiting: 0, dead: 2 } });
  await webhooks.close();
});

test('a queue that takes no delivery is degraded, though it still counts', async () => {
  const queue = new ArrayQueue();
  queue.ping = () => Promise.reject(new Error('QUEUE_NOT_DURABLE: …'));
  const webhooks = bigmindWebhooks({ secret, logger: false, queue });
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', store: { ok: true }, queue: { ok: false } });
});

test('a queue that takes deliveries is ok while its count is late, or fails, and the newest error says so', async () => {
  const queue = new ArrayQueue();
  const deduplicate = { storeTimeoutMs: 100 };
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, deduplicate });
  queue.stats = () => new Promise(() => undefined);
  const late = await webhooks.health();
  const message = "The queue's count did not answer within 100 ms";
  expect(late).toMatchObject({ status: 'ok', queue: { ok: true, lastError: { message } } });
  expect(late.queue).not.toHaveProperty('waiting');
  // The answer to the ping, not the wait for the count.
  expect(late.queue?.latencyMs).toBeLessThan(90);
  queue.stats = () => Promise.reject(new Error('permission denied'));
  const failing = bigmindWebhooks({ secret, logger: false, queue, deduplicate });
  const failed = await failing.health();
  expect(failed).toMatchObject({ status: 'ok', queue: { ok: true, lastError: { message: 'permission denied' } } });
  expect(failed.queue).not.toHaveProperty('error');
});

test('a queue that counts slowly is asked for one count at a time, and for the next when that has come', async () => {
  const queue = new ArrayQueue();
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, deduplicate: { storeTimeoutMs: 50 } });
  const { passed, open } = gate();
  const stats = queue.stats.bind(queue);
  let counts = 0;
  queue.stats = async () => {
    counts += 1;
    await passed;
    return stats();
  };
  await webhooks.health();
  await webhooks.health();
  expect(counts).toBe(1);
  open();
  await calm();
  expect((await webhooks.health()).queue).toMatchObject({ ok: true, waiting: 0 });
  expect(counts).toBe(2);
});

test('a queue without a ping is ok if it counts', async () => {
  const queue = new ArrayQueue();
  Object.assign(queue, { ping: undefined });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue });
  expect(await webhooks.health()).toMatchObject({ status: 'ok', queue: { ok: true, waiting: 0 } });
  queue.stats = () => Promise.reject(new Error('away'));
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', queue: { ok: false, error: 'away' } });
});

test('a queue that can only be pinged has no counts, and one that can do neither is left out', async () => {
  const { open, enqueue, work, deadJobs } = new ArrayQueue();
  const bare: DeliveryQueue = { open, enqueue, work, deadJobs };
  Object.assign(bare, { open: () => undefined });
  const silent = await bigmindWebhooks({ secret, logger: false, queue: bare }).health();
  expect(silent).toMatchObject({ status: 'ok', queue: undefined });
  const queue: DeliveryQueue = { ...bare, ping: () => Promise.resolve() };
  const pinged = await bigmindWebhooks({ secret, logger: false, queue }).health();
  expect(pinged.queue).toEqual(well);
});

test('deliveries in flight are counted with their bytes until they are answered, and running ones until they end', async () => {
  const webhooks = receiverWith({ timeoutMs: 500 });
  const time = gate();
  webhooks.on('*', () => time.passed);
  const delivery = genuine();
  const reply = send(webhooks, delivery);
  const bytes = Buffer.byteLength(delivery.body);
  expect((await webhooks.health()).inFlight).toEqual({ deliveries: 1, running: 1, bytes });
  expect(await reply).toBe('503 TIMEOUT');
  expect((await webhooks.health()).inFlight).toEqual({ deliveries: 0, running: 1, bytes: 0 });
  time.open();
  await calm();
  expect((await webhooks.health()).inFlight).toEqual(nothing);
});

/** Resolves when the receiver holds so many bytes. */
async function held(webhooks: BigmindWebhooks, bytes: number): Promise<void> {
  while ((await webhooks.health()).inFlight.bytes !== bytes) await calm();
}

test('an upload that is on its way counts its bytes', async () => {
  const webhooks = receiverWith();
  const app = await serve(express().use(path, webhooks.router));
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Buffer.alloc(1000, ' ')) });
  const aborting = new AbortController();
  const { headers } = genuine();
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
    signal: aborting.signal,
  };
  const sent = fetch(`${app.origin}${path}`, request).catch(() => undefined);
  await held(webhooks, 1000);
  aborting.abort();
  await sent;
  await held(webhooks, 0);
  await app.close();
});

test('a closed receiver is closing, whatever its store says, and still answers', async () => {
  const webhooks = receiverWith({ deduplicate: { store: pinging(() => Promise.reject(new Error('gone'))) } });
  await webhooks.close();
  expect(await webhooks.health()).toMatchObject({ status: 'closing', store: { ok: false, error: 'gone' } });
});

test('a journal is asked, too, and one that is silent makes the receiver degraded', async () => {
  const journal = new ArrayJournal();
  const webhooks = receiverWith({ journal, deduplicate: { storeTimeoutMs: 200 } });
  expect(await webhooks.health()).toMatchObject({ status: 'ok', journal: well });
  journal.fault = () => new Promise(() => undefined);
  const error = 'The journal did not answer within 200 ms';
  expect(await webhooks.health()).toMatchObject({ status: 'degraded', journal: { ok: false, error }, store: well });
});
