import { callTogether, type TogetherSettings } from '../../src/foundations/call-together';

interface Call {
  readonly items: readonly string[];
  answer(): void;
  fail(error: Error): void;
}

/** What was called for together, and how each call ends. */
function recorder(settings: Partial<TogetherSettings<string, string>> = {}) {
  const calls: Call[] = [];
  const call = callTogether<string, string>({
    keyOf: (item) => item.charAt(0),
    ...settings,
    call: (items) =>
      new Promise((resolve, reject) => {
        calls.push({ items, answer: () => resolve(items.map((item) => `of ${item}`)), fail: reject });
      }),
  });
  return { call, calls, items: () => calls.map(({ items }) => items) };
}

/** Until what is due is called. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('what comes in one turn is one call, and each is told its own answer', async () => {
  const { call, calls, items } = recorder();
  const answers = Promise.all(['a', 'b', 'c'].map(call));
  await turn();
  expect(items()).toEqual([['a', 'b', 'c']]);
  calls[0]?.answer();
  expect(await answers).toEqual(['of a', 'of b', 'of c']);
});

test('what comes while a call is under way goes together as soon as it ends', async () => {
  for (let isTooSlow = true; isTooSlow; ) {
    const { call, calls, items } = recorder();
    const startedAt = performance.now();
    const first = call('a');
    await turn();
    const others = [call('b'), call('c')];
    await turn();
    const during = items();
    // A busy machine may take longer than a call holds up the next one. Then it is tried again.
    isTooSlow = performance.now() - startedAt > 10;
    if (!isTooSlow) expect(during).toEqual([['a']]);
    calls[0]?.answer();
    await first;
    await turn();
    expect(items()).toEqual([['a'], ['b', 'c']]);
    calls[1]?.answer();
    expect(await Promise.all(others)).toEqual(['of b', 'of c']);
  }
});

test('a call that waits for something holds nobody up for long, and its end starts no call of its own', async () => {
  const { call, calls, items } = recorder();
  const slow = call('a');
  await turn();
  const next = call('b');
  await pause(60);
  // A process that was held up finds both its timers due at once, and what follows from the first of them is not done yet.
  await turn();
  expect(items()).toEqual([['a'], ['b']]);
  const third = call('c');
  calls[0]?.answer();
  expect(await slow).toBe('of a');
  await turn();
  calls[1]?.answer();
  await next;
  await turn();
  calls.at(-1)?.answer();
  expect(await third).toBe('of c');
  expect(items()).toEqual([['a'], ['b'], ['c']]);
});

test('two items of one key are never in one call', async () => {
  const { call, calls, items } = recorder();
  const answers = ['a1', 'b', 'a2', 'a3'].map(call);
  for (let count = 0; count < 3; count += 1) {
    await turn();
    calls[count]?.answer();
    await turn();
  }
  expect(await Promise.all(answers)).toEqual(['of a1', 'of b', 'of a2', 'of a3']);
  expect(items()).toEqual([['a1', 'b'], ['a2'], ['a3']]);
});

test('a hundred items are one call at most', async () => {
  const { calls, call } = recorder();
  const all = Array.from({ length: 150 }, (_, index) => call(String.fromCharCode(0x4e00 + index)));
  await turn();
  calls[0]?.answer();
  await turn();
  calls[1]?.answer();
  expect(await Promise.all(all)).toHaveLength(150);
  expect(calls.map(({ items }) => items.length)).toEqual([100, 50]);
});

test('a call is no larger than it may be, and an item that is larger goes alone', async () => {
  const sizes = { of: ({ length }: string) => length, most: 4 };
  const { call, calls, items } = recorder({ sizes });
  for (const item of ['aa', 'bb', 'c', 'dddddd', 'e', 'f']) void call(item);
  for (let made = 0; made < 4; made += 1) {
    await turn();
    calls[made]?.answer();
  }
  expect(items()).toEqual([['aa', 'bb'], ['c'], ['dddddd'], ['e', 'f']]);
});

test('a call that fails fails those in it, and no others', async () => {
  const { call, calls } = recorder();
  const failing = [call('a'), call('b')].map((promise) => promise.catch((error: unknown) => error));
  await turn();
  const next = call('c');
  const error = new Error('gone');
  calls[0]?.fail(error);
  expect(await Promise.all(failing)).toEqual([error, error]);
  await turn();
  calls[1]?.answer();
  expect(await next).toBe('of c');
});

test('after an error that another item may have caused, each is tried alone', async () => {
  const { call, calls, items } = recorder({ isTriedApart: (error) => (error as Error).message === 'one of them' });
  const settled = Promise.allSettled(['a', 'b'].map(call));
  await turn();
  calls[0]?.fail(new Error('one of them'));
  await turn();
  calls[1]?.fail(new Error('one of them'));
  calls[2]?.answer();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(items()).toEqual([['a', 'b'], ['a'], ['b']]);
});

test('a call that answers for fewer items than it had fails', async () => {
  const call = callTogether<string, string>({ keyOf: (item) => item, call: () => Promise.resolve(['of a']) });
  const settled = await Promise.allSettled(['a', 'b'].map(call));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a clock that is faked and then real again leaves nothing waiting', async () => {
  const { call, calls } = recorder();
  jest.useFakeTimers();
  const during = call('a');
  jest.useRealTimers();
  await turn();
  calls[0]?.answer();
  expect(await during).toBe('of a');
  const after = call('b');
  await turn();
  calls[1]?.answer();
  expect(await after).toBe('of b');
});

test('with a rest, the first call begins at once, and what comes within the rest goes together after it', async () => {
  const batches: (readonly string[])[] = [];
  // By timers and not by the clock: Node counts all timers of a turn from when it began, on a busy machine long before.
  let hasRested = true;
  const restedBefore: boolean[] = [];
  const call = callTogether<string, string>({
    restMs: 60,
    call: async (items) => {
      restedBefore.push(hasRested);
      hasRested = false;
      setTimeout(() => {
        hasRested = true;
      }, 50);
      batches.push(items);
      return await Promise.resolve(items);
    },
  });
  await call('a');
  expect(batches).toEqual([['a']]);
  const [, c] = await Promise.all([call('b'), call('c'), turn().then(() => call('d'))]);
  expect(c).toBe('c');
  expect(batches.flat()).toEqual(['a', 'b', 'c', 'd']);
  expect(batches[1]).toEqual(expect.arrayContaining(['b', 'c']));
  expect(restedBefore.length).toBeGreaterThan(1);
  expect(restedBefore).not.toContain(false);
});

test('a full call does not wait for the rest to end, and what is left waits', async () => {
  const batches: (readonly string[])[] = [];
  const call = callTogether<string, string>({
    restMs: 3000,
    sizes: { of: () => 1, most: 2 },
    call: async (items) => {
      batches.push(items);
      return await Promise.resolve(items);
    },
  });
  await call('a');
  await Promise.all([call('b'), call('c')]);
  void call('d');
  await turn();
  await turn();
  expect(batches).toEqual([['a'], ['b', 'c']]);
  await call('e');
  expect(batches).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
});
