import { memoryStore } from '../../src/index';
import { FaultyStore, gate, genuine, notedLog, receiverWith, said, send, until } from './kit';

const timeoutMs = 25;

/** A receiver whose handler waits at a gate, and all that is told about it. */
function waiting(options: Parameters<typeof receiverWith>[0] = {}) {
  const { logger, lines } = notedLog();
  const webhooks = receiverWith({ timeoutMs, logger, ...options });
  const time = gate();
  const told: unknown[] = [];
  const runs: number[] = [];
  const aborted: boolean[] = [];
  webhooks.onError((error, { outcome, handler }) => void told.push(handler === undefined ? outcome : [handler, error]));
  webhooks.on('notes_created', async (_event, { attempt, signal }) => {
    runs.push(attempt);
    await time.passed.finally(() => aborted.push(signal.aborted));
  });
  const logged = (message: RegExp) => lines.filter((line) => message.test((line as { msg: string }).msg));
  return { webhooks, time, told, runs, aborted, logged };
}

test('the answer is 503 with Retry-After 10 while the work goes on, and the repeat has its outcome', async () => {
  const { webhooks, time, told, runs, aborted, logged } = waiting();
  const delivery = genuine();
  const reply = await webhooks.receive(delivery);
  expect([said(reply), reply.headers['retry-after']]).toEqual(['503 TIMEOUT', '10']);
  expect(told).toEqual(['timeout']);
  const repeat = send(webhooks, delivery);
  time.open();
  expect(await repeat).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect({ runs, aborted, told }).toEqual({ runs: [1], aborted: [false], told: ['timeout'] });
  expect(logged(/Every handler succeeded \(after the answer\)/)).toEqual([
    expect.objectContaining({ outcome: 'processed', event: 'notes_created', attempt: 1, late: true }),
  ]);
});

test('a late finish is recorded although nobody asks', async () => {
  const { webhooks, time, runs, logged } = waiting();
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  time.open();
  await until(() => logged(/after the answer/).length === 1);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(runs).toEqual([1]);
});

test('a late failure reaches onError once, and the repeat runs again', async () => {
  const { webhooks, time, told, runs, logged } = waiting();
  const delivery = genuine();
  const answers = await Promise.all([send(webhooks, delivery), send(webhooks, delivery)]);
  expect(answers).toEqual(['503 TIMEOUT', '503 TIMEOUT']);
  told.length = 0;
  const failure = new Error('late');
  time.fail(failure);
  await until(() => logged(/after the answer/).length === 2);
  expect(told).toEqual([['notes_created', failure]]);
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(runs).toEqual([1, 2]);
});

test('a repeat that joins takes its own timeout', async () => {
  const { webhooks, time, runs } = waiting();
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  time.open();
  expect(runs).toEqual([1]);
});

test('in another process the repeat is in progress, with what is left of the lease, then a duplicate', async () => {
  const store = memoryStore({ clock: { now: () => 0 } });
  const here = waiting({ deduplicate: { store } });
  const there = waiting({ deduplicate: { store } });
  const delivery = genuine();
  expect(await send(here.webhooks, delivery)).toBe('503 TIMEOUT');
  const reply = await there.webhooks.receive(delivery);
  expect([said(reply), reply.headers['retry-after']]).toEqual(['503 IN_PROGRESS', '15']);
  here.time.open();
  await until(() => here.logged(/after the answer/).length === 1);
  expect(await send(there.webhooks, delivery)).toBe('200 duplicate');
  expect([here.runs, there.runs]).toStrictEqual([[1], []]);
});

test('timeoutMs is counted from the arrival of the request', async () => {
  let now = 0;
  // The secret is found when most of the time has passed.
  const { webhooks, runs } = waiting({
    timeoutMs: 3_600_000,
    clock: { now: () => now },
    secret: ({ params }) => {
      now = 3_599_990;
      return { tenant: params['tenant'] ?? 'acme', secret: 'a secret of the tests' };
    },
  });
  expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
  expect(runs).toEqual([1]);
});

test('a store that gives the claim after the answer lets the handlers run all the same', async () => {
  const opened = gate();
  const store = new FaultyStore().break((go) => opened.passed.then(go), 'claim');
  const { webhooks, time, runs, logged } = waiting({ deduplicate: { store } });
  time.open();
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  expect(runs).toStrictEqual([]);
  opened.open();
  await until(() => logged(/after the answer/).length === 1);
  expect(runs).toEqual([1]);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
});
