import { Closing } from '../../src/foundations/closing';
import { EventLimits } from '../../src/queueing/event-limits';

test('one of several that end frees one place, and no more', async () => {
  const limits = new EventLimits(new Map([['notes_created', 2]]));
  const closing = new Closing();
  const acquire = () => limits.acquire('notes_created', 20, closing);
  expect(await Promise.all([acquire(), acquire(), acquire()])).toEqual([true, true, false]);
  limits.release('notes_created');
  expect(await Promise.all([acquire(), acquire()])).toEqual([true, false]);
});

test('there is no place once the end has begun, also for an event without a limit', async () => {
  const closing = new Closing();
  closing.begin();
  expect(await new EventLimits(new Map()).acquire('notes_created', 20, closing)).toBe(false);
});
