import express from 'express';
import request from 'supertest';
import { hmac, memoryStore, type QueuedDelivery, type SecretRequest, WebhookError } from '../../src';
import { examplePayload, signDelivery } from '../../src/testing';
import { FaultyStore } from '../deduplication/kit';
import { ArrayQueue, calm, closeAll, gate, genuine, notedLog, secret, send, service } from './kit';

afterEach(closeAll);

/** A queue whose `enqueue` is replaced. */
function queueThat(enqueue: (job: QueuedDelivery) => Promise<void>): ArrayQueue {
  return Object.assign(new ArrayQueue(), { enqueue });
}

test('the queue is opened once, before anything else, and told how long a job may run', () => {
  const { queue } = service({ maxRunMs: 1234 });
  expect(queue.opened).toEqual([{ maxRunMs: 1234, logger: expect.objectContaining({}) as unknown }]);
});

test('a delivery is answered queued when the queue has it, and not before', async () => {
  const held = gate();
  const { web } = service(
    {},
    queueThat(() => held.passed),
  );
  let answered = false;
  const answer = send(web, genuine()).finally(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answered).toBe(false);
  held.open();
  expect(await answer).toBe('200 queued');
});

test('the router queues as receive() does, with the parameters of its path', async () => {
  const { web, queue } = service();
  const app = express().use('/hooks/:team', web.router);
  const { headers, body } = genuine();
  const reply = await request(app).post('/hooks/north').set(headers).send(body);
  expect([reply.status, reply.body]).toEqual([200, { status: 'queued' }]);
  expect(queue.jobs).toEqual([expect.objectContaining({ params: { team: 'north' }, event: 'notes_created' })]);
});

test('it is queued whether or not this process has a handler, whose handlers do not run and whose store is not asked', async () => {
  const store = new FaultyStore(memoryStore());
  const { web, queue } = service({ deduplicate: { store } });
  const handled: unknown[] = [];
  expect(await send(web, genuine())).toBe('200 queued');
  web.on('notes_created', (event) => void handled.push(event));
  expect(await send(web, genuine())).toBe('200 queued');
  expect(queue.entries).toHaveLength(2);
  expect(handled).toStrictEqual([]);
  expect(store.calls).toStrictEqual([]);
});

test('a parameter of a path that the request does not have is no field of the job', async () => {
  const given: QueuedDelivery[] = [];
  const { web } = service(
    {},
    queueThat((job) => Promise.resolve(void given.push(job))),
  );
  await web.receive({ ...genuine(), params: { team: 'north', region: undefined } });
  expect(given.map(({ params }) => params)).toStrictEqual([{ team: 'north' }]);
});

test('a repeat is queued again, and the queue holds it once', async () => {
  const { web, queue } = service();
  const delivery = genuine();
  expect(await Promise.all([send(web, delivery), send(web, delivery)])).toEqual(['200 queued', '200 queued']);
  expect(queue.entries).toHaveLength(1);
});

test('nothing that is not a genuine event is queued', async () => {
  const { web, queue } = service();
  const payload = examplePayload('notes_created');
  expect(await send(web, signDelivery({ payload, secret: 'another secret' }))).toBe('401 UNAUTHENTICATED');
  expect(await send(web, signDelivery({ payload: '{"event":', secret }))).toBe('400 MALFORMED');
  expect(await send(web, signDelivery({ payload: { ...payload, data: {} }, secret }))).toBe('422 INVALID');
  expect(await send(web, signDelivery({ payload: { event: 'deal_imagined' }, secret }))).toBe('200 ignored');
  expect(queue.entries).toStrictEqual([]);
});

test('what onInvalid and onUnknown are for goes to them, in this process', async () => {
  const { web, queue } = service();
  const taken: unknown[] = [];
  web.onInvalid(({ outcome }) => void taken.push(outcome)).onUnknown(({ event }) => void taken.push(event));
  expect(await send(web, signDelivery({ payload: { event: 'email_sent' }, secret }))).toBe('200 quarantined');
  expect(await send(web, signDelivery({ payload: { event: 'deal_imagined' }, secret }))).toBe('200 ignored');
  expect(taken).toEqual(['invalid', 'deal_imagined']);
  expect(queue.entries).toStrictEqual([]);
});

test('a job has no field for what a delivery does not have', async () => {
  const jobs: QueuedDelivery[] = [];
  const { web } = service(
    {},
    queueThat((job) => {
      jobs.push(job);
      return Promise.resolve();
    }),
  );
  expect(await send(web, genuine())).toBe('200 queued');
  const fields = ['version', 'key', 'event', 'scheme', 'receivedAt', 'headers', 'params', 'rawBody'];
  expect(jobs.map((job) => Object.keys(job).sort())).toEqual([fields.sort()]);
});

test('the key is the one that handlers have without a queue', async () => {
  const { web, queue } = service({ deduplicate: { key: ({ payload }) => JSON.stringify(payload) } });
  const plain = service({ queue: undefined, deduplicate: { key: ({ payload }) => JSON.stringify(payload) } });
  const delivery = genuine();
  const keys: string[] = [];
  plain.web.on('*', (_event, { key }) => void keys.push(key));
  await send(plain.web, delivery);
  await send(web, delivery);
  expect(queue.jobs).toEqual([expect.objectContaining({ key: keys[0] })]);
});

describe('a queue that', () => {
  /** Longer than Jest waits. */
  const tooLong = 3_600_000;

  test('is silent is waited for no longer than storeTimeoutMs: 503, to come again in 10 s', async () => {
    const { web } = service(
      { timeoutMs: tooLong, deduplicate: { storeTimeoutMs: 200 } },
      queueThat(() => new Promise(() => undefined)),
    );
    const reply = await web.receive(genuine());
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '10']);
  });

  test('is silent is asked by one delivery at a time, and the others are 503 at once, until it answers', async () => {
    const jobs: QueuedDelivery[] = [];
    let answer: Promise<void> = new Promise(() => undefined);
    const queue = queueThat((job) => {
      jobs.push(job);
      return answer;
    });
    const { logger, lines } = notedLog();
    const { web } = service({ logger, timeoutMs: tooLong, deduplicate: { storeTimeoutMs: 2000 } }, queue);
    expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
    const probe = send(web, genuine());
    await calm();
    const started = performance.now();
    const refused = await Promise.all(Array.from({ length: 50 }, () => send(web, genuine())));
    expect(performance.now() - started).toBeLessThan(1500);
    expect(new Set([...refused, await probe])).toEqual(new Set(['503 UNAVAILABLE']));
    expect(jobs).toHaveLength(2);
    answer = Promise.resolve();
    expect(await send(web, genuine())).toBe('200 queued');
    const after = await Promise.all(Array.from({ length: 5 }, () => send(web, genuine())));
    expect(new Set(after)).toEqual(new Set(['200 queued']));
    expect(jobs).toHaveLength(8);
    const said = lines.filter((line) => 'silent' in line);
    expect(said).toEqual([expect.objectContaining({ level: 40, silent: 'queue', silentMs: 2000 })]);
  });

  test('that answers in time is not called silent by a delivery that came late', async () => {
    let delayMs = 1500;
    const queue = queueThat(() => new Promise((resolve) => setTimeout(resolve, delayMs)));
    const { web } = service({ timeoutMs: 500, deduplicate: { storeTimeoutMs: tooLong } }, queue);
    expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
    delayMs = 0;
    const after = await Promise.all(Array.from({ length: 5 }, () => send(web, genuine())));
    expect(new Set(after)).toEqual(new Set(['200 queued']));
  });

  test('is silent is not waited for beyond timeoutMs', async () => {
    const { web } = service(
      { timeoutMs: 30, deduplicate: { storeTimeoutMs: tooLong } },
      queueThat(() => new Promise(() => undefined)),
    );
    expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('connection refused'))],
    [
      'throws',
      () => {
        throw new Error('connection refused');
      },
    ],
  ])('%s gets the sender a 503, and onError the cause', async (_how, enqueue) => {
    const { web } = service({}, queueThat(enqueue));
    const errors: unknown[] = [];
    web.onError((error, { outcome, event }) => void errors.push([outcome, event, (error as Error).cause]));
    expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
    expect(errors).toEqual([['unavailable', 'notes_created', new Error('connection refused')]]);
  });

  test('is not durable is named so in the log line and the error', async () => {
    const { logger, lines } = notedLog();
    const refusal = new WebhookError('QUEUE_NOT_DURABLE', 'turn on appendonly');
    const { web } = service(
      { logger },
      queueThat(() => Promise.reject(refusal)),
    );
    const messages: string[] = [];
    web.onError((error) => void messages.push((error as Error).message));
    expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
    expect(messages).toEqual([expect.stringContaining('QUEUE_NOT_DURABLE turn on appendonly')]);
    expect(lines).toContainEqual(
      expect.objectContaining({ outcome: 'unavailable', reason: 'QUEUE_NOT_DURABLE turn on appendonly' }),
    );
  });
});

test('a receiver that was closed queues nothing', async () => {
  const { web, queue } = service();
  await web.close();
  expect(await send(web, genuine())).toBe('503 UNAVAILABLE');
  expect(queue.entries).toStrictEqual([]);
});

test('a queued delivery has one log line, with its event and key', async () => {
  const { logger, lines } = notedLog();
  const { web, queue } = service({ logger, signature: hmac({ header: 'x-bigmind-signature' }) });
  await send(web, genuine());
  const [{ key }] = queue.jobs as [QueuedDelivery];
  expect(lines).toEqual([expect.objectContaining({ outcome: 'queued', event: 'notes_created', key, level: 30 })]);
});

describe('locals', () => {
  test('are made where the request is, and travel', async () => {
    const { web, queue } = service({
      locals: (({ params }: SecretRequest) => ({
        team: params['team'],
        none: undefined,
        lead: null,
        open: false,
      })) as never,
    });
    await web.receive({ ...genuine(), params: { team: 'north' } });
    expect(queue.jobs).toEqual([expect.objectContaining({ locals: { team: 'north', lead: null, open: false } })]);
  });

  test('may be an object without a prototype', async () => {
    const bare = Object.assign(Object.create(null) as object, { team: 'north' });
    const { web, queue } = service({ locals: (() => bare) as never });
    expect(await send(web, genuine())).toBe('200 queued');
    expect(queue.jobs).toEqual([expect.objectContaining({ locals: { team: 'north' } })]);
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = [cyclic];
  test.each<[string, unknown, string]>([
    ['a Date', { since: new Date() }, 'locals.since is an object of a class ([object Date])'],
    ['a Map', new Map(), 'locals is an object of a class ([object Map])'],
    ['a function', [() => 1], 'locals[0] is of type function'],
    ['a BigInt', { id: 1n }, 'locals.id is of type bigint'],
    ['what is not finite', { rate: Number.NaN }, 'locals.rate is NaN'],
    ['a hole', { list: [undefined] }, 'locals.list[0] is of type undefined'],
    ['itself', cyclic, 'locals.self[0] holds itself'],
    ['NUL', { text: 'a\0b' }, 'locals.text has NUL or a lone surrogate in it'],
    ['half a character', { '\ud800': 1 }, 'a name in locals has NUL or a lone surrogate in it'],
    ['a class', new URL('https://example.com'), 'locals is an object of a class ([object URL])'],
    ['a flaw behind what has none', { team: 'north', lost: Number.NaN, later: 1n }, 'locals.lost is NaN'],
  ])('with %s in them fail the delivery, saying where it is', async (_what, value, flaw) => {
    const { logger, lines } = notedLog();
    const { web, queue } = service({ logger, locals: (() => value) as never });
    expect(await send(web, genuine())).toBe('500 FAILED');
    expect(lines).toContainEqual(
      expect.objectContaining({
        outcome: 'failed',
        reason: `A queue cannot hand on what the locals option returned: ${flaw}.`,
      }),
    );
    expect(queue.entries).toStrictEqual([]);
  });

  test('that come later fail the delivery, and what they reject with ends no process', async () => {
    const { web, queue } = service({ locals: (() => Promise.reject(new Error('nobody waits for it'))) as never });
    expect(await send(web, genuine())).toBe('500 FAILED');
    await calm();
    expect(queue.entries).toStrictEqual([]);
  });

  test('that throw fail the delivery with their error', async () => {
    const { web, queue } = service({
      locals: () => {
        throw new Error('no team');
      },
    });
    const causes: unknown[] = [];
    web.onError((error) => void causes.push((error as Error).cause));
    expect(await send(web, genuine())).toBe('500 FAILED');
    expect(causes).toEqual([new Error('no team')]);
    expect(queue.entries).toStrictEqual([]);
  });
});
