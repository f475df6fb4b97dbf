import { HeldClaim } from '../../src/deduplication/held-claim';
import { PendingWrites } from '../../src/deduplication/pending-writes';
import { Outbox } from '../../src/foundations/outbox';
import { memoryStore } from '../../src/index';
import { fakeTimers, inTime, pass, passUntil, send } from './fake-time';
import {
  calm,
  type Fault,
  FaultyStore,
  gate,
  genuine,
  isSilent,
  losesTheAnswer,
  receiverWith,
  rejects,
  remote,
  send as sent,
  throws,
  waitsFor,
} from './kit';

const storeTimeoutMs = 20;

// An answer comes a moment before its deadline here, and a busy machine may be away for longer.
beforeEach(fakeTimers);
afterEach(() => {
  jest.useRealTimers();
});

/** A receiver with handlers that succeed, or fail while they are in `broken`. */
function receiverOn(store: FaultyStore, names: readonly string[], timeoutMs = 200) {
  const webhooks = receiverWith({ timeoutMs, deduplicate: { store, storeTimeoutMs } });
  const broken = new Set<string>();
  const ran: string[] = [];
  for (const name of names) {
    const handler = () => {
      ran.push(name);
      if (broken.has(name)) throw new Error(`${name} is broken`);
    };
    webhooks.on('notes_created', handler, { name });
  }
  return { webhooks, broken, ran };
}

const outages: readonly (readonly [string, Fault])[] = [
  ['throws', throws],
  ['rejects', rejects],
  ['is silent', isSilent],
];

describe.each(outages)('while the store %s,', (_title, fault) => {
  test('a completion is retried until the deadline, then answered 200 and remembered here', async () => {
    const store = new FaultyStore().break(fault, 'succeeded', 'complete', 'release', 'extend');
    const { webhooks, ran } = receiverOn(store, ['a', 'b']);
    const delivery = genuine();
    let answer = 'none yet';
    void sent(webhooks, delivery).then((said) => {
      answer = said;
    });
    await calm();
    await pass(150);
    expect(answer).toBe('none yet');
    await pass(50);
    expect(answer).toBe('200 processed');
    expect(store.calls.filter((call) => call === 'complete' || call === 'succeeded').length).toBeGreaterThan(2);
    // The store is wholly gone by now, and still this is known.
    store.break(fault);
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
    expect(ran).toEqual(['a', 'b']);
    store.mend();
    await inTime(webhooks.close());
  });

  test('a handler that succeeded does not run again here, though the store never learns of it', async () => {
    const store = new FaultyStore().break(fault, 'succeeded');
    const { webhooks, broken, ran } = receiverOn(store, ['a', 'b', 'c']);
    broken.add('b').add('c');
    const delivery = genuine();
    expect(await send(webhooks, delivery)).toBe('500 FAILED');
    expect(ran.splice(0)).toEqual(['a', 'b', 'c']);
    // Nobody could give the claim back after the facts; it is given back here, as when its lease had passed.
    await store.forgetClaims();
    broken.delete('b');
    expect(await send(webhooks, delivery)).toBe('500 FAILED');
    expect(ran.splice(0)).toEqual(['b', 'c']);
    await store.forgetClaims();
    broken.delete('c');
    expect(await send(webhooks, delivery)).toBe('200 processed');
    expect(ran).toEqual(['c']);
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
  });
});

test('what could not be written is written when the store comes back, without a restart', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded', 'complete');
  const { webhooks, ran } = receiverOn(store, ['a', 'b'], 60);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  store.mend();
  store.calls.length = 0;
  await passUntil(() => store.calls.includes('complete'));
  const elsewhere = receiverOn(store, ['a', 'b']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 duplicate');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect([ran, elsewhere.ran]).toStrictEqual([['a', 'b'], []]);
});

test('after an outage of any length, what could not be written is written within 250 ms', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded', 'complete');
  const { webhooks } = receiverOn(store, ['a'], 60);
  for (let count = 0; count < 30; count += 1) expect(await send(webhooks, genuine())).toBe('200 processed');
  await pass(60_000);
  store.mend();
  store.calls.length = 0;
  await pass(260);
  expect(store.calls.filter((call) => call === 'complete')).toHaveLength(30);
  await pass(1000);
  expect(store.calls.filter((call) => call === 'complete')).toHaveLength(30);
});

test('a store that is out of reach is told again after pauses that double from 50 ms to 250', async () => {
  const store = new FaultyStore();
  const told: number[] = [];
  const completing: typeof store.complete = () => {
    told.push(performance.now());
    return Promise.reject(new Error('the store is gone'));
  };
  Object.assign(store, { complete: completing });
  const { webhooks } = receiverOn(store, ['a'], 60);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  await pass(2000);
  const pauses = told.slice(1).map((at, index) => Math.round((at - (told[index] ?? 0)) / 10) * 10);
  expect(pauses.slice(0, 5)).toEqual([50, 100, 200, 250, 250]);
  expect(new Set(pauses.slice(3))).toEqual(new Set([250]));
});

test('while a store is silent, one fact is tried at a time', async () => {
  const store = new FaultyStore().break(isSilent, 'succeeded', 'complete');
  const { webhooks } = receiverOn(store, ['a'], 60);
  await Promise.all(Array.from({ length: 30 }, () => send(webhooks, genuine())));
  store.calls.length = 0;
  await pass(2000);
  // A try takes storeTimeoutMs.
  expect(store.calls.length).toBeGreaterThan(5);
  expect(store.calls.length).toBeLessThan(2000 / storeTimeoutMs);
});

test('what could not be written is written as soon as the store answers another delivery', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded', 'complete');
  const { webhooks, ran } = receiverOn(store, ['a'], 60);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  await pass(5000);
  while (store.calls.at(-1) !== 'succeeded') await pass(5);
  store.mend();
  store.calls.length = 0;
  const other = sent(webhooks, genuine());
  await calm();
  expect(await other).toBe('200 processed');
  await calm();
  // No time has passed.
  expect(store.calls).toEqual(['claim', 'complete', 'succeeded', 'complete']);
  expect(await send(receiverOn(store, ['a']).webhooks, delivery)).toBe('200 duplicate');
  expect(ran).toHaveLength(2);
});

test('a success that could not be written is written while other handlers run, as soon as the store answers', async () => {
  const store = new FaultyStore();
  const { webhooks, ran } = receiverOn(store, ['a', 'b']);
  const running = gate();
  webhooks.on('notes_created', () => running.passed, { name: 'c' });
  const delivery = genuine();
  store.break(rejects, 'succeeded');
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  store.mend();
  await pass(260);
  // This process is killed: the claim is given up, and nothing else is told.
  await store.forgetClaims();
  store.calls.length = 0;
  const elsewhere = receiverOn(store, ['a', 'b', 'c']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect([ran, elsewhere.ran]).toEqual([['a', 'b'], ['c']]);
  running.open();
  await inTime(webhooks.close());
  // What is done is not recorded again.
  expect(store.calls.filter((call) => call === 'succeeded')).toHaveLength(3);
});

test('a success that another call has written meanwhile is neither written again nor kept', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded');
  const { webhooks } = receiverOn(store, ['a', 'b']);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  store.mend();
  await pass(1000);
  // Completing the delivery recorded both.
  expect(store.calls.filter((call) => call === 'succeeded')).toHaveLength(1);
  expect(jest.getTimerCount()).toBe(0);
});

test('a success that could not be written is known to a repeat while the run goes on after maxRunMs', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded');
  const webhooks = receiverWith({ timeoutMs: 200, maxRunMs: 1000, deduplicate: { store, storeTimeoutMs } });
  const running = gate();
  const ran: string[] = [];
  webhooks.on('notes_created', () => void ran.push('quick'), { name: 'quick' });
  webhooks.on('notes_created', () => (ran.push('slow') === 2 ? running.passed : undefined), { name: 'slow' });
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 TIMEOUT');
  await pass(1100);
  // As at the end of its lease.
  await store.forgetClaims();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran.splice(0)).toEqual(['quick', 'slow', 'slow']);
  store.mend();
  running.open();
  await pass(600);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  // Once it is written, only the store knows it.
  store.forgetAll();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran).toEqual(['quick', 'slow']);
});

test('a success that was recorded is not recorded again when the completion could not be written', async () => {
  const store = new FaultyStore().break(rejects, 'complete');
  const { webhooks, ran } = receiverOn(store, ['a', 'b'], 60);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  store.mend();
  await pass(600);
  expect(store.calls.filter((call) => call === 'succeeded')).toHaveLength(2);
  expect(await send(receiverOn(store, ['a', 'b']).webhooks, delivery)).toBe('200 duplicate');
  expect(ran).toEqual(['a', 'b']);
});

test('what was written at last is known by the store alone, and nothing waits any longer', async () => {
  const store = new FaultyStore().break(rejects, 'complete');
  const { webhooks, ran } = receiverOn(store, ['a'], 60);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  store.mend();
  await pass(600);
  expect(jest.getTimerCount()).toBe(0);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  store.forgetAll();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran).toEqual(['a', 'a']);
});

test('of two attempts that could not be written, both are by the later one, and nothing waits any longer', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded', 'release');
  const { webhooks, broken, ran } = receiverOn(store, ['a', 'b', 'c'], 60);
  const delivery = genuine();
  broken.add('b').add('c');
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  await store.forgetClaims();
  broken.delete('b');
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(ran).toEqual(['a', 'b', 'c', 'b', 'c']);
  store.mend();
  await pass(600);
  expect(jest.getTimerCount()).toBe(0);
  const elsewhere = receiverOn(store, ['a', 'b', 'c']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect(elsewhere.ran).toEqual(['c']);
});

test.each(['200 processed', '500 FAILED'])(
  'without de-duplication %s is answered at once, and nothing is left to write',
  async (answer) => {
    const webhooks = receiverWith({ deduplicate: false });
    webhooks.on('notes_created', () => (answer === '200 processed' ? undefined : Promise.reject(new Error('no'))));
    const answered = sent(webhooks, genuine());
    await calm();
    expect(jest.getTimerCount()).toBe(0);
    expect(await answered).toBe(answer);
  },
);

test('without de-duplication a handler that runs for longer than a lease is not aborted', async () => {
  const webhooks = receiverWith({ deduplicate: false });
  const running = gate();
  const signals: AbortSignal[] = [];
  webhooks.on('notes_created', (_event, { signal }) => {
    signals.push(signal);
    return running.passed;
  });
  expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
  await pass(40_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  running.open();
  await inTime(webhooks.close());
});

test('a fact that the store refuses keeps no other from being written', async () => {
  const store = new FaultyStore();
  const { webhooks } = receiverOn(store, ['a', 'b'], 60);
  const [refused, other] = [genuine(), genuine()];
  let refusedKey = '';
  const failing: typeof store.succeeded = (key, ...given) => {
    if (key === refusedKey) return Promise.reject(new Error('value out of range'));
    return FaultyStore.prototype.succeeded.call(store, key, ...given);
  };
  refusedKey = (await webhooks.verify(refused)).key;
  store.break(rejects, 'complete');
  Object.assign(store, { succeeded: failing });
  expect(await send(webhooks, refused)).toBe('200 processed');
  expect(await send(webhooks, other)).toBe('200 processed');
  store.mend();
  await pass(600);
  const elsewhere = receiverOn(store, ['a', 'b']);
  expect(await send(elsewhere.webhooks, other)).toBe('200 duplicate');
  expect(elsewhere.ran).toHaveLength(0);
});

test('an answer waits no longer than it takes to write the completion', async () => {
  const store = new FaultyStore().break(rejects, 'complete');
  const { webhooks } = receiverOn(store, ['a'], 60_000);
  const answered = send(webhooks, genuine());
  await passUntil(() => store.calls.filter((call) => call === 'complete').length === 2);
  store.mend();
  expect(await answered).toBe('200 processed');
});

test('a failure that could not be written is, and the repeat elsewhere runs what had not succeeded', async () => {
  const store = new FaultyStore().break(rejects, 'succeeded', 'release');
  const { webhooks, broken, ran } = receiverOn(store, ['a', 'b']);
  broken.add('b');
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  const elsewhere = receiverOn(store, ['b', 'a']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('503 IN_PROGRESS');
  store.mend();
  store.calls.length = 0;
  await passUntil(() => store.calls.includes('release'));
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect([ran, elsewhere.ran]).toEqual([['a', 'b'], ['b']]);
});

test('a completion that the store is silent about keeps the answer waiting until the deadline, no longer', async () => {
  const store = new FaultyStore().break(isSilent, 'complete');
  const webhooks = receiverWith({ timeoutMs: 100, deduplicate: { store, storeTimeoutMs: 60_000 } });
  let runs = 0;
  webhooks.on('notes_created', () => void runs++);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  store.break(rejects, 'claim');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(runs).toBe(1);
});

test.each([180, 300])(
  'a completion that begins %i ms after a delivery, of whose 200 none are left, is told once',
  async (ms) => {
    const store = remote();
    const webhooks = receiverWith({ timeoutMs: 200, deduplicate: { store, storeTimeoutMs } });
    const running = gate();
    webhooks.on('notes_created', () => running.passed);
    const delivery = genuine();
    const answered = sent(webhooks, delivery);
    await pass(ms);
    running.open();
    await inTime(answered);
    await pass(600);
    expect(store.calls).toEqual(['claim', 'complete']);
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
  },
);

test('a completion whose answer is lost is a completion', async () => {
  const store = new FaultyStore().break(losesTheAnswer, 'complete');
  const { webhooks, ran } = receiverOn(store, ['a']);
  const delivery = genuine();
  const answered = send(webhooks, delivery);
  await passUntil(() => store.calls.includes('complete'));
  store.mend();
  expect(await answered).toBe('200 processed');
  const elsewhere = receiverOn(store, ['a']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 duplicate');
  expect([ran, elsewhere.ran]).toStrictEqual([['a'], []]);
});

test('a store that forgot the claim is told of the successes as facts', async () => {
  const store = new FaultyStore(memoryStore());
  const { webhooks, ran } = receiverOn(store, ['a', 'b']);
  webhooks.on('notes_created', () => store.forgetAll(), { name: 'restart of the store' });
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  const elsewhere = receiverOn(store, ['a', 'b', 'c']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect([ran, elsewhere.ran]).toEqual([['a', 'b'], ['c']]);
});

/** A store that restarts, and keeps nothing, when a delivery is completed for the first time. */
function forgetful(): FaultyStore {
  const store = new FaultyStore();
  return store.break(() => {
    store.mend();
    store.forgetAll();
    return Promise.reject(new Error('the store restarts'));
  }, 'complete');
}

test('a store that forgot the claim while it was out of reach is told of all successes, as facts', async () => {
  const store = forgetful();
  const { webhooks, ran } = receiverOn(store, ['a', 'b']);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  await pass(600);
  expect(store.calls.splice(0)).toEqual([
    'claim',
    'succeeded',
    'complete',
    ...againTold(['b']),
    ...againTold(['a', 'b']),
  ]);
  const elsewhere = receiverOn(store, ['a', 'b']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect([ran, elsewhere.ran]).toStrictEqual([['a', 'b'], []]);
});

/** The calls that record these and end the delivery. */
function againTold(handlers: readonly string[]): readonly string[] {
  return [...handlers.map(() => 'succeeded'), 'complete'];
}

test('a store that forgot the claim while it was out of reach is told of what an earlier attempt did, too', async () => {
  const store = forgetful();
  const { webhooks, broken, ran } = receiverOn(store, ['a', 'b']);
  const delivery = genuine();
  broken.add('b');
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  broken.delete('b');
  expect(await send(webhooks, delivery)).toBe('200 processed');
  await pass(600);
  const elsewhere = receiverOn(store, ['a', 'b']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect([ran, elsewhere.ran]).toStrictEqual([['a', 'b', 'b'], []]);
});

test('a store that forgot the claim, and is out of reach again, is told of the rest when it is back', async () => {
  const store = forgetful();
  const { webhooks, broken, ran } = receiverOn(store, ['a', 'b', 'c']);
  const delivery = genuine();
  broken.add('c');
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  broken.delete('c');
  const record = store.succeeded.bind(store);
  let facts = 0;
  // The first is c; of all three anew, one comes through.
  const failing: typeof store.succeeded = (...given) => {
    facts += 1;
    return facts === 3 ? Promise.reject(new Error('gone again')) : record(...given);
  };
  Object.assign(store, { succeeded: failing });
  expect(await send(webhooks, delivery)).toBe('200 processed');
  await pass(600);
  const elsewhere = receiverOn(store, ['a', 'b', 'c']);
  expect(await send(elsewhere.webhooks, delivery)).toBe('200 processed');
  expect([ran, elsewhere.ran]).toStrictEqual([['a', 'b', 'c', 'c'], []]);
});

/** Facts that cannot be written yet, past the receiver. */
function pendingFacts() {
  const inner = memoryStore({ maxKeys: 20_000 });
  const store = new FaultyStore(inner);
  const outbox = new Outbox();
  const pending = new PendingWrites(outbox);
  const write = (key: string, done = true): Promise<void> => {
    void inner.claim(key, 60_000, 60_000, key);
    const claim = new HeldClaim({ store, outbox, ttlMs: 1000 }, key, { token: key, attempt: 1, succeeded: [] }, 0);
    return pending.write(key, { claim, succeeded: ['a'], done });
  };
  return { store, pending, write };
}

test('10,000 deliveries that could not be written are known; one more makes the oldest be forgotten', async () => {
  const { store, pending, write } = pendingFacts();
  store.break(rejects);
  for (let n = 0; n < 10_000; n += 1) void write(`key ${n}`);
  expect(pending.get('key 0')).toMatchObject({ succeeded: ['a'] });
  void write('one more');
  expect([pending.get('key 0'), pending.get('key 1')]).toMatchObject([undefined, { done: true }]);
  store.mend();
  store.calls.length = 0;
  await passUntil(() => pending.writing.size === 0);
  expect(pending.get('key 1')).toBeUndefined();
  expect(store.calls.filter((call) => call === 'complete')).toHaveLength(10_000);
});

test('facts that come while earlier ones of their delivery are written are known until they are written, too', async () => {
  const first = gate();
  const { store, pending, write } = pendingFacts();
  store.break(waitsFor(first.passed), 'release').break(rejects, 'complete');
  const earlier = write('key', false);
  await passUntil(() => store.calls.includes('release'));
  void write('key');
  first.open();
  await earlier;
  expect(pending.get('key')).toMatchObject({ done: true });
  store.mend();
  await passUntil(() => pending.writing.size === 0);
  expect(pending.get('key')).toBeUndefined();
});
