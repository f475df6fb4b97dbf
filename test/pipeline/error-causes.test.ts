import { WebhookError } from '../../src/foundations/errors';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { FaultyStore } from '../deduplication/kit';
import { arrayQueue } from '../testing/array-queue';
import { genuine, notedLog, receiver } from './receiver';

interface Described {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: Described;
  readonly errors?: readonly Described[];
}

const no = (): never => {
  throw new Error('not to be read');
};
const stack = expect.any(String) as string;
const refused = (port: number) =>
  Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: 'ECONNREFUSED', port });
const withCause = (message: string, cause: unknown) => new Error(message, { cause });
/** An error with a property that cannot be read as it should. */
const odd = (name: string, property: PropertyDescriptor) =>
  Object.defineProperty(new AggregateError([new Error('one of them')], 'odd'), name, property);

/** What the log says of an error that a handler fails with. */
async function logged(error: unknown, options: Parameters<typeof receiver>[0] = {}): Promise<Described> {
  const { logger, lines } = notedLog();
  const { webhooks } = receiver({ logger, ...options });
  webhooks.on('*', () => Promise.reject(error), { name: 'crm' });
  expect((await webhooks.receive(genuine())).status).toBe(500);
  const [{ failures: [failure] = [] } = {}] = lines as { failures?: Described[] }[];
  if (failure === undefined) throw new Error('No failure was logged.');
  return failure;
}

/** The messages of an error and the causes behind it. */
function messagesOf({ message, cause }: Described): readonly string[] {
  return [message, ...(cause === undefined ? [] : messagesOf(cause))];
}

test('the log says why a handler failed: the cause of its error, with the code', async () => {
  const error = new TypeError('fetch failed', { cause: refused(5432) });
  expect(await logged(error)).toEqual({
    handler: 'crm',
    type: 'TypeError',
    message: 'fetch failed',
    stack,
    cause: { type: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:5432', code: 'ECONNREFUSED', stack },
  });
});

test('of an AggregateError it says the first errors, and of none what else it holds', async () => {
  const request = Object.assign(refused(0), { request: { headers: { cookie: 'hidden' } } });
  const all = [request, ...[1, 2, 3].map(refused)];
  const { cause } = await logged(withCause('fetch failed', new AggregateError(all, '')));
  expect(cause).toMatchObject({ type: 'AggregateError', message: '' });
  expect(cause?.errors?.map(({ message }) => message.slice(-1))).toEqual(['0', '1', '2']);
  expect(JSON.stringify(cause)).not.toContain('hidden');
});

test('it follows three causes, and none that leads back', async () => {
  const many = ['d', 'c', 'b', 'a'].reduce<unknown>((cause, message) => withCause(message, cause), new Error('e'));
  expect(messagesOf(await logged(many))).toEqual(['a', 'b', 'c', 'd']);
  const first = withCause('first', undefined);
  const second = withCause('second', first);
  first.cause = second;
  expect(messagesOf(await logged(first))).toEqual(['first', 'second']);
  const own = new AggregateError([], 'own');
  own.errors.push(own, refused(1));
  expect((await logged(own)).errors?.map(({ code }) => code)).toEqual(['ECONNREFUSED']);
});

test.each<[string, unknown, Partial<Described>]>([
  [
    'a text as its cause',
    withCause('down', 'the line is cut'),
    { cause: { type: 'string', message: 'the line is cut' } },
  ],
  ['an object as its cause', withCause('down', { cookie: 'hidden' }), {}],
  ['a code with more text', Object.assign(new Error('down'), { code: 'hidden text' }), {}],
  ['a code that is a number', Object.assign(new Error('down'), { code: 7 }), {}],
])('of an error with %s it says no more than is safe', async (_what, error, more) => {
  expect(await logged(error)).toEqual({ handler: 'crm', type: 'Error', message: 'down', stack, ...more });
});

const revoked = Proxy.revocable([], {});
revoked.revoke();

test.each<[string, Error]>([
  ['whose cause cannot be read', odd('cause', { get: no })],
  ['whose cause is a proxy that throws', odd('cause', { value: new Proxy({}, { get: no, getPrototypeOf: no }) })],
  ['whose code cannot be read', odd('code', { get: no })],
  ['whose errors cannot be read', odd('errors', { get: no })],
  ['whose errors are no list', odd('errors', { value: 'none' })],
  ['whose errors are a revoked proxy', odd('errors', { value: revoked.proxy })],
])('an error %s is a failure like any other', async (_what, error) => {
  for (const options of [{}, { telemetry: openTelemetry() }]) {
    expect(await logged(error, options)).toMatchObject({ type: 'AggregateError', message: 'odd' });
  }
});

test('the cause of a queue’s error is logged, also where its message is the reason already', async () => {
  for (const [cause, logged] of [
    [refused(6379), expect.objectContaining({ cause: expect.objectContaining({ code: 'ECONNREFUSED' }) as unknown })],
    [undefined, undefined],
  ]) {
    const { logger, lines } = notedLog();
    const error = new WebhookError('QUEUE_NOT_DURABLE', 'it is too full', { cause });
    const queue = Object.assign(arrayQueue(), { enqueue: () => Promise.reject(error) });
    await receiver({ logger, queue })
      .webhooks.on('*', () => undefined)
      .receive(genuine());
    const { reason, cause: told } = (lines.at(-1) ?? {}) as { readonly reason?: string; readonly cause?: Described };
    expect([reason, told]).toEqual([error.message, logged]);
  }
});

test('the cause of a store’s error is logged', async () => {
  const { logger, lines } = notedLog();
  const fail = (): never => {
    throw withCause('The store is away', refused(6379));
  };
  const { webhooks } = receiver({ logger, deduplicate: { store: new FaultyStore().break(fail, 'claim') } });
  webhooks.on('*', () => undefined);
  await webhooks.receive(genuine());
  expect(lines).toEqual([
    expect.objectContaining({
      outcome: 'unavailable',
      cause: expect.objectContaining({
        cause: expect.objectContaining({ code: 'ECONNREFUSED' }) as unknown,
      }) as unknown,
    }),
  ]);
});
