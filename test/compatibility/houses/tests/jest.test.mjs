import { jest } from '@jest/globals';
import { bigmindWebhooks } from 'bigmind-webhooks';
import promises from './promises.cjs';

test('delivers', promises.delivers, 30_000);

test('is imported by name', () => expect(typeof bigmindWebhooks).toBe('function'));

test(
  'deadlines',
  () =>
    promises.deadlines(() => {
      jest.useFakeTimers();
      return { advance: (ms) => jest.advanceTimersByTimeAsync(ms), end: () => jest.useRealTimers() };
    }),
  30_000,
);
