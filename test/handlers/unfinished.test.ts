import { isWebhookError, type WebhookRequest } from '../../src/index';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { signDelivery } from '../../src/testing';
import { calm, gate, genuine, receiverWith, secret, send } from '../deduplication/kit';

type Options = Parameters<typeof receiverWith>[0];

const no = (): never => {
  throw new Error('not to be read');
};
const later = (failure: unknown) => new Promise((_resolve, reject) => setTimeout(reject, 5, failure));

/** As RxJS makes it: nothing happens before `subscribe`. */
function observable(subscribe: () => void): object {
  return { subscribe, '@@observable': () => undefined };
}

function* generator(ran: () => void): Generator {
  yield ran();
}
async function* asyncGenerator(ran: () => void): AsyncGenerator {
  yield await Promise.resolve(ran());
}

/** A receiver with one handler, and what it tells `onError`. */
function returning(handler: () => unknown, options: Options = {}) {
  const webhooks = receiverWith(options);
  const told: unknown[] = [];
  webhooks.onError((error) => void told.push(error)).on('notes_created', handler);
  return { webhooks, told };
}

describe.each<[string, () => Options]>([
  ['without telemetry', () => ({})],
  ['with telemetry', () => ({ telemetry: openTelemetry() })],
])('%s', (_telemetry, options) => {
  test.each<[string, (work: Promise<void>) => unknown]>([
    ['an array with a promise', (work) => ['done', work, undefined]],
    ['a promise of such an array', async (work) => Promise.resolve([work])],
  ])('a handler that returns %s has succeeded when that has ended', async (_what, wrap) => {
    const time = gate();
    const { webhooks } = returning(() => wrap(time.passed), options());
    const delivery = genuine();
    const answered = send(webhooks, delivery);
    expect(await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 20, 'nothing yet'))])).toBe(
      'nothing yet',
    );
    time.open();
    expect(await answered).toBe('200 processed');
    expect(await send(webhooks, delivery)).toBe('200 duplicate');
  });

  test('when one of several promises rejects, the handler fails, but not before the others have ended', async () => {
    const first = new Error('first of the array');
    const slow = gate();
    let works = false;
    const { webhooks, told } = returning(
      () => (works ? undefined : [slow.passed, later(first), Promise.reject(new Error('at once'))]),
      options(),
    );
    const delivery = genuine();
    const answered = send(webhooks, delivery);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toStrictEqual([]);
    slow.open();
    expect(await answered).toBe('500 FAILED');
    expect(told).toEqual([first]);
    works = true;
    expect(await send(webhooks, delivery)).toBe('200 processed');
  });

  test.each<[string, (seen: () => void) => unknown]>([
    ['an Observable', observable],
    ['a promise of one', async (seen) => observable(seen)],
    ['an array with one', (seen) => [Promise.reject(new Error('of another item')), 1, observable(seen)].toReversed()],
  ])('a handler that returns %s has failed, and its error says what to return', async (_what, make) => {
    const subscribed = jest.fn();
    const { webhooks, told } = returning(() => make(subscribed), options());
    expect(await send(webhooks, genuine())).toBe('500 FAILED');
    await calm();
    const [error] = told;
    expect(isWebhookError(error) && error.code).toBe('BAD_HANDLER');
    expect((error as Error).message).toContain('await firstValueFrom(observable)');
    expect(subscribed).not.toHaveBeenCalled();
  });

  test.each<[string, (ran: () => void) => unknown]>([
    ['a generator', generator],
    ['an async generator', asyncGenerator],
    ['an array with one', (ran) => [generator(ran)]],
  ])('a handler that returns %s has failed: nothing of it has run', async (_what, make) => {
    const ran = jest.fn();
    const { webhooks, told } = returning(() => make(ran), options());
    expect(await send(webhooks, genuine())).toBe('500 FAILED');
    expect(told).toEqual([expect.objectContaining({ code: 'BAD_HANDLER' })]);
    expect((told[0] as Error).message).toContain('A handler returned a generator');
    expect(ran).not.toHaveBeenCalled();
  });
});

test('an Observable is known by Symbol.observable, too, where a library has defined it', async () => {
  const key = Symbol('observable');
  Object.defineProperty(Symbol, 'observable', { value: key, configurable: true });
  try {
    const { webhooks } = returning(() => ({ subscribe: no, [key]: no }));
    expect(await send(webhooks, genuine())).toBe('500 FAILED');
    expect(await send(returning(() => observable(no)).webhooks, genuine())).toBe('500 FAILED');
  } finally {
    Reflect.deleteProperty(Symbol, 'observable');
  }
});

test.each<[string, unknown]>([
  ['an array without work', [1, null, 'then', [], new Map()]],
  ['an array whose items cannot be looked at', [Object.defineProperty({}, 'then', { get: no })]],
  ['what has a subscribe and is no Observable', { subscribe: no }],
  ['what throws when its subscribe is looked for', Object.defineProperty({}, 'subscribe', { get: no })],
])('a handler that returns %s has succeeded', async (_what, value) => {
  const { webhooks, told } = returning(() => value);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  expect(told).toStrictEqual([]);
});

test('onInvalid and onUnknown are waited for likewise, and no delivery is acknowledged that they have lost', async () => {
  const webhooks = receiverWith();
  webhooks.onInvalid(() => [later(new Error('full'))]).onUnknown(() => observable(no));
  const invalid: WebhookRequest = signDelivery({ payload: { event: 'notes_created' }, secret });
  const unknown: WebhookRequest = signDelivery({ payload: { event: 'deal_won' }, secret });
  expect(await send(webhooks, invalid)).toBe('500 FAILED');
  expect(await send(webhooks, unknown)).toBe('500 FAILED');
});

test('the promises in an array that onError returns end no process', async () => {
  const webhooks = receiverWith();
  webhooks.on('*', () => Promise.reject(new Error('down'))).onError(() => [later(new Error('so is the tracker'))]);
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  await new Promise((resolve) => setTimeout(resolve, 20));
});
