import { type DeliveryStore, memoryStore } from '../../src/index';
import { arrayJournal, memory } from '../testing/array-journal';
import { fakeTimers, pass, send } from './fake-time';
import {
  calm,
  type Fault,
  FaultyStore,
  gate,
  genuine,
  losesTheAnswer,
  receiverWith,
  rejects,
  throws,
  waitsFor,
  wrapped,
} from './kit';

beforeEach(fakeTimers);
afterEach(() => {
  jest.useRealTimers();
});

function receiverOn(store: DeliveryStore) {
  const webhooks = receiverWith({ deduplicate: { store, storeTimeoutMs: 200 } });
  const runs: number[] = [];
  webhooks.on('notes_created', (_event, { attempt }) => void runs.push(attempt));
  return { webhooks, runs };
}

function releasesOf(store: FaultyStore): number {
  return store.calls.filter((call) => call === 'release').length;
}

test('a claim that reaches the store only after it was given back is given back again a second later', async () => {
  let arrive = (): void => undefined;
  const isLate: Fault = (go) => {
    arrive = () => void go();
    return Promise.reject(new Error('connection reset'));
  };
  const store = new FaultyStore().break(isLate, 'claim');
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  await pass(500);
  expect(releasesOf(store)).toBe(1);
  arrive();
  store.mend();
  expect(await send(webhooks, delivery)).toBe('503 IN_PROGRESS');
  await pass(1000);
  expect(releasesOf(store)).toBe(2);
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([1]);
});

test.each([
  ['rejects', rejects],
  ['throws', throws],
  ['is done, and its answer lost', losesTheAnswer],
])('a claim of what the journal did not keep is given back soon, also where the release %s', async (_how, fault) => {
  const store = new FaultyStore().break(fault, 'release');
  const journal = arrayJournal(memory());
  let keeps = false;
  const append = jest.spyOn(journal, 'append');
  append.mockImplementation(() => (keeps ? Promise.resolve() : Promise.reject(new Error('connection reset'))));
  const webhooks = receiverWith({ deduplicate: { store, storeTimeoutMs: 200 }, journal });
  const runs: number[] = [];
  webhooks.on('notes_created', (_event, { attempt }) => void runs.push(attempt));
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  keeps = true;
  store.mend();
  await pass(500);
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([1]);
  await pass(5000);
  expect(jest.getTimerCount()).toBe(0);
});

test('a late claim of a store that makes its own tokens is given back when it comes', async () => {
  const inner = memoryStore();
  const late = gate();
  const own: DeliveryStore = {
    ...wrapped(inner),
    claim: (key, leaseMs, ttlMs) => inner.claim(key, leaseMs, ttlMs),
  };
  const store = new FaultyStore(own).break(waitsFor(late.passed), 'claim');
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  store.mend();
  late.open();
  await calm();
  await pass(500);
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([1]);
});

test('a late answer that another process has the delivery gives back what was asked for, and nothing else', async () => {
  const late = gate();
  const asked: unknown[] = [];
  const released: unknown[] = [];
  const { webhooks, runs } = receiverOn({
    ...wrapped(memoryStore()),
    claim: (_key, _leaseMs, _ttlMs, token) => {
      asked.push(token);
      return late.passed.then(() => ({ running: true, retryAfterMs: 100 }) as const);
    },
    release: (_key, token) => {
      released.push(token);
      return false;
    },
  });
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  late.open();
  await calm();
  await pass(3000);
  expect([released, runs]).toStrictEqual([[...asked, ...asked], []]);
});

test('a claim that never reached the store is given back twice, and then forgotten', async () => {
  const store = new FaultyStore().break(rejects, 'claim');
  const { webhooks, runs } = receiverOn(store);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  await pass(5000);
  expect([releasesOf(store), runs, jest.getTimerCount()]).toStrictEqual([2, [], 0]);
});

test('a claim that cannot be given back is forgotten when its lease has ended', async () => {
  const store = new FaultyStore().break(losesTheAnswer, 'claim').break(rejects, 'release');
  const { webhooks } = receiverOn(store);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  await pass(14_000);
  const before = releasesOf(store);
  expect(before).toBeGreaterThan(10);
  await pass(2000);
  const after = releasesOf(store);
  expect(after).toBeGreaterThan(before);
  await pass(5000);
  expect([releasesOf(store), jest.getTimerCount()]).toEqual([after, 0]);
});

test.each([
  [1000, 1000],
  [1001, 1000],
])('of %i claims whose answer was lost, the newest %i are given back', async (lost, givenBack) => {
  const store = new FaultyStore().break(losesTheAnswer, 'claim').break(rejects, 'release');
  const { webhooks } = receiverOn(store);
  const oldest = genuine();
  await webhooks.receive(oldest);
  for (let count = 1; count < lost; count += 1) await webhooks.receive(genuine());
  store.mend();
  store.calls.length = 0;
  await pass(300);
  expect(releasesOf(store)).toBe(givenBack);
  expect(await send(webhooks, oldest)).toBe(lost === givenBack ? '200 processed' : '503 IN_PROGRESS');
});

test('claims whose answer was lost are given back one after the other, however many they are', async () => {
  const store = new FaultyStore().break(losesTheAnswer, 'claim').break(rejects, 'release');
  const { webhooks } = receiverOn(store);
  for (let count = 0; count < 50; count += 1) await webhooks.receive(genuine());
  const asked: number[] = [];
  let atOnce = 0;
  const slowly: Fault = async (go) => {
    atOnce += 1;
    asked.push(atOnce);
    await new Promise((resolve) => setTimeout(resolve, 10));
    atOnce -= 1;
    return go();
  };
  store.mend();
  store.break(slowly, 'release');
  // Its answer has all that waits tried at once.
  expect(await send(webhooks, genuine())).toBe('200 processed');
  await pass(1000);
  expect([asked.length, Math.max(...asked)]).toEqual([50, 1]);
});
