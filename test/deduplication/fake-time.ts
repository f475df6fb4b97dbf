import type { WebhookRequest } from '../../src/index';
import { calm, send as sent, type Webhooks } from './kit';

/** For `beforeEach`. What runs in a later turn of the event loop, without a timer, still does. */
export function fakeTimers(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
}

/** In steps: a timer is armed only in the turn after it was asked for. */
export async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) {
    await jest.advanceTimersByTimeAsync(5);
    await calm(1);
  }
}

/** Lets time pass until `isSo`; Jest's timeout ends what never is. */
export async function passUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pass(5);
}

/** What the promise settles as, when time has passed for it. */
export async function inTime<T>(promise: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  await passUntil(() => over);
  return await promise;
}

export const send = (webhooks: Webhooks, delivery: WebhookRequest): Promise<string> => inTime(sent(webhooks, delivery));
