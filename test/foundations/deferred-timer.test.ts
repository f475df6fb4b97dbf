import { bigmindWebhooks } from '../../src';
import { DeferredTimer } from '../../src/foundations/deferred-timer';
import { withinMs } from '../../src/foundations/timeouts';
import { examplePayload, signDelivery } from '../../src/testing';
import { until } from '../kit/until';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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

describe('when a test replaces the clock', () => {
  const silent = (): Promise<string> =>
    Promise.resolve(withinMs(new Promise<string>(() => undefined), 40, 'Nobody')).catch((error: Error) => error.name);

  /** A delivery whose handler never ends, and the status that its deadline answers with. */
  async function statusAfter(wait: () => unknown): Promise<number> {
    const webhooks = bigmindWebhooks({ secret, logger: false, timeoutMs: 40 }).on(
      '*',
      () => new Promise(() => undefined),
    );
    const { body, headers } = signDelivery({ payload: examplePayload('notes_created'), secret });
    const reply = webhooks.receive({ headers, body });
    await wait();
    return (await reply).status;
  }
  const secret = 'a secret for the tests of clocks';
  const real = (): Promise<void> => pause(60);
  const faked = (): unknown => jest.advanceTimersByTime(60);

  /** Leaves deadlines to a fake clock that nobody advances again. */
  async function leaveBehind(doNotFake: 'performance'[]): Promise<void> {
    jest.useFakeTimers({ doNotFake });
    void silent();
    void statusAfter(() => undefined);
    await Promise.resolve();
    jest.useRealTimers();
  }

  describe.each<[string, 'performance'[]]>([
    ['with all of it', []],
    ['but for performance', ['performance']],
  ])('%s', (_what, doNotFake) => {
    test('a deadline on the real clock fires after one was left to the fake', async () => {
      await leaveBehind(doNotFake);
      expect(await silent()).toBe('SilenceError');
      await leaveBehind(doNotFake);
      expect(await statusAfter(real)).toBe(503);
    });

    test('a deadline on a fake clock fires after one was left to another', async () => {
      await leaveBehind(doNotFake);
      jest.useFakeTimers({ doNotFake });
      const late = silent();
      jest.advanceTimersByTime(60);
      expect(await late).toBe('SilenceError');
      jest.useRealTimers();
      await leaveBehind(doNotFake);
      jest.useFakeTimers({ doNotFake });
      expect(await statusAfter(faked)).toBe(503);
    });
  });

  test('a deadline fires although an earlier one was cleared with all timers', async () => {
    jest.useFakeTimers();
    void silent();
    jest.clearAllTimers();
    const late = silent();
    jest.advanceTimersByTime(60);
    expect(await late).toBe('SilenceError');
  });

  test.each<[string, ('setImmediate' | 'setTimeout')[]]>([
    ['setTimeout alone', ['setTimeout']],
    ['setImmediate alone', ['setImmediate']],
  ])('and only %s, deadlines fire', async (_what, fakedNames) => {
    const names = [
      'setImmediate',
      'setTimeout',
      'clearImmediate',
      'clearTimeout',
      'nextTick',
      'queueMicrotask',
    ] as const;
    jest.useFakeTimers({ doNotFake: names.filter((name) => !fakedNames.some((fakedName) => fakedName === name)) });
    const late = silent();
    jest.advanceTimersByTime(60);
    expect(await late).toBe('SilenceError');
  });

  test('a timer of a clock that is gone is cleared by that clock', () => {
    const own = { setTimeout, clearTimeout };
    const cleared: unknown[] = [];
    const made: unknown[] = [];
    const start = (): NodeJS.Timeout => {
      const timer = own.setTimeout(() => undefined, 60_000);
      made.push(timer);
      return timer;
    };
    Object.assign(globalThis, { setTimeout: start, clearTimeout: (timer: unknown) => cleared.push(timer) });
    const timer = new DeferredTimer(start);
    Object.assign(globalThis, own);
    timer.clear();
    expect(made).toHaveLength(1);
    expect(cleared).toEqual(made);
    for (const each of made) clearTimeout(each as NodeJS.Timeout);
  });
});
