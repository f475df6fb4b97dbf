import { memoryStore } from '../../src/index';
import { storeContract } from '../../src/testing/index';

describe('the contract of a store', () => {
  for (const { name, run } of storeContract({ store: () => memoryStore(), shortLeaseMs: 20 })) test(name, run);
});

const long = 60_000;

function claimed(answer: ReturnType<ReturnType<typeof memoryStore>['claim']>): { token: string; attempt: number } {
  if (typeof answer !== 'object' || !('token' in answer)) throw new Error('no claim');
  return answer;
}

test('forgets the oldest finished delivery beyond maxKeys, never one that runs', () => {
  const store = memoryStore({ maxKeys: 2 });
  const running = claimed(store.claim('running', long, long));
  for (const key of ['a', 'b', 'c']) {
    void store.complete(key, claimed(store.claim(key, long, long)).token, long);
  }
  expect(store.claim('b', long, long)).toBe('done');
  expect(store.claim('c', long, long)).toBe('done');
  expect(store.claim('a', long, long)).toMatchObject({ attempt: 1 });
  expect(store.complete('running', running.token, long)).toBe(true);
});

test.each([Number.POSITIVE_INFINITY, Number.NaN, 0, -1])(
  'refuses a lease of %d milliseconds, and claims nothing',
  (ms) => {
    const store = memoryStore();
    expect(() => store.claim('a', ms, 60_000)).toThrow(
      'memoryStore.claim: leaseMs: expected milliseconds, more than 0',
    );
    const { token } = claimed(store.claim('a', 60_000, 60_000));
    expect(() => store.extend('a', token, ms)).toThrow(
      'memoryStore.extend: leaseMs: expected milliseconds, more than 0',
    );
    expect(store.claim('a', 60_000, 60_000)).toMatchObject({ running: true });
  },
);

test('remembers 100,000 finished deliveries by default', () => {
  const store = memoryStore();
  for (let n = 0; n <= 100_000; n++) {
    void store.complete(String(n), claimed(store.claim(String(n), long, long)).token, long);
  }
  expect(store.claim('1', long, long)).toBe('done');
  expect(store.claim('100000', long, long)).toBe('done');
  expect(store.claim('0', long, long)).toMatchObject({ attempt: 1 });
});

test('refuses a claim when as many deliveries run as there is room for, and takes it when one has ended', () => {
  const store = memoryStore({ maxKeys: 2 });
  const first = claimed(store.claim('1', long, long));
  void store.claim('2', long, long);
  expect(() => store.claim('3', long, long)).toThrow(/full/);
  expect(store.claim('1', long, long)).toMatchObject({ running: true });
  void store.complete('1', first.token, long);
  expect(store.claim('3', long, long)).toMatchObject({ attempt: 1 });
});

test('makes room by letting go of claims whose lease has passed, and keeps their progress', () => {
  let now = 0;
  const store = memoryStore({ maxKeys: 1, clock: { now: () => now } });
  const { token } = claimed(store.claim('hung', 100, long));
  void store.succeeded('hung', token, 'done before', long);
  now = 101;
  expect(store.claim('next', 100, long)).toMatchObject({ attempt: 1 });
  now = 202;
  expect(store.claim('hung', 100, long)).toMatchObject({ attempt: 2, succeeded: ['done before'] });
});

test('counts a claim that was taken over after its lease once: its place is free when it ends', () => {
  let now = 0;
  const store = memoryStore({ maxKeys: 1, clock: { now: () => now } });
  for (let times = 0; times < 3; times += 1) {
    expect(store.claim('key', 100, long)).toMatchObject({ attempt: times + 1 });
    now += 101;
  }
  const last = claimed(store.claim('key', 100, long));
  expect(store.complete('key', last.token, long)).toBe(true);
  expect(store.claim('next', 100, long)).toMatchObject({ attempt: 1 });
});

test('frees the place of a running delivery whose time is over', () => {
  let now = 0;
  const store = memoryStore({ maxKeys: 1, clock: { now: () => now } });
  void store.claim('crashed', 100, 100);
  now = 101;
  // Looking at it is what forgets it.
  const again = claimed(store.claim('crashed', 100, 100));
  expect(again.attempt).toBe(1);
  expect(store.release('crashed', again.token)).toBe(true);
  expect(store.claim('next', 100, 100)).toMatchObject({ attempt: 1 });
  expect(() => store.claim('third', 100, 100)).toThrow(/full/);
});

test('frees no place for a finished or waiting delivery whose time is over', () => {
  let now = 0;
  const store = memoryStore({ maxKeys: 2, clock: { now: () => now } });
  void store.complete('done', claimed(store.claim('done', 100, 100)).token, 100);
  void store.release('waits', claimed(store.claim('waits', 100, 100)).token);
  now = 101;
  for (const key of ['done', 'waits']) expect(store.claim(key, 100, 100)).toMatchObject({ attempt: 1 });
  expect(() => store.claim('third', 100, 100)).toThrow(/full/);
});

test('takes the completion of a claim whose lease has passed, if nobody took it', () => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  const { token } = claimed(store.claim('key', 100, long));
  now = 5000;
  expect(store.complete('key', token, long)).toBe(true);
  expect(store.claim('key', 100, long)).toBe('done');
});

test('forgets a delivery last that came again', () => {
  const store = memoryStore({ maxKeys: 2 });
  void store.release('again', claimed(store.claim('again', long, long)).token);
  void store.complete('old', claimed(store.claim('old', long, long)).token, long);
  void store.complete('again', claimed(store.claim('again', long, long)).token, long);
  void store.complete('new', claimed(store.claim('new', long, long)).token, long);
  expect(store.claim('again', long, long)).toBe('done');
  expect(store.claim('new', long, long)).toBe('done');
  expect(store.claim('old', long, long)).toMatchObject({ attempt: 1 });
});

test('ends a lease, and frees its place, when its own clock is set back an hour', () => {
  let now = 3_600_000;
  const store = memoryStore({ maxKeys: 1, clock: { now: () => now } });
  const stale = claimed(store.claim('hung', long, long));
  now -= 500;
  expect(store.claim('hung', long, long)).toEqual({ running: true, retryAfterMs: long });
  expect(() => store.claim('next', long, long)).toThrow(/full/);
  now = 0;
  expect(store.claim('hung', long, long)).toMatchObject({ attempt: 2 });
  expect(store.complete('hung', stale.token, long)).toBe(false);
  now = -3_600_000;
  expect(store.claim('next', long, long)).toMatchObject({ attempt: 1 });
});

test.each([
  ['a millisecond before its end', 99, { running: true, retryAfterMs: 1 }],
  ['at its end', 100, { attempt: 2 }],
  ['when the clock is set back by a second', -1000, { running: true, retryAfterMs: 100 }],
  ['when the clock is set back by more', -1001, { attempt: 2 }],
])('a lease of 100 ms, asked for %s, at %i', (_title, at, answer) => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  void store.claim('key', 100, long);
  now = at;
  expect(store.claim('key', 100, long)).toMatchObject(answer);
});

test('a finished delivery is done until its time is over, to the millisecond', () => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  void store.complete('key', claimed(store.claim('key', 10, 100)).token, 100);
  now = 99;
  expect(store.claim('key', 10, 100)).toBe('done');
  now = 100;
  expect(store.claim('key', 10, 100)).toMatchObject({ attempt: 1, succeeded: [] });
});

test('is not moved by a change of the system clock', () => {
  const store = memoryStore();
  void store.claim('key', long, long);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * long);
  try {
    expect(store.claim('key', long, long)).toMatchObject({ running: true });
  } finally {
    now.mockRestore();
  }
});

test.each([
  [{ maxKeys: 0 }, /memoryStore.maxKeys: expected a whole number from 1, got 0/],
  [{ maxkeys: 5 }, /memoryStore.maxkeys is unknown. Did you mean maxKeys\?/],
  [{ clock: {} }, /memoryStore.clock: expected an object with now\(\)/],
])('refuses %j at construction', (options, message) => {
  expect(() => memoryStore(options as object)).toThrow(message);
});
