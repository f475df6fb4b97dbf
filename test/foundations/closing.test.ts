import { Closing } from '../../src/foundations/closing';

test('a pause that is asked for after the end has begun is none', async () => {
  const closing = new Closing();
  closing.begin();
  const asked = performance.now();
  await closing.pause(30_000, { keepsAlive: true });
  expect(performance.now() - asked).toBeLessThan(10_000);
});

function timersThatKeepAlive(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

test('a pause keeps the process alive only where it is asked to', async () => {
  const closing = new Closing();
  const before = timersThatKeepAlive();
  const idle = closing.pause(30_000);
  expect(timersThatKeepAlive()).toBe(before);
  const kept = closing.pause(30_000, { keepsAlive: true });
  expect(timersThatKeepAlive()).toBe(before + 1);
  closing.begin();
  await Promise.all([idle, kept]);
  expect(timersThatKeepAlive()).toBe(before);
});

test('it is told once, to those that still listen', () => {
  const closing = new Closing();
  const told: string[] = [];
  const leave = closing.listen(() => void told.push('one that left'));
  closing.listen(() => void told.push('one that stayed'));
  leave();
  closing.begin();
  closing.begin();
  expect(told).toEqual(['one that stayed']);
});

describe('what is waited for patiently', () => {
  const never = new Promise<string>(() => undefined);
  const after = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('come'), ms));

  test('may take its time as long as nothing ends', async () => {
    expect(await new Closing().patiently(1, after(50))).toBe('come');
  });

  test.each([
    ['comes within its time', 10_000, after, 'come'],
    ['does not come', 20, () => never, undefined],
  ] as const)('%s after the end has begun', async (_title, ms, wanted, expected) => {
    const [before, meanwhile] = [new Closing(), new Closing()];
    before.begin();
    const answers = [before.patiently(ms, wanted(50)), meanwhile.patiently(ms, wanted(50))];
    meanwhile.begin();
    expect(await Promise.all(answers)).toEqual([expected, expected]);
  });
});
