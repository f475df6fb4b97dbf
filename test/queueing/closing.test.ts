import { Closing } from '../../src/queueing/closing';

test('a pause that is asked for after the end has begun is none', async () => {
  const closing = new Closing();
  closing.begin();
  const asked = performance.now();
  await closing.pause(30_000, true);
  expect(performance.now() - asked).toBeLessThan(10_000);
});
