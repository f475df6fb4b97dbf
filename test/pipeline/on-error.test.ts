import { runInNewContext } from 'node:vm';
import {
  bigmindWebhooks,
  type DeliveryStore,
  eventSchema,
  isWebhookError,
  memoryStore,
  type WebhookError,
} from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { genuine, notedLog, noting, receiver, secret } from './receiver';

type Told = readonly [unknown, object];

/** A receiver that notes what onError is told. */
function listening(options: Parameters<typeof receiver>[0] = {}) {
  const made = receiver(options);
  const told: Told[] = [];
  made.webhooks.onError((error, details) => void told.push([error, details]));
  return { ...made, told };
}

const sign = (payload: unknown) => signDelivery({ payload, secret });
const key = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
const event = 'notes_created';

test('is told of every handler failure by its own error, its name, the event and the key', async () => {
  const { webhooks, told } = listening();
  const first = new RangeError('the first');
  webhooks.on(event, () => Promise.reject(first), { name: 'first' });
  webhooks.on(event, () => undefined, { name: 'works' });
  webhooks.on('*', () => {
    throw 'a string';
  });
  const reply = await webhooks.receive(genuine());
  expect(reply.status).toBe(500);
  expect(reply.body).not.toContain('the first');
  expect(told).toHaveLength(2);
  expect(told).toEqual(
    expect.arrayContaining([
      [first, { outcome: 'failed', event, handler: 'first', key }],
      ['a string', { outcome: 'failed', event, handler: '*', key }],
    ]),
  );
  expect(told.find(([error]) => error === first)).toBeDefined();
});

test('is told of an invalid delivery where payload and schema part', async () => {
  const { webhooks, told } = listening();
  await webhooks.receive(sign({ ...examplePayload(event), timestamp: 7 }));
  expect(told).toEqual([[expect.any(Error), { outcome: 'invalid', event, key }]]);
  const error = told[0]?.[0] as WebhookError;
  expect(isWebhookError(error)).toBe(true);
  expect(error).toMatchObject({
    code: 'INVALID',
    status: 422,
    outcome: 'invalid',
    message: 'INVALID The payload does not match its schema. /timestamp must be string.',
    docs: expect.stringMatching(/docs\/errors\.md#invalid$/),
  });
});

test('is told of a body that is no object in a sentence, though the place has no name', async () => {
  const { webhooks, told } = listening();
  await webhooks.receive(sign([examplePayload(event)]));
  const message = 'INVALID The payload does not match its schema. It must be object.';
  expect(told).toEqual([[expect.objectContaining({ message }), expect.anything()]]);
});

test('neither it nor the log is told a key of the payload that may be text; onInvalid and the sender have the pointer', async () => {
  const { logger, lines } = notedLog();
  const schema = { properties: { data: { properties: { deal_id: {} }, additionalProperties: false } } };
  const deals = bigmindWebhooks({ secret, logger, schemas: { deal_closed: eventSchema(schema) } });
  const told: unknown[] = [];
  const taken: unknown[] = [];
  deals.onError((error) => told.push((error as Error).message));
  const reply = await deals.receive(sign({ event: 'deal_closed', data: { deal_id: 1, 'Jane Doe <jane@doe.org>': 2 } }));
  expect(reply).toMatchObject({
    status: 422,
    body: expect.stringContaining('/data/Jane Doe <jane@doe.org>') as unknown,
  });
  const pointer = '/data/(not a name)';
  expect(told).toEqual([`INVALID The payload does not match its schema. ${pointer} must not be present.`]);
  expect(lines).toEqual([
    expect.objectContaining({ outcome: 'invalid', schemaError: expect.objectContaining({ pointer }) }),
  ]);
  expect(JSON.stringify(lines)).not.toContain('Jane');
  deals.onInvalid(({ errors }) => void taken.push(errors[0]?.pointer));
  await deals.receive(sign({ event: 'deal_closed', data: { 'Jane Doe': 3 } }));
  expect(taken).toEqual(['/data/Jane Doe']);
});

test.each<[string, string, Parameters<typeof receiver>[0]]>([
  ['a store that fails', 'The delivery store could not be asked.', { deduplicate: { store: failingStore() } }],
  [
    'a secret function that fails',
    'The secret function failed.',
    { secret: () => Promise.reject(new Error('out of reach')) },
  ],
])('is told of %s, with its error as the cause', async (_title, reason, options) => {
  const { webhooks, handled, note, told } = listening(options);
  webhooks.on('*', note);
  expect((await webhooks.receive(genuine())).status).toBe(503);
  expect(handled).toStrictEqual([]);
  expect(told).toEqual([[expect.any(Error), expect.objectContaining({ outcome: 'unavailable' })]]);
  expect(told[0]?.[0]).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(reason),
    cause: { message: 'out of reach' },
  });
});

test('is told of a body that was parsed, of a timeout, of a closed receiver and of a claim elsewhere', async () => {
  const { webhooks, told } = listening({ timeoutMs: 1 });
  let finish = (): void => {};
  webhooks.on('*', () => new Promise<void>((resolve) => (finish = resolve)));
  await webhooks.receive({ headers: {}, body: {} as string });
  const parsed =
    'BODY_ALREADY_PARSED The receiver is not set up correctly. Expected body as a string, Uint8Array or ArrayBuffer, ' +
    'got object: pass it unparsed.';
  expect(told.splice(0)).toEqual([
    [expect.objectContaining({ code: 'BODY_ALREADY_PARSED', message: parsed }), { outcome: 'misconfigured' }],
  ]);
  await webhooks.receive(genuine());
  expect(told.splice(0)).toEqual([
    [expect.objectContaining({ code: 'TIMEOUT' }), { outcome: 'timeout', event, key, running: ['*'] }],
  ]);
  finish();
  await webhooks.close();
  await webhooks.receive(genuine());
  expect(told.splice(0)).toEqual([[expect.objectContaining({ code: 'UNAVAILABLE' }), { outcome: 'unavailable' }]]);
  const store = { ...failingStore(), claim: () => ({ running: true as const, retryAfterMs: 5 }) };
  const elsewhere = listening({ deduplicate: { store } });
  elsewhere.webhooks.on('*', elsewhere.note);
  await elsewhere.webhooks.receive(genuine());
  expect(elsewhere.told).toEqual([
    [expect.objectContaining({ code: 'IN_PROGRESS' }), { outcome: 'in-progress', event, key }],
  ]);
  expect(elsewhere.handled).toStrictEqual([]);
});

test('is told of a handler that fails after the answer', async () => {
  const { webhooks, told } = listening({ timeoutMs: 1 });
  let fail = (): void => {};
  const late = new Error('late');
  webhooks.on('*', () => new Promise<void>((_resolve, reject) => (fail = () => reject(late))));
  expect((await webhooks.receive(genuine())).status).toBe(503);
  told.splice(0);
  fail();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([[late, { outcome: 'failed', event, handler: '*', key }]]);
});

test('is told once of a failure that several copies share', async () => {
  const { webhooks, told } = listening();
  webhooks.on('*', () => Promise.reject(new Error('down')));
  const delivery = genuine();
  const replies = await Promise.all([1, 2, 3].map(() => webhooks.receive(delivery)));
  expect(replies.map(({ status }) => status)).toEqual([500, 500, 500]);
  expect(told).toHaveLength(1);
});

test('is told nothing of successes, refusals and what the callbacks took', async () => {
  const { webhooks, told } = listening();
  webhooks.on('todo_created', () => undefined);
  const todo = sign(examplePayload('todo_created'));
  const deliveries = [todo, todo, genuine(), sign({ event: 'unheard_of' }), sign('{'), { headers: {}, body: '{}' }];
  const statuses: number[] = [];
  for (const delivery of deliveries) statuses.push((await webhooks.receive(delivery)).status);
  statuses.push((await webhooks.receive({ ...todo, method: 'GET' })).status);
  webhooks.onInvalid(() => undefined);
  statuses.push((await webhooks.receive(sign({ event: 'todo_created' }))).status);
  expect(statuses).toEqual([200, 200, 200, 200, 400, 401, 405, 200]);
  expect(told).toStrictEqual([]);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no Sentry');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no Sentry'))],
  ['rejects in another realm', () => runInNewContext("Promise.reject(new Error('no Sentry'))")],
])('changes nothing when it %s, and that is logged', async (_title, listener) => {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger });
  webhooks.onError(listener);
  const invalid = await webhooks.receive(sign({ event }));
  expect(invalid.status).toBe(422);
  expect(invalid.body).not.toContain('Sentry');
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toEqual([
    expect.objectContaining({ level: 50, outcome: 'invalid' }),
    expect.objectContaining({
      level: 50,
      msg: 'onError itself failed',
      cause: expect.objectContaining({ type: 'Error', message: 'no Sentry' }),
    }),
  ]);
  expect((await webhooks.receive(genuine())).status).toBe(200);
  expect(handled).toHaveLength(1);
});

const observable = { '@@observable': () => observable, subscribe: () => undefined };

test.each<[string, () => unknown]>([
  ['an Observable', () => observable],
  ['a promise of one', async () => observable],
  ['an array with one', () => [Promise.resolve(), observable]],
])('is named in the log when it returns %s, which nobody subscribes to', async (_what, listener) => {
  const { logger, lines } = notedLog();
  const { webhooks } = noting({ logger });
  webhooks.onError(listener);
  await webhooks.receive(sign({ event }));
  await new Promise((resolve) => setImmediate(resolve));
  const message = expect.stringContaining('onError returned an Observable') as string;
  expect(lines[1]).toMatchObject({ msg: 'onError itself failed', cause: { message } });
});

test('tells each of several listeners, though one before it fails', async () => {
  const { webhooks, told } = listening();
  const later: unknown[] = [];
  webhooks.onError(() => {
    throw new Error('no Sentry');
  });
  webhooks.onError((error) => later.push(error));
  await webhooks.receive(sign({ event }));
  expect(told).toHaveLength(1);
  expect(later).toEqual([told[0]?.[0]]);
});

function failingStore(): DeliveryStore {
  const store = memoryStore();
  return {
    claim: () => Promise.reject(new Error('out of reach')),
    extend: (...args) => store.extend(...args),
    succeeded: (...args) => store.succeeded(...args),
    complete: (...args) => store.complete(...args),
    release: (...args) => store.release(...args),
  };
}
