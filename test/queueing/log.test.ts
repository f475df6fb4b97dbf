import express from 'express';
import { WebhookError } from '../../src/foundations/errors';
import { hmac, type Logger } from '../../src/index';
import { engineErrors } from '../../src/queues/engine-errors';
import { SharedNamespace } from '../../src/queues/shared-namespace';
import { ArrayQueue, calm, closeAll, genuine, notedLog, send, service, until } from './kit';

afterEach(closeAll);

type Line = Readonly<Record<string, unknown>>;

const start = Date.UTC(2026, 4, 4, 12);
const lasting = 'bullmqQueue.connection: this Redis writes no append-only file.';
const notDurable = () => Promise.reject(new WebhookError('QUEUE_NOT_DURABLE', lasting));

test('a failed attempt says when the queue tries again, and the last one that it is the last', async () => {
  const { logger, lines } = notedLog();
  const queue = new ArrayQueue({ attempts: 3, backoffMs: 1 });
  const { web, worker } = service({ clock: { now: () => start } }, queue);
  const told: object[] = [];
  const working = worker({ logger });
  working.on('notes_created', () => Promise.reject(new Error('down')));
  working.onError((_error, details) => void told.push(details));
  await working.work();
  expect(await send(web, genuine())).toBe('200 queued');
  await until(() => queue.states[0] === 'dead after 3');
  const failed = (lines as Line[]).filter(({ outcome }) => outcome === 'failed');
  const at = (ms: number) => new Date(start + ms);
  expect(failed.map(({ nextAttemptAt, lastAttempt }) => [nextAttemptAt, lastAttempt])).toEqual([
    [at(2).toISOString(), undefined],
    [at(4).toISOString(), undefined],
    [undefined, true],
  ]);
  expect(told).toEqual([
    expect.objectContaining({ outcome: 'failed', nextAttemptAt: at(2) }),
    expect.objectContaining({ outcome: 'failed', nextAttemptAt: at(4) }),
    expect.not.objectContaining({ nextAttemptAt: expect.anything() as unknown }),
  ]);
});

test('an attempt that did not fail has no next one', async () => {
  const { logger, lines } = notedLog();
  const { web, worker } = service();
  const working = worker({ logger });
  working.on('notes_created', () => undefined);
  await working.work();
  await send(web, genuine());
  await until(() => lines.length === 1);
  expect(lines[0]).toMatchObject({ outcome: 'processed' });
  expect(lines[0]).not.toHaveProperty('nextAttemptAt');
  expect(lines[0]).not.toHaveProperty('lastAttempt');
});

test('a queue that is not durable says its text once in the line of a delivery', async () => {
  const { logger, lines } = notedLog();
  const queue = new ArrayQueue();
  queue.enqueue = notDurable;
  const { web } = service({ logger, signature: hmac({ header: 'x-bigmind-signature' }) }, queue);
  expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines[0]).split(lasting)).toHaveLength(2);
  expect(lines[0]).toMatchObject({ reason: expect.stringMatching(/^QUEUE_NOT_DURABLE /) as unknown });
});

test('a web process says at its start that its queue cannot hold a delivery, once, and before any comes', async () => {
  const { logger, lines } = notedLog();
  const queue = Object.assign(new ArrayQueue(), { ping: jest.fn(notDurable) });
  const { web } = service({ logger }, queue);
  await calm();
  expect(queue.ping).not.toHaveBeenCalled();
  express().use('/a', web.router).use('/b', web.router);
  await calm();
  expect(queue.ping).toHaveBeenCalledTimes(1);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 50,
      code: 'QUEUE_NOT_DURABLE',
      msg: `The queue cannot hold deliveries. QUEUE_NOT_DURABLE ${lasting}`,
    }),
  ]);
});

test.each<[string, () => Promise<void>, RegExp]>([
  ['is out of reach', () => Promise.reject(new Error('ECONNREFUSED')), /ECONNREFUSED/],
  ['is silent', () => new Promise(() => undefined), /did not answer within 200 ms/],
])('a web process says at its start that its queue %s', async (_how, ping, cause) => {
  const { logger, lines } = notedLog();
  const queue = Object.assign(new ArrayQueue(), { ping });
  const { web } = service({ logger, deduplicate: { storeTimeoutMs: 200 } }, queue);
  express().use(web.router);
  await until(() => lines.length > 0);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 50,
      msg: 'The queue cannot hold deliveries: they are answered 503',
      cause: expect.objectContaining({ message: expect.stringMatching(cause) as unknown }) as unknown,
    }),
  ]);
});

test('a queue that can hold deliveries is not spoken of, nor one that cannot be asked', async () => {
  for (const queue of [new ArrayQueue(), Object.assign(new ArrayQueue(), { ping: () => Promise.resolve() })]) {
    const { logger, lines } = notedLog();
    const { web } = service({ logger }, queue);
    express().use(web.router);
    await calm();
    expect(lines).toHaveLength(0);
  }
});

test('a logger that throws keeps no receiver from closing, and is no error of the engine’s listeners', async () => {
  const fail = () => {
    throw new Error('the disk is full');
  };
  const broken: Logger = { debug: fail, info: fail, warn: fail, error: fail, child: () => broken };
  const queue = Object.assign(new ArrayQueue(), { close: () => Promise.reject(new Error('away')) });
  const { web } = service({ logger: broken, signature: hmac({ header: 'x-bigmind-signature' }) }, queue);
  await expect(web.close()).resolves.toBeUndefined();
  const { tell } = engineErrors('Redis', () => broken);
  expect(() => tell(new Error('away'))).not.toThrow();
  const shared = new SharedNamespace(
    () => ['mine'],
    () => broken,
    0,
  );
  expect(() => shared.look([['another']])).not.toThrow();
});
