import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { outcomes, rowOf } from '../../src/foundations/outcomes';
import type { DeliveryStore, NoSchemas, Outcome } from '../../src/index';
import { type BigmindWebhooksOptions, memoryStore } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { repository } from '../docs/repository';
import { dial, expresses, genuine, headLines, path, post, receiver, type Served, secret, serve } from './serve';

const shown = new Set<Outcome>();
const never = new Promise<never>(() => {});

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  async function start(options: BigmindWebhooksOptions<NoSchemas, undefined> = {}) {
    const made = receiver(options);
    served = await serve(express().use(path, made.webhooks.router));
    return made;
  }

  /** What the sender is told, held to the table of outcomes. */
  async function expectAnswer(delivery: ReturnType<typeof genuine>, outcome: Outcome, retryAfter?: string) {
    shown.add(outcome);
    const reply = await post(served.origin + path, delivery);
    const { status, code, title, retryAfterSeconds } = rowOf(outcome);
    const body = await reply.text();
    expect([reply.status, body]).toEqual([status, expect.any(String)]);
    expect(reply.headers.get('retry-after')).toBe(retryAfter ?? retryAfterSeconds?.toString() ?? null);
    expect(reply.headers.get('x-powered-by')).toBe('Express');
    if (code === undefined) {
      expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(body).toBe(`{"status":"${outcome}"}`);
      return;
    }
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const type = `${repository}/blob/main/docs/errors.md#${code.toLowerCase()}`;
    expect(JSON.parse(body)).toEqual({ type, title, status, code });
  }

  test('processes a delivery once, and calls its repeats duplicates', async () => {
    const { webhooks, handled, note } = await start();
    webhooks.on('notes_created', note);
    const delivery = genuine();
    await expectAnswer(delivery, 'processed');
    await expectAnswer(delivery, 'duplicate');
    await expectAnswer(delivery, 'duplicate');
    expect(handled).toHaveLength(1);
    await expectAnswer(genuine(), 'processed');
    expect(handled).toHaveLength(2);
  });

  test('handlers run in the context of the request, however its body comes', async () => {
    const context = new AsyncLocalStorage<string>();
    const { webhooks } = receiver();
    const seen: (string | undefined)[] = [];
    webhooks.on('notes_created', () => void seen.push(context.getStore()));
    const begin: RequestHandler = (request, _response, next) => context.run(String(request.headers['x-request']), next);
    served = await serve(express().use(path, begin, webhooks.router));
    const send = async (name: string, padding: number, ...cuts: readonly number[]) => {
      const { headers, body } = signDelivery({ payload: `${genuine().body}${' '.repeat(padding)}`, secret });
      const { socket, seen: until } = dial(served.port);
      const head = headLines({ ...headers, host: 'x', 'x-request': name, 'content-length': String(body.length) });
      socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
      for (const [from, to] of [0, ...cuts].map((cut, n) => [cut, cuts[n]])) {
        socket.write(body.slice(from, to));
        await pause(20);
      }
      await until(/\{"status":"processed"\}/);
      socket.destroy();
    };
    await send('whole', 0);
    await send('in three parts', 0, 10, 100);
    await send('large', 300_000);
    expect(seen).toEqual(['whole', 'in three parts', 'large']);
  });

  test('a client of HTTP/1.0 is told the length of the answer, and keeps its connection', async () => {
    const { webhooks, note } = await start();
    webhooks.on('notes_created', note);
    const { socket, seen } = dial(served.port);
    for (const outcome of ['processed', 'duplicate']) {
      const { headers, body } = signDelivery({ payload: examplePayload('notes_created'), secret });
      const head = headLines({ ...headers, connection: 'keep-alive', 'content-length': String(body.length) });
      socket.write(`POST ${path} HTTP/1.0\r\n${head}\r\n${body}`);
      const answer = await seen(new RegExp(`"${outcome}"`));
      expect(answer).toMatch(new RegExp(`content-length: ${`{"status":"${outcome}"}`.length}\r\n`, 'i'));
    }
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  test('answers while a test of its user fakes every timer', async () => {
    const { webhooks, handled, note } = await start();
    webhooks.on('notes_created', note);
    const { headers, body } = genuine();
    jest.useFakeTimers();
    try {
      const { socket, seen } = dial(served.port);
      const length = Buffer.byteLength(body);
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${headLines(headers)}content-length: ${length}\r\n\r\n`,
      );
      socket.write(body);
      expect(await seen(/\r\n\r\n\{.*\}/)).toContain('{"status":"processed"}');
      socket.destroy();
    } finally {
      jest.useRealTimers();
    }
    expect(handled).toHaveLength(1);
  });

  test('remembers nothing of an event that has no handler', async () => {
    const { webhooks, handled, note } = await start();
    webhooks.on('todo_created', note);
    const delivery = genuine();
    await expectAnswer(delivery, 'unhandled');
    await expectAnswer(delivery, 'unhandled');
    expect(handled).toStrictEqual([]);
    webhooks.on('notes_created', note);
    await expectAnswer(delivery, 'processed');
    expect(handled).toHaveLength(1);
  });

  test('runs all handlers though one fails, and only that one again', async () => {
    const { webhooks, handled, note } = await start();
    const ran: string[] = [];
    let works = false;
    webhooks.on('notes_created', async () => void ran.push('first'), { name: 'first' });
    webhooks.on(
      'notes_created',
      () => {
        ran.push('second');
        if (!works) throw new Error('the CRM is away');
      },
      { name: 'second' },
    );
    webhooks.on(
      'notes_created',
      async () => {
        ran.push('third');
        if (!works) await Promise.reject(new Error('Slack is away'));
      },
      { name: 'third' },
    );
    webhooks.on('*', note);
    const delivery = genuine();
    await expectAnswer(delivery, 'failed');
    expect(ran.splice(0)).toEqual(['first', 'second', 'third']);
    expect(handled).toHaveLength(1);
    works = true;
    await expectAnswer(delivery, 'processed');
    expect(ran.splice(0)).toEqual(['second', 'third']);
    expect(handled).toHaveLength(1);
    await expectAnswer(delivery, 'duplicate');
    expect(ran).toStrictEqual([]);
  });

  test('answers in time for a handler that is slow, which goes on; its repeat is a duplicate', async () => {
    const { webhooks, handled, note } = await start({ timeoutMs: 50 });
    let finish = (): void => {};
    let aborted = false;
    webhooks.on('notes_created', async (event, context) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      aborted = context.signal.aborted;
      note(event, context);
    });
    const delivery = genuine();
    await expectAnswer(delivery, 'timeout');
    await expectAnswer(delivery, 'timeout');
    expect(handled).toStrictEqual([]);
    finish();
    await expectAnswer(delivery, 'duplicate');
    expect(handled).toHaveLength(1);
    expect(aborted).toBe(false);
  });

  test.each([
    [14_001, '15'],
    [1, '1'],
    [0, '1'],
    [3_615_000, '15'],
  ])('says when to come again while another process has %i ms of its lease left', async (retryAfterMs, retryAfter) => {
    const store = { ...storeOf(), claim: async () => ({ running: true as const, retryAfterMs }) };
    const { webhooks, handled, note } = await start({ deduplicate: { store } });
    webhooks.on('*', note);
    await expectAnswer(genuine(), 'in-progress', retryAfter);
    expect(handled).toStrictEqual([]);
  });

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('no store');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no store'))],
    ['is silent', () => never],
  ])('is unavailable while the store %s, and then takes the same delivery', async (_title, claim) => {
    const working = storeOf();
    let broken = true;
    const store: DeliveryStore = { ...working, claim: (...args) => (broken ? claim() : working.claim(...args)) };
    const { webhooks, handled, note } = await start({ deduplicate: { store, storeTimeoutMs: 200 } });
    webhooks.on('*', note);
    const delivery = genuine();
    await expectAnswer(delivery, 'unavailable');
    expect(handled).toStrictEqual([]);
    broken = false;
    await expectAnswer(delivery, 'processed');
    expect(handled).toHaveLength(1);
  });

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['is silent', () => never],
  ])('is unavailable while the secret function %s', async (_title, secretOf) => {
    const { webhooks, handled, note } = await start({ secret: secretOf, deduplicate: { storeTimeoutMs: 200 } });
    webhooks.on('*', note);
    await expectAnswer(genuine(), 'unavailable');
    expect(handled).toStrictEqual([]);
  });

  test('is unavailable when it is closing, even to what it would refuse', async () => {
    const { webhooks, handled, note } = await start();
    webhooks.on('*', note);
    await webhooks.close();
    await expectAnswer(genuine(), 'unavailable');
    await expectAnswer({ headers: {}, body: 'unsigned' }, 'unavailable');
    expect(handled).toStrictEqual([]);
  });

  test('acknowledges what onInvalid and onUnknown took, once', async () => {
    const { webhooks, handled, note } = await start();
    const taken: unknown[] = [];
    webhooks.on('*', note);
    webhooks.onInvalid(async ({ outcome }) => void taken.push(outcome));
    webhooks.onUnknown(async ({ event }) => void taken.push(event));
    for (const payload of ['{', '{"event":"notes_created"}']) {
      const delivery = signDelivery({ payload, secret });
      await expectAnswer(delivery, 'quarantined');
      await expectAnswer(delivery, 'duplicate');
    }
    const unknown = signDelivery({ payload: { event: 'notes_deleted' }, secret });
    await expectAnswer(unknown, 'ignored');
    await expectAnswer(unknown, 'duplicate');
    expect(taken).toEqual(['malformed', 'invalid', 'notes_deleted']);
    expect(handled).toStrictEqual([]);
  });

  test('ignores an event that it has no schema for', async () => {
    const { webhooks, handled, note } = await start();
    webhooks.on('*', note);
    await expectAnswer(signDelivery({ payload: { ...examplePayload('todo_created'), event: 'x' }, secret }), 'ignored');
    expect(handled).toStrictEqual([]);
  });
});

function storeOf(): DeliveryStore {
  const store = memoryStore();
  return {
    claim: (...args) => store.claim(...args),
    extend: (...args) => store.extend(...args),
    succeeded: (...args) => store.succeeded(...args),
    complete: (...args) => store.complete(...args),
    release: (...args) => store.release(...args),
  };
}

test('every outcome that handling can have was seen above', () => {
  // Those of the request itself are seen in the tests of refused bodies, uploads, methods and earlier middleware.
  const ofRequests = /^(malformed|invalid|unauthenticated|method|read|too|unsupported|misconfigured|queued)/;
  expect([...shown].sort()).toEqual(
    Object.keys(outcomes)
      .filter((outcome) => !ofRequests.test(outcome))
      .sort(),
  );
});
