import { type DeliveryStore, memoryStore } from '../../src/index';
import {
  answers,
  calm,
  type Fault,
  FaultyStore,
  gate,
  genuine,
  isSilent,
  losesTheAnswer,
  notedLog,
  receiverWith,
  rejects,
  said,
  send,
  throws,
  until,
} from './kit';

const storeTimeoutMs = 30;

function receiverOn(store: FaultyStore, timeoutMs = storeTimeoutMs) {
  const webhooks = receiverWith({ deduplicate: { store, storeTimeoutMs: timeoutMs } });
  const runs: number[] = [];
  const told: unknown[] = [];
  webhooks.onError((error, { outcome }) => void told.push(outcome, (error as { cause?: Error }).cause?.message));
  webhooks.on('notes_created', (_event, { attempt }) => void runs.push(attempt));
  return { webhooks, runs, told };
}

test.each<[string, Fault, RegExp]>([
  ['throws', throws, /the store is gone/],
  ['rejects', rejects, /the store is gone/],
  ['is silent', isSilent, /did not answer within 30 ms/],
])('a store that %s at claim is 503, runs nothing, and is used again when it is back', async (_title, fault, cause) => {
  const store = new FaultyStore().break(fault, 'claim');
  const { webhooks, runs, told } = receiverOn(store);
  const delivery = genuine();
  const reply = await webhooks.receive(delivery);
  expect([said(reply), reply.headers['retry-after']]).toEqual(['503 UNAVAILABLE', '10']);
  expect(told).toEqual(['unavailable', expect.stringMatching(cause)]);
  expect(runs).toStrictEqual([]);
  store.mend();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([1]);
  await calm();
});

const noClaims: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a promise of undefined', Promise.resolve(undefined)],
  ['true', true],
  ['an empty object', {}],
  ['a word that it has not', 'DONE'],
  ['a claim without a token', { attempt: 1, succeeded: [] }],
  ['a claim without successes', { token: 't', attempt: 1 }],
  ['a claim without an attempt', Promise.resolve({ token: 't', succeeded: [] })],
  ['another’s claim without an end', { running: true }],
  ['another’s claim that ends never', { running: true, retryAfterMs: Number.NaN }],
];

test.each(noClaims)('a store that answers claim() with %s is 503, and runs nothing', async (_title, answer) => {
  const { webhooks, runs, told } = receiverOn(new FaultyStore().break(answers(answer), 'claim'));
  const delivery = genuine();
  const copies = await Promise.all([send(webhooks, delivery), send(webhooks, delivery)]);
  expect(copies).toEqual(['503 UNAVAILABLE', '503 UNAVAILABLE']);
  const expected =
    "The delivery store's claim(): expected { token, attempt, succeeded }, { running, retryAfterMs } or 'done', got ";
  expect(told).toContainEqual(expect.stringContaining(expected));
  expect(runs).toStrictEqual([]);
  await calm();
});

test('a store that answers everything but claim() with nothing crashes nothing', async () => {
  const store = new FaultyStore().break(answers(undefined), 'extend', 'succeeded', 'complete', 'release');
  const { webhooks, runs } = receiverOn(store);
  webhooks.on('notes_created', () => Promise.reject(new Error('no')), { name: 'failing' });
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  expect(runs).toEqual([1]);
  await calm();
  await webhooks.close({ timeoutMs: 500 });
});

test('dispatch rejects with UNAVAILABLE when the store does', async () => {
  const store = new FaultyStore().break(rejects, 'claim');
  const { webhooks, runs } = receiverOn(store);
  const verified = await webhooks.verify(genuine());
  await expect(webhooks.dispatch(verified)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
  store.mend();
  expect(await webhooks.dispatch(verified)).toBe('processed');
  expect(runs).toEqual([1]);
});

test('a claim that comes when its delivery was answered is given back, so that the repeat need not wait', async () => {
  const opened = gate();
  const store = new FaultyStore().break((go) => opened.passed.then(go), 'claim');
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  opened.open();
  await until(() => store.calls.includes('release'));
  store.mend();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([1]);
});

describe('a process that was frozen until the lease of a claim had passed, which is answered only then,', () => {
  const delivery = genuine();
  let now: number;
  let store: DeliveryStore;
  let frozen: ReturnType<typeof receiverOn>;
  let answered: Promise<string>;
  let wake: () => void;

  beforeEach(() => {
    now = 0;
    store = memoryStore({ clock: { now: () => now } });
    const woken = gate();
    const late: Fault = async (go) => {
      const claimed = go();
      await woken.passed;
      return claimed;
    };
    frozen = receiverOn(new FaultyStore(store).break(late, 'claim'), 5000);
    answered = send(frozen.webhooks, delivery);
    wake = () => {
      const asleep = performance.now();
      jest.spyOn(performance, 'now').mockReturnValue(asleep + 15_000);
      woken.open();
    };
  });
  afterEach(() => jest.restoreAllMocks());

  test('does not start what another has done meanwhile', async () => {
    now = 15_001;
    const other = receiverOn(new FaultyStore(store));
    expect(await send(other.webhooks, delivery)).toBe('200 processed');
    wake();
    expect(await answered).toBe('503 UNAVAILABLE');
    expect([frozen.runs, other.runs]).toStrictEqual([[], [2]]);
    expect(await send(other.webhooks, delivery)).toBe('200 duplicate');
  });

  test('gives the claim back, so that the repeat need not wait, and it is no attempt', async () => {
    wake();
    expect(await answered).toBe('503 UNAVAILABLE');
    const other = receiverOn(new FaultyStore(store));
    expect(await send(other.webhooks, delivery)).toBe('200 processed');
    expect([frozen.runs, other.runs]).toStrictEqual([[], [1]]);
  });
});

test('a late claim that cannot be given back crashes nothing', async () => {
  const opened = gate();
  const store = new FaultyStore().break((go) => opened.passed.then(go), 'claim').break(throws, 'release');
  const { webhooks, runs } = receiverOn(store);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  opened.open();
  await until(() => store.calls.includes('release'));
  await calm();
  expect(runs).toStrictEqual([]);
});

test('a claim whose answer is lost is given back when the store answers, and never counts as an attempt', async () => {
  const store = new FaultyStore().break(losesTheAnswer, 'claim').break(rejects, 'release');
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  store.break((go) => go(), 'claim');
  expect(await send(webhooks, delivery)).toBe('503 IN_PROGRESS');
  expect(runs).toStrictEqual([]);
  store.mend();
  const mendedAt = performance.now();
  for (;;) {
    const answer = await send(webhooks, delivery);
    if (answer === '200 processed') break;
    expect(answer).toBe('503 IN_PROGRESS');
    await calm();
  }
  // Long before the lease of 15 s ends.
  expect(performance.now() - mendedAt).toBeLessThan(5000);
  expect(runs).toEqual([1]);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
});

test('a claim whose answer is lost by a store with tokens of its own is in progress until its lease ends', async () => {
  let now = 0;
  const inner = memoryStore({ clock: { now: () => now } });
  const store = new FaultyStore({
    claim: (key, leaseMs, ttlMs) => inner.claim(key, leaseMs, ttlMs),
    extend: (...given) => inner.extend(...given),
    succeeded: (...given) => inner.succeeded(...given),
    complete: (...given) => inner.complete(...given),
    release: (...given) => inner.release(...given),
  }).break(losesTheAnswer, 'claim');
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  store.mend();
  await until(() => store.calls.includes('release'));
  expect(await send(webhooks, delivery)).toBe('503 IN_PROGRESS');
  now = 15_001;
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toEqual([2]);
});

test('after one claim without an answer all are 503 at once, one is asked at a time, until one is answered', async () => {
  const store = new FaultyStore().break(isSilent);
  const { logger, lines } = notedLog();
  const webhooks = receiverWith({ logger, deduplicate: { store, storeTimeoutMs: 2000 } });
  const runs: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void runs.push(key));
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  const claims = () => store.calls.filter((call) => call === 'claim').length;
  const probe = send(webhooks, genuine());
  await until(() => claims() === 2);
  const started = performance.now();
  const refused = await Promise.all(Array.from({ length: 50 }, () => send(webhooks, genuine())));
  expect(performance.now() - started).toBeLessThan(1500);
  expect(new Set(refused)).toEqual(new Set(['503 UNAVAILABLE']));
  expect(claims()).toBe(2);
  expect(await probe).toBe('503 UNAVAILABLE');
  expect(runs).toStrictEqual([]);
  store.mend();
  expect(await send(webhooks, genuine())).toBe('200 processed');
  const after = await Promise.all(Array.from({ length: 50 }, () => send(webhooks, genuine())));
  expect(new Set(after)).toEqual(new Set(['200 processed']));
  expect(runs).toHaveLength(51);
  const said = lines.filter((line) => 'silent' in line);
  expect(said).toEqual([expect.objectContaining({ level: 40, silent: 'store', silentMs: 2000 })]);
});

test('a thenable that is no Promise is waited for, and not for longer than storeTimeoutMs', async () => {
  // As the commands of some clients are.
  const thenable =
    (start: (resolve: (value: unknown) => void, value: unknown) => void): Fault =>
    (go) =>
      Object.defineProperty({}, 'then', { value: (resolve: (value: unknown) => void) => start(resolve, go()) });
  const store = new FaultyStore().break(thenable((resolve, value) => resolve(value)));
  const { webhooks, runs } = receiverOn(store);
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  store.break(thenable(() => undefined));
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(runs).toEqual([1]);
});

test('a memory store full of running claims answers 503, runs nothing twice, and has room when one has ended', async () => {
  const webhooks = receiverWith({ deduplicate: { store: memoryStore({ maxKeys: 2 }) } });
  const time = gate();
  const runs: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => {
    runs.push(key);
    return time.passed;
  });
  const [one, two, three] = [genuine(), genuine(), genuine()];
  const running = [send(webhooks, one), send(webhooks, two)];
  expect(await send(webhooks, three)).toBe('503 UNAVAILABLE');
  const joined = send(webhooks, one);
  expect(runs).toHaveLength(2);
  time.open();
  expect(await Promise.all([...running, joined])).toEqual(['200 processed', '200 processed', '200 processed']);
  expect(await send(webhooks, three)).toBe('200 processed');
  expect(await send(webhooks, two)).toBe('200 duplicate');
  expect(new Set(runs).size).toBe(3);
  expect(runs).toHaveLength(3);
});

test.each<[string, Fault]>([
  ['throws', throws],
  ['rejects', rejects],
])('a store whose complete() %s is told of once in each outage, with the cause', async (_title, fault) => {
  const { logger, lines } = notedLog('info');
  const store = new FaultyStore();
  const webhooks = receiverWith({ logger, timeoutMs: 200, deduplicate: { store } }).on('*', () => undefined);
  const troubles = () => lines.filter((line) => 'trouble' in line);
  for (const outage of [1, 2]) {
    store.break(fault, 'complete');
    for (let count = 0; count < 3; count++) await webhooks.receive(genuine());
    expect(troubles()).toHaveLength(2 * outage - 1);
    expect(troubles().at(-1)).toMatchObject({
      level: 40,
      trouble: 'store',
      call: 'complete',
      cause: { message: 'the store is gone' },
    });
    store.mend();
    await until(() => troubles().length === 2 * outage);
    expect(troubles().at(-1)).toMatchObject({ level: 30, trouble: 'store', call: 'complete' });
  }
  await webhooks.close();
});

test('a store whose release() rejects is told of, under that name', async () => {
  const { logger, lines } = notedLog();
  const store = new FaultyStore().break(rejects, 'release');
  const webhooks = receiverWith({ logger, deduplicate: { store } }).on('*', () => Promise.reject(new Error('no CRM')));
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  expect(lines).toContainEqual(expect.objectContaining({ level: 40, trouble: 'store', call: 'release' }));
  store.mend();
  await webhooks.close();
});

test('onSilence is called at the first silence and at each further one, and its own failure is only logged', async () => {
  // It answers nothing at all: a claim that is given back and answered would end the silence.
  const store = new FaultyStore().break(isSilent);
  const { logger, lines } = notedLog();
  let calls = 0;
  const onSilence = (): Promise<never> => {
    calls += 1;
    return Promise.reject(new Error('no way to connect'));
  };
  const webhooks = receiverWith({ logger, deduplicate: { store, storeTimeoutMs, onSilence } });
  webhooks.on('notes_created', () => undefined);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(calls).toBe(1);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  await calm();
  expect(calls).toBeGreaterThan(1);
  expect(lines.filter((line) => 'silent' in line)).toHaveLength(1);
  const failed = lines.filter((line) => 'msg' in line && line.msg === 'deduplicate.onSilence itself failed');
  expect(failed).toHaveLength(calls);
  expect(failed[0]).toMatchObject({ level: 50, cause: { message: 'no way to connect' } });
  store.mend();
  expect(await send(webhooks, genuine())).toBe('200 processed');
  const before = calls;
  store.break(rejects, 'claim');
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(calls).toBe(before);
});
