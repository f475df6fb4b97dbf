import express from 'express';
import { memoryStore } from '../../src/index';
import { post, type Served, serve } from '../express/serve';
import {
  calm,
  FaultyStore,
  gate,
  genuine,
  receiverWith,
  rejects,
  remote,
  said,
  send,
  until,
  type Webhooks,
} from './kit';

const copies = 50;

async function sendCopies(webhooks: Webhooks, delivery = genuine()): Promise<Record<string, number>> {
  return counted(await Promise.all(Array.from({ length: copies }, () => send(webhooks, delivery))));
}

function counted(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

describe.each([
  ['in memory', () => memoryStore()],
  ['on a server', () => remote()],
])('copies at once, with the store %s:', (_where, makeStore) => {
  test('run once, and all are told that the handlers succeeded', async () => {
    const webhooks = receiverWith({ deduplicate: { store: makeStore() } });
    const time = gate();
    let runs = 0;
    webhooks.on('notes_created', async () => {
      runs++;
      await time.passed;
    });
    const delivery = genuine();
    const answered = sendCopies(webhooks, delivery);
    await until(() => runs > 0);
    time.open();
    expect(await answered).toEqual({ '200 processed': copies });
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
    expect(runs).toBe(1);
  });

  test('are all told that a handler failed, and onError once', async () => {
    const webhooks = receiverWith({ deduplicate: { store: makeStore() } });
    const failure = new Error('no');
    const told: unknown[] = [];
    const attempts: number[] = [];
    webhooks.onError((error, { handler }) => void told.push([handler, error]));
    webhooks.on('notes_created', async (_event, { attempt }) => {
      attempts.push(attempt);
      await Promise.resolve();
      throw failure;
    });
    const delivery = genuine();
    expect(await sendCopies(webhooks, delivery)).toEqual({ '500 FAILED': copies });
    expect(attempts).toEqual([1]);
    expect(told).toEqual([['notes_created', failure]]);
    expect(await sendCopies(webhooks, delivery)).toEqual({ '500 FAILED': copies });
    expect(attempts).toEqual([1, 2]);
  });

  test('are all told that the handlers take too long, and a later one what became of it', async () => {
    const webhooks = receiverWith({ timeoutMs: 20, deduplicate: { store: makeStore() } });
    const time = gate();
    let runs = 0;
    webhooks.on('notes_created', () => {
      runs++;
      return time.passed;
    });
    const delivery = genuine();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const answered = sendCopies(webhooks, delivery);
      await calm();
      await jest.advanceTimersByTimeAsync(20);
      expect(await answered).toEqual({ '503 TIMEOUT': copies });
      // No time passes any more, or this one might come too late as well.
      const repeat = send(webhooks, delivery);
      time.open();
      expect(await repeat).toBe('200 processed');
      expect(await send(webhooks, delivery)).toBe('200 duplicate');
    } finally {
      jest.useRealTimers();
    }
    expect(runs).toBe(1);
  });
});

test('copies whose claim cannot be made are all unavailable, and the repeat runs', async () => {
  const store = new FaultyStore().break(rejects, 'claim');
  const webhooks = receiverWith({ deduplicate: { store } });
  let runs = 0;
  webhooks.on('notes_created', () => void runs++);
  const delivery = genuine();
  expect(await sendCopies(webhooks, delivery)).toEqual({ '503 UNAVAILABLE': copies });
  expect(store.calls).toEqual(['claim']);
  expect(runs).toBe(0);
  store.mend();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toBe(1);
});

test('copies of a delivery that has come before are all duplicates', async () => {
  const webhooks = receiverWith({ deduplicate: { store: remote() } });
  let runs = 0;
  webhooks.on('notes_created', () => void runs++);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(await sendCopies(webhooks, delivery)).toEqual({ '200 duplicate': copies });
  expect(runs).toBe(1);
});

test('different deliveries at once do not wait for one another', async () => {
  const webhooks = receiverWith();
  const time = gate();
  let runs = 0;
  webhooks.on('notes_created', () => (runs++ === 0 ? time.passed : undefined));
  const first = send(webhooks, genuine());
  expect(await sendCopies(webhooks)).toEqual({ '200 processed': 1, '200 duplicate': copies - 1 });
  time.open();
  expect(await first).toBe('200 processed');
  expect(runs).toBe(2);
});

test('without de-duplication every copy runs', async () => {
  const webhooks = receiverWith({ deduplicate: false });
  const attempts: number[] = [];
  webhooks.on('notes_created', async (_event, { attempt }) => {
    await Promise.resolve();
    attempts.push(attempt);
  });
  const delivery = genuine();
  expect(await sendCopies(webhooks, delivery)).toEqual({ '200 processed': copies });
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(attempts).toEqual(Array.from({ length: copies + 1 }, () => 1));
});

test('without de-duplication a delivery that failed runs all its handlers again when it comes again', async () => {
  const webhooks = receiverWith({ deduplicate: false });
  const ran: string[] = [];
  webhooks.on('notes_created', (_event, { attempt }) => void ran.push(`fine ${attempt}`), { name: 'fine' });
  webhooks.on('notes_created', () => Promise.reject(new Error('no')), { name: 'failing' });
  const delivery = genuine();
  for (const _ of ['first', 'again']) expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(ran).toEqual(['fine 1', 'fine 1']);
});

describe('over HTTP', () => {
  let served: Served;
  let runs = 0;
  const time = gate();

  beforeAll(async () => {
    // So many connections take a busy machine a while.
    const webhooks = receiverWith({ timeoutMs: 600_000 });
    webhooks.on('notes_created', async () => {
      runs++;
      await time.passed;
    });
    served = await serve(express().use('/hook', webhooks.router));
  });
  afterAll(() => served.close());

  test('copies on connections of their own run once, and all are told so', async () => {
    const delivery = genuine();
    const answers = Array.from({ length: copies }, async () => {
      const reply = await post(`${served.origin}/hook`, delivery);
      return said({ status: reply.status, body: await reply.text() });
    });
    await until(() => served.sockets.length >= copies && runs > 0);
    time.open();
    const answered = counted(await Promise.all(answers));
    // A request that reached the handlers' end is a duplicate; none may be anything else.
    expect((answered['200 processed'] ?? 0) + (answered['200 duplicate'] ?? 0)).toBe(copies);
    expect(runs).toBe(1);
  });
});
