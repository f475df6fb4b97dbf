import { memoryStore } from '../../src/index';
import { answers, FaultyStore, type Gate, gate, genuine, isSilent, receiverWith, rejects, send } from './kit';

const leaseMs = 15_000;
const long = 600_000;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

interface Held {
  readonly signal: AbortSignal;
  readonly time: Gate;
}

/** A receiver whose handlers hold on until their gate opens. */
function holding(store = new FaultyStore(), options: Parameters<typeof receiverWith>[0] = {}) {
  const webhooks = receiverWith({ timeoutMs: 1000, deduplicate: { store }, ...options });
  const held: Held[] = [];
  const told: unknown[] = [];
  webhooks.onError((error, { outcome, handler }) => void told.push(handler ?? outcome, (error as Error).message));
  webhooks.on('notes_created', (_event, { signal }) => {
    const time = gate();
    held.push({ signal, time });
    return time.passed;
  });
  return { webhooks, held, told, store };
}

function one<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length > 1) throw new Error(`expected one, got ${list.length}`);
  return first;
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** Sends a delivery whose handler goes on after the answer. */
async function sendSlow({ webhooks }: ReturnType<typeof holding>, delivery = genuine()) {
  const answered = send(webhooks, delivery);
  await pass(1000);
  expect(await answered).toBe('503 TIMEOUT');
  return delivery;
}

test('the lease is extended at every third as long as handlers run, and signal is not aborted', async () => {
  const receiver = holding();
  const delivery = await sendSlow(receiver);
  await pass(10 * leaseMs);
  const { signal, time } = one(receiver.held);
  expect(receiver.store.calls).toEqual(['claim', ...Array.from({ length: 30 }, () => 'extend')]);
  const elsewhere = holding(receiver.store);
  expect(await send(elsewhere.webhooks, delivery)).toBe('503 IN_PROGRESS');
  time.open();
  await pass(10);
  expect(signal.aborted).toBe(false);
  receiver.store.calls.length = 0;
  await pass(2 * leaseMs);
  expect(receiver.store.calls).toStrictEqual([]);
  expect(elsewhere.held).toStrictEqual([]);
});

test('a claim that the store says is lost aborts signal, and the delivery can be taken over', async () => {
  const receiver = holding();
  const delivery = await sendSlow(receiver);
  receiver.store.break(answers(false), 'extend');
  await pass(leaseMs / 3 - 1001);
  const { signal, time } = one(receiver.held);
  expect(signal.aborted).toBe(false);
  await pass(2);
  expect(signal.aborted).toBe(true);
  expect((signal.reason as Error).message).toMatch(/claim was lost/);
  await pass(leaseMs);
  // Nobody extends it any more, so another receiver on the same store can have it; this handler fails.
  const elsewhere = holding(receiver.store);
  const taken = send(elsewhere.webhooks, delivery);
  await pass(1);
  time.fail(signal.reason);
  await pass(1);
  one(elsewhere.held).time.open();
  expect(await taken).toBe('200 processed');
  expect(receiver.told).toContain('notes_created');
  expect(await send(receiver.webhooks, delivery)).toBe('200 duplicate');
});

test.each([
  ['fails', rejects],
  ['is silent', isSilent],
])('a store that %s aborts signal when the lease ends, and not before', async (_title, fault) => {
  const receiver = holding();
  await sendSlow(receiver);
  receiver.store.break(fault);
  await pass(leaseMs - 1001);
  const { signal } = one(receiver.held);
  expect(signal.aborted).toBe(false);
  await pass(2);
  expect(signal.aborted).toBe(true);
  receiver.store.calls.length = 0;
  await pass(2 * leaseMs);
  expect(receiver.store.calls).toHaveLength(0);
});

test('a lease that was extended ends a lease after its last extension', async () => {
  const receiver = holding();
  await sendSlow(receiver);
  await pass(leaseMs);
  receiver.store.break(isSilent);
  await pass(leaseMs - 1001);
  const { signal } = one(receiver.held);
  expect(signal.aborted).toBe(false);
  await pass(2);
  expect(signal.aborted).toBe(true);
});

test('an extension that failed is tried again soon, not at the next third', async () => {
  const receiver = holding();
  await sendSlow(receiver);
  receiver.store.break(rejects);
  await pass(leaseMs - 1800);
  receiver.store.mend();
  receiver.store.calls.length = 0;
  await pass(550);
  expect(receiver.store.calls).toEqual(['extend']);
  const { signal, time } = one(receiver.held);
  await pass(leaseMs);
  expect(signal.aborted).toBe(false);
  time.open();
});

test('a store that fails for less than a lease aborts nothing', async () => {
  const receiver = holding();
  await sendSlow(receiver);
  receiver.store.break(rejects);
  await pass(leaseMs - 2000);
  receiver.store.mend();
  await pass(3 * leaseMs);
  const { signal, time } = one(receiver.held);
  expect(signal.aborted).toBe(false);
  time.open();
});

test('a run that ends while its lease is being extended is not called lost', async () => {
  const receiver = holding();
  await sendSlow(receiver);
  const opened = gate();
  receiver.store.break((go) => opened.passed.then(go), 'extend');
  await pass(leaseMs / 3);
  const { signal, time } = one(receiver.held);
  time.open();
  await pass(1);
  // The store looks at the extension when it has been told that the delivery is done.
  opened.open();
  await pass(1);
  expect(receiver.store.calls).toEqual(['claim', 'extend', 'complete']);
  expect(signal.aborted).toBe(false);
});

test('maxRunMs aborts signal, fails the delivery, and keeps the claim while the handler runs', async () => {
  const store = new FaultyStore();
  const receiver = holding(store, { timeoutMs: long, maxRunMs: 60_000 });
  const delivery = genuine();
  const answered = send(receiver.webhooks, delivery);
  await pass(59_999);
  const { signal, time } = one(receiver.held);
  expect(signal.aborted).toBe(false);
  await pass(1);
  expect(await answered).toBe('500 FAILED');
  expect(signal.aborted).toBe(true);
  expect(receiver.told).toEqual(['failed', expect.stringMatching(/maxRunMs \(60000\)/)]);
  // Not released: the repeat waits for what is left of the lease, which nobody extends any more.
  expect(await send(receiver.webhooks, delivery)).toBe('503 IN_PROGRESS');
  const before = store.calls.filter((call) => call === 'extend').length;
  await pass(leaseMs);
  expect(store.calls.filter((call) => call === 'extend')).toHaveLength(before);
  expect(store.calls).not.toContain('release');
  const again = send(receiver.webhooks, delivery);
  await pass(1);
  expect(receiver.held).toHaveLength(2);
  receiver.held[1]?.time.open();
  expect(await again).toBe('200 processed');
  time.open();
});

test('a finish after maxRunMs is recorded and a failure told', async () => {
  const receiver = holding(new FaultyStore(), { timeoutMs: long, maxRunMs: 60_000 });
  const [finishing, failing] = [genuine(), genuine()];
  const answered = [send(receiver.webhooks, finishing), send(receiver.webhooks, failing)];
  await pass(60_000);
  expect(await Promise.all(answered)).toEqual(['500 FAILED', '500 FAILED']);
  receiver.told.length = 0;
  receiver.held[0]?.time.open();
  receiver.held[1]?.time.fail(new Error('at last'));
  await pass(1);
  expect(receiver.told).toEqual(['notes_created', 'at last']);
  expect(await send(receiver.webhooks, finishing)).toBe('200 duplicate');
  const repeat = send(receiver.webhooks, failing);
  await pass(1);
  receiver.held[2]?.time.open();
  expect(await repeat).toBe('200 processed');
});

test('signal says that it is aborted also to a handler that first looks when it is', async () => {
  const webhooks = receiverWith({ timeoutMs: 1000, maxRunMs: 5000, deduplicate: { store: memoryStore() } });
  const time = gate();
  const seen: unknown[] = [];
  webhooks.on('notes_created', async (_event, context) => {
    await time.passed;
    seen.push(context.signal.aborted, (context.signal.reason as Error).message);
    seen.push(new Set([context.signal, context.signal]).size);
  });
  const answered = send(webhooks, genuine());
  await pass(1000);
  await answered;
  await pass(4000);
  time.open();
  await pass(1);
  expect(seen).toEqual([true, expect.stringMatching(/maxRunMs/), 1]);
});
