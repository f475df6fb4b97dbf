import express from 'express';
import { memoryStore } from '../../src/index';
import { dial, headLines, type Served, serve } from '../express/serve';
import {
  FaultyStore,
  type Gate,
  gate,
  genuine,
  notedLog,
  receiverWith,
  rejects,
  said,
  secret,
  send,
  until,
  waitsFor,
} from './kit';

/** A receiver whose handler waits at a gate. */
function waiting(options: Parameters<typeof receiverWith>[0] = {}) {
  const webhooks = receiverWith(options);
  const time = gate();
  const signals: AbortSignal[] = [];
  webhooks.on('notes_created', (_event, { signal }) => {
    signals.push(signal);
    return time.passed;
  });
  return { webhooks, time, signals };
}

/** Whether it has resolved by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  const notYet = Symbol('not yet');
  return (await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 20, notYet))])) !== notYet;
}

test('receive answers 503 with Retry-After, dispatch rejects, and no handler is started', async () => {
  const { webhooks, signals } = waiting();
  const verified = await webhooks.verify(genuine());
  await webhooks.close();
  const reply = await webhooks.receive(genuine());
  expect([said(reply), reply.headers['retry-after']]).toEqual(['503 UNAVAILABLE', '10']);
  await expect(webhooks.dispatch(verified)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
  expect(signals).toStrictEqual([]);
});

test('it waits for handlers that run, whose deliveries are answered as ever', async () => {
  const { webhooks, time, signals } = waiting();
  const answered = send(webhooks, genuine());
  const closed = webhooks.close();
  expect(await isOver(closed)).toBe(false);
  time.open();
  expect(await answered).toBe('200 processed');
  await closed;
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

test('it waits for handlers that go on after maxRunMs, when their delivery has failed', async () => {
  const { webhooks, time, signals } = waiting({ maxRunMs: 1000 });
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  const closed = webhooks.close();
  expect(await isOver(closed)).toBe(false);
  time.open();
  await closed;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('it waits for handlers that go on after their answer', async () => {
  const { webhooks, time } = waiting({ timeoutMs: 10 });
  expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
  const closed = webhooks.close();
  expect(await isOver(closed)).toBe(false);
  time.open();
  await closed;
});

test('it waits for handlers that were dispatched', async () => {
  const { webhooks, time } = waiting();
  const dispatched = webhooks.dispatch(await webhooks.verify(genuine()));
  const closed = webhooks.close();
  expect(await isOver(closed)).toBe(false);
  time.open();
  expect(await dispatched).toBe('processed');
  await closed;
});

test('when its grace is over it aborts handlers, and lets them give their delivery back', async () => {
  const store = memoryStore();
  const webhooks = receiverWith({ deduplicate: { store } });
  webhooks.on('notes_created', (_event, { signal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const delivery = genuine();
  const answered = send(webhooks, delivery);
  await webhooks.close({ timeoutMs: 20 });
  expect(await answered).toBe('500 FAILED');
  const next = receiverWith({ deduplicate: { store } });
  const attempts: number[] = [];
  next.on('notes_created', (_event, { attempt }) => void attempts.push(attempt));
  expect(await send(next, delivery)).toBe('200 processed');
  expect(attempts).toEqual([2]);
});

test('it resolves although a handler does not listen to signal, whose claim is then kept', async () => {
  const store = memoryStore();
  const { webhooks, signals, time } = waiting({ deduplicate: { store } });
  const delivery = genuine();
  const answered = send(webhooks, delivery);
  await webhooks.close({ timeoutMs: 0 });
  expect(signals.map(({ aborted, reason }) => [aborted, (reason as Error).message])).toEqual([
    [true, 'The receiver was closed.'],
  ]);
  expect(await send(waiting({ deduplicate: { store } }).webhooks, delivery)).toBe('503 IN_PROGRESS');
  time.open();
  expect(await answered).toBe('200 processed');
});

test('a second call is harmless, and may be more impatient', async () => {
  const { webhooks, signals, time } = waiting();
  const answered = send(webhooks, genuine());
  const first = webhooks.close({ timeoutMs: 60_000 });
  await webhooks.close({ timeoutMs: 0 });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(await isOver(first)).toBe(false);
  time.open();
  await Promise.all([answered, first]);
  const idle = receiverWith();
  await Promise.all([idle.close(), idle.close()]);
  await idle.close();
});

test('called again after it has waited, it does not wait again', async () => {
  const { webhooks, signals, time } = waiting();
  const answered = send(webhooks, genuine());
  await webhooks.close({ timeoutMs: 20 });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  const started = performance.now();
  await webhooks.close();
  await webhooks.close({ timeoutMs: 60_000 });
  expect(performance.now() - started).toBeLessThan(10_000);
  time.open();
  await answered;
});

test('by default it waits for ten seconds', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const { webhooks, signals } = waiting({ timeoutMs: 60_000 });
    void send(webhooks, genuine());
    void webhooks.close();
    await jest.advanceTimersByTimeAsync(9999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await jest.advanceTimersByTimeAsync(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  } finally {
    jest.useRealTimers();
  }
});

test('a very long grace is one, and not none', async () => {
  const { webhooks, signals, time } = waiting();
  const answered = send(webhooks, genuine());
  const closed = webhooks.close({ timeoutMs: Number.MAX_SAFE_INTEGER });
  expect(await isOver(closed)).toBe(false);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  time.open();
  await Promise.all([answered, closed]);
});

test.each([-1, 1.5, Number.POSITIVE_INFINITY, Number.NaN, '5s'])(
  'a grace of %p is refused, and nothing is closed',
  async (timeoutMs) => {
    const { webhooks, time } = waiting();
    time.open();
    await expect(webhooks.close({ timeoutMs: timeoutMs as number })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect(await send(webhooks, genuine())).toBe('200 processed');
  },
);

test('a delivery whose secret is still being looked up starts no handler, and asks a store no more', async () => {
  const found = gate();
  const store = new FaultyStore();
  const { webhooks, signals } = waiting({
    deduplicate: { store },
    secret: () => found.passed.then(() => ({ tenant: 'acme', secret })),
  });
  const answered = send(webhooks, genuine());
  await webhooks.close();
  found.open();
  expect(await answered).toBe('503 UNAVAILABLE');
  expect([signals, store.calls]).toStrictEqual([[], []]);
});

test('a claim that is given after it is given back, and starts no handler', async () => {
  const opened = gate();
  const store = new FaultyStore().break((go) => opened.passed.then(go), 'claim');
  const { webhooks, signals } = waiting({ deduplicate: { store } });
  const delivery = genuine();
  const answered = send(webhooks, delivery);
  const closed = webhooks.close();
  opened.open();
  expect(await answered).toBe('503 UNAVAILABLE');
  await closed;
  expect(signals).toStrictEqual([]);
  store.mend();
  const next = waiting({ deduplicate: { store } });
  next.time.open();
  expect(await send(next.webhooks, delivery)).toBe('200 processed');
});

test('a claim that is given after it, and that the store does not take back, is answered all the same', async () => {
  const opened = gate();
  const store = new FaultyStore().break((go) => opened.passed.then(go), 'claim').break(rejects, 'release');
  const { webhooks, signals } = waiting({ deduplicate: { store } });
  const answered = send(webhooks, genuine());
  const closed = webhooks.close();
  opened.open();
  expect(await answered).toBe('503 UNAVAILABLE');
  await closed;
  expect([signals, store.calls]).toStrictEqual([[], ['claim', 'release']]);
});

test('it waits until what happened is written', async () => {
  const store = new FaultyStore().break(rejects, 'release');
  const webhooks = receiverWith({ deduplicate: { store } });
  const time = gate();
  webhooks.on('notes_created', () => time.passed);
  const answered = send(webhooks, genuine());
  const closed = webhooks.close();
  time.fail(new Error('no'));
  expect(await answered).toBe('500 FAILED');
  expect(await isOver(closed)).toBe(false);
  store.mend();
  store.calls.length = 0;
  await closed;
  expect(store.calls).toEqual(['release']);
});

test('it closes nothing that was passed in', async () => {
  const store = new FaultyStore();
  const end = jest.fn();
  const client = Object.assign(store, { close: end, quit: end, end, destroy: end, disconnect: end });
  const { webhooks } = waiting({ deduplicate: { store: client }, logger: Object.assign(notedLog().logger, { end }) });
  await webhooks.close();
  expect(end).not.toHaveBeenCalled();
});

describe('over HTTP', () => {
  let served: Served;
  const { webhooks, signals, time } = waiting();

  beforeAll(async () => {
    served = await serve(express().use('/hook', webhooks.router));
  });
  afterAll(() => served.close());

  test('a body that was still arriving is answered 503, and a running delivery as ever', async () => {
    const [running, arriving, later] = [dial(served.port), dial(served.port), dial(served.port)];
    const request = ({ headers, body }: ReturnType<typeof genuine>) => {
      const lines = { ...headers, host: 'localhost', connection: 'close', 'content-length': String(body.length) };
      return [`POST /hook HTTP/1.1\r\n${headLines(lines)}\r\n${body.slice(0, 20)}`, body.slice(20)] as const;
    };
    const [first, second, third] = [request(genuine()), request(genuine()), request(genuine())];
    running.socket.write(first.join(''));
    arriving.socket.write(second[0]);
    await until(() => signals.length === 1);
    const closed = webhooks.close();
    arriving.socket.write(second[1]);
    later.socket.write(third.join(''));
    for (const { ended } of [arriving, later]) {
      expect(await ended).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 10\r\n.*"code":"UNAVAILABLE"/is);
    }
    time.open();
    expect(await running.ended).toMatch(/^HTTP\/1\.1 200 .*"processed"/s);
    await closed;
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

/** A delivery waits at a gate, which opens while the receiver closes. Returns what the store was asked. */
async function refusedWhileClosing(hold: (time: Gate, store: FaultyStore) => Parameters<typeof receiverWith>[0]) {
  const time = gate();
  const store = new FaultyStore();
  const { logger, lines } = notedLog();
  const { webhooks, signals } = waiting({ deduplicate: { store }, logger, ...hold(time, store) });
  const answered = send(webhooks, genuine());
  const closed = webhooks.close();
  time.open();
  expect(await answered).toBe('503 UNAVAILABLE');
  await closed;
  expect(lines).toEqual([expect.objectContaining({ outcome: 'unavailable', reason: 'The receiver is closing.' })]);
  expect(signals).toStrictEqual([]);
  return store.calls;
}

test('a claim that is answered only then is given back: nothing runs, and the line says why', async () => {
  const calls = await refusedWhileClosing((time, store) => {
    store.break(waitsFor(time.passed), 'claim');
    return {};
  });
  expect(calls).toEqual(['claim', 'release']);
});

test('a delivery that is known to be genuine only then is not claimed, and the line says why', async () => {
  const calls = await refusedWhileClosing((time) => ({
    secret: () => time.passed.then(() => ({ tenant: 'acme', secret })),
  }));
  expect(calls).toStrictEqual([]);
});
