import { runInNewContext } from 'node:vm';
import type { ErrorDetails, HandlerContext } from '../../src/index';
import { gate, genuine, receiverWith, send } from '../deduplication/kit';

type Handler = (event: unknown, context: HandlerContext) => unknown;

/** A receiver with handlers of these names, and what it tells `onError`. */
function withHandlers(handlers: Readonly<Record<string, Handler>>) {
  const webhooks = receiverWith();
  const told: [unknown, ErrorDetails['handler']][] = [];
  webhooks.onError((error, { handler }) => void told.push([error, handler]));
  for (const [name, handler] of Object.entries(handlers)) webhooks.on('notes_created', handler, { name });
  return { webhooks, told };
}

test('all are started in the order of their registration, none awaited before the next', async () => {
  const started: string[] = [];
  const time = gate();
  const { webhooks } = withHandlers({
    c: () => {
      started.push('c');
      return time.passed;
    },
    a: () => void started.push('a'),
    b: async () => {
      started.push('b');
      await time.passed;
    },
  });
  const answered = send(webhooks, genuine());
  // Memory answers at once, so that the handlers have been started by now.
  expect(started).toEqual(['c', 'a', 'b']);
  time.open();
  expect(await answered).toBe('200 processed');
});

test('one that fails at once stops neither those before it nor those after it', async () => {
  const ended: string[] = [];
  const failure = new Error('at once');
  const time = gate();
  const { webhooks, told } = withHandlers({
    pending: async () => {
      await time.passed;
      ended.push('pending');
    },
    failing: () => {
      throw failure;
    },
    after: () => void ended.push('after'),
  });
  const answered = send(webhooks, genuine());
  time.open();
  expect(await answered).toBe('500 FAILED');
  expect(ended).toEqual(['after', 'pending']);
  expect(told).toEqual([[failure, 'failing']]);
});

test('a handler that fails ends the delivery only when the others have ended', async () => {
  const time = gate();
  let ended = false;
  const { webhooks } = withHandlers({
    failing: () => Promise.reject(new Error('early')),
    slow: async () => {
      await time.passed;
      ended = true;
    },
  });
  const answered = send(webhooks, genuine());
  const first = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 30, 'nothing yet'))]);
  expect(first).toBe('nothing yet');
  time.open();
  expect(await answered).toBe('500 FAILED');
  expect(ended).toBe(true);
});

test('every failure is told, each with its handler', async () => {
  const [one, two] = [new Error('1'), new Error('2')];
  const { webhooks, told } = withHandlers({
    rejecting: () => Promise.reject(two),
    fine: () => undefined,
    throwing: () => {
      throw one;
    },
  });
  expect(await send(webhooks, genuine())).toBe('500 FAILED');
  expect(told).toHaveLength(2);
  expect(told).toEqual(expect.arrayContaining([[one, 'throwing'] as unknown, [two, 'rejecting'] as unknown]));
});

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const fail = (error: unknown) => () => {
  throw error;
};
/** What has such a `then`, and need be no promise. */
const having = (then: PropertyDescriptor): object => Object.defineProperty({}, 'then', then);

/** As some instrumentation leaves it: `await` does not ask this `then`. */
function withOwnThen<T>(promise: Promise<T>): Promise<T> {
  return Object.defineProperty(promise, 'then', { value: () => undefined });
}

test('a promise is waited for, whatever it has for a then', async () => {
  let ended = false;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ended = true;
  };
  for (const handlers of [{ one: () => withOwnThen(work()) }, { one: () => withOwnThen(work()), other: () => {} }]) {
    ended = false;
    expect(await send(withHandlers(handlers).webhooks, genuine())).toBe('200 processed');
    expect(ended).toBe(true);
  }
});

test.each<[string, Handler]>([
  ['throws undefined', fail(undefined)],
  ['throws null', fail(null)],
  ['throws what cannot be looked at', () => fail(revoked())()],
  ['rejects with nothing', () => Promise.reject()],
  ['rejects with what cannot be looked at', () => Promise.reject(revoked())],
  ['returns a thenable that rejects', () => having({ value: (_: unknown, no: (error: unknown) => void) => no('x') })],
  ['returns a thenable whose then throws', () => having({ value: fail(new Error('then')) })],
  ['returns what throws when its then is looked for', () => having({ get: fail(new Error('get then')) })],
  ['returns a promise that rejects, whose own then forgets', () => withOwnThen(Promise.reject(new Error('late')))],
  ['returns a promise of another realm that rejects', () => runInNewContext('Promise.reject(new Error("elsewhere"))')],
])('a handler that %s has failed, and the repeat runs it', async (_title, handler) => {
  let works = false;
  let runs = 0;
  const { webhooks, told } = withHandlers({
    odd: (event, context) => {
      runs++;
      return works ? undefined : handler(event, context);
    },
  });
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  expect(told.map(([, name]) => name)).toEqual(['odd']);
  works = true;
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(runs).toBe(2);
});

test.each<[string, unknown]>([
  ['false', false],
  ['an Error that it does not throw', new Error('only returned')],
  ['a function', () => undefined],
  ['what has a then that is no function', having({ value: 'later' })],
])('a handler that returns %s has succeeded', async (_title, value) => {
  const { webhooks, told } = withHandlers({ odd: () => value });
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(told).toStrictEqual([]);
});

test('a thenable that is no Promise is waited for', async () => {
  const time = gate();
  let asked = 0;
  const { webhooks } = withHandlers({
    // As query builders are, which do nothing until they are awaited.
    query: () =>
      having({
        value(resolve: (value: unknown) => void) {
          asked++;
          void time.passed.then(resolve);
        },
      }),
  });
  const answered = send(webhooks, genuine());
  const first = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 20, 'nothing yet'))]);
  expect(first).toBe('nothing yet');
  time.open();
  expect(await answered).toBe('200 processed');
  expect(asked).toBe(1);
});

test('what a handler throws is not told to the sender', async () => {
  const { webhooks } = withHandlers({
    failing: () => {
      throw new Error('the password is swordfish');
    },
  });
  const { status, body, headers } = await webhooks.receive(genuine());
  expect(status).toBe(500);
  expect(`${body}${JSON.stringify(headers)}`).not.toMatch(/swordfish|failing/);
});

test('those of the event and those of every event are started, and no other', async () => {
  const started: string[] = [];
  const webhooks = receiverWith();
  webhooks.on('todo_created', () => void started.push('todo_created'));
  webhooks.on(['notes_created', 'notes_updated'], () => void started.push('notes'));
  webhooks.on('*', () => void started.push('*'));
  expect(await send(webhooks, genuine())).toBe('200 processed');
  expect(started).toEqual(['notes', '*']);
});
