import { bigmindWebhooks } from 'bigmind-webhooks';
import { expect, test, vi } from 'vitest';
import promises from './promises.cjs';

test('delivers', promises.delivers, 30_000);

test('is imported by name', () => expect(typeof bigmindWebhooks).toBe('function'));

test(
  'deadlines',
  () =>
    promises.deadlines(() => {
      vi.useFakeTimers();
      return { advance: (ms) => vi.advanceTimersByTimeAsync(ms), end: () => vi.useRealTimers() };
    }),
  30_000,
);
