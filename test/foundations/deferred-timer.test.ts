import { DeferredTimer } from '../../src/foundations/deferred-timer';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for as long as a busy machine needs; a test that waits in vain fails by its own time limit. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await pause(5);
}

afterEach(() => {
  jest.useRealTimers();
});

test('acts after its time', async () => {
  const acted: string[] = [];
  new DeferredTimer(() => setTimeout(() => acted.push('now'), 5));
  expect(acted).toStrictEqual([]);
  await until(() => acted.length > 0);
  expect(acted).toEqual(['now']);
});

test('is never armed when it is cleared in the same turn', async () => {
  let armed = 0;
  const timer = new DeferredTimer(() => {
    armed += 1;
    return setTimeout(() => undefined, 0);
  });
  timer.clear();
  await pause(10);
  expect(armed).toBe(0);
});

test('does not act when it is cleared later', async () => {
  const acted: string[] = [];
  const timer = new DeferredTimer(() => setInterval(() => acted.push('again'), 5));
  await until(() => acted.length > 0);
  timer.clear();
  const before = acted.length;
  await pause(30);
  expect(acted).toHaveLength(before);
});

test('is armed although a fake clock swallowed the turn of an earlier one', async () => {
  jest.useFakeTimers();
  new DeferredTimer(() => setTimeout(() => undefined, 1));
  jest.useRealTimers();
  await pause(120);
  const acted: string[] = [];
  new DeferredTimer(() => setTimeout(() => acted.push('now'), 1));
  await until(() => acted.length > 0);
  expect(acted).toEqual(['now']);
});
