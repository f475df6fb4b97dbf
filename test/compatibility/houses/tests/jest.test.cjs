'use strict';
const { deadlines, delivers } = require('./promises.cjs');

test('delivers', delivers, 30_000);

test(
  'deadlines',
  () =>
    deadlines(() => {
      jest.useFakeTimers();
      return { advance: (ms) => jest.advanceTimersByTimeAsync(ms), end: () => jest.useRealTimers() };
    }),
  30_000,
);
