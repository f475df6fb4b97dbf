import { progressText, spanOf } from '../../../src/cli/journal/replay-progress';
import type { ReplayProgress } from '../../../src/index';

function progress(found: number, more: Partial<ReplayProgress> = {}): ReplayProgress {
  return { found, ran: found, failed: 0, skipped: 0, outcomes: {}, unclear: 0, upTo: undefined, ...more };
}

test.each([
  ['at the start', progress(0), 0, undefined, undefined, '0 done, 0.0/s'],
  ['without a span', progress(50), 10, undefined, undefined, '50 done, 5.0/s'],
  ['half way', progress(500), 10, 0.5, 0, '[############------------] 50% 500 done, 50/s, 10 s left'],
  ['resumed at the half', progress(250), 10, 0.75, 0.5, '[##################------] 75% 250 done, 25/s, 10 s left'],
  [
    'with failures',
    progress(10, { failed: 2, skipped: 3 }),
    1,
    0.1,
    0,
    '[##----------------------] 10% 10 done, 2 failed, 3 skipped, 10/s, 9 s left',
  ],
  ['at the end', progress(100), 10, 1, 0, '[########################] 100% 100 done, 10/s, 0 s left'],
  ['when it is not known how far it came', progress(1), 1, 0.5, 0.5, '[############------------] 50% 1 done, 1.0/s'],
])('a replay %s shows what is known', (_title, now, seconds, share, first, expected) => {
  expect(progressText(now, seconds, share, first)).toBe(expected);
});

test('a span is what the journal holds and the filter wants', () => {
  const held = { oldest: new Date(1000), newest: new Date(9000) };
  expect(spanOf({}, held)).toEqual({ from: 1000, to: 9000 });
  expect(spanOf({ from: new Date(2000), to: 20_000 }, held)).toEqual({ from: 2000, to: 9000 });
  expect(spanOf({ from: 0, to: '1970-01-01T00:00:05Z' }, held)).toEqual({ from: 1000, to: 5000 });
  expect(spanOf({}, { oldest: undefined, newest: undefined })).toBeUndefined();
});
