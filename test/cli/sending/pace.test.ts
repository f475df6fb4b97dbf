import { pace } from '../../../src/cli/sending/pace';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('calls for each index once and in order, and waits for the last', async () => {
  const calls: number[] = [];
  let ended = 0;
  await pace({ total: 100, rate: undefined, concurrency: 7, until: never }, async (index) => {
    calls.push(index);
    await turn();
    ended += 1;
  });
  expect(calls).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(ended).toBe(100);
});

test('runs as many at once as it may, and never more', async () => {
  let running = 0;
  let most = 0;
  await pace({ total: 200, rate: 100_000, concurrency: 5, until: never }, async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  });
  expect(most).toBe(5);
});

test('never runs ahead of its rate, and makes good what a busy moment cost', async () => {
  const started = performance.now();
  const moments: number[] = [];
  await pace({ total: 100, rate: 1000, concurrency: 100, until: never }, async (index) => {
    moments.push(performance.now() - started);
    // The event loop is blocked: calls that were due meanwhile come at once after it.
    if (index === 10) while (performance.now() - started < 50);
  });
  const early = moments.filter((moment, index) => moment < index - 1);
  expect(early).toStrictEqual([]);
  expect(moments.slice(11, 50).every((moment) => moment >= 50)).toBe(true);
  expect(moments).toHaveLength(100);
});

test('starts nothing more when it is told to end, and waits for what runs', async () => {
  const ending = new AbortController();
  let ended = 0;
  await pace({ total: 1000, rate: 200, concurrency: 10, until: ending.signal }, async (index) => {
    if (index === 3) ending.abort();
    await turn();
    ended += 1;
  });
  expect(ended).toBe(4);
});

test('rejects with the first error of a call, and starts nothing more', async () => {
  const calls: number[] = [];
  const paced = pace({ total: 1000, rate: undefined, concurrency: 2, until: never }, async (index) => {
    calls.push(index);
    await turn();
    if (index === 1) throw new Error('no such file');
  });
  await expect(paced).rejects.toThrow('no such file');
  expect(calls.length).toBeLessThan(6);
});
