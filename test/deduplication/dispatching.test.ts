import { isWebhookError, memoryStore, type WebhookRequest } from '../../src/index';
import { FaultyStore, gate, genuine, receiverWith, secret, send, type Webhooks } from './kit';

type Verified = Awaited<ReturnType<Webhooks['verify']>>;

/** What `verify` returned, after a queue of one's own. */
async function carried(webhooks: Webhooks, delivery: WebhookRequest): Promise<Verified> {
  return JSON.parse(JSON.stringify(await webhooks.verify(delivery))) as Verified;
}

test('what verify returned runs after it was JSON, and shares de-duplication with receive', async () => {
  const webhooks = receiverWith();
  const seen: unknown[] = [];
  webhooks.on('notes_created', (event, { key, attempt, tenant, signature }) => {
    seen.push({ event, key, attempt, tenant, signature });
  });
  const delivery = genuine();
  const verified = await carried(webhooks, delivery);
  expect(seen).toStrictEqual([]);
  expect(await webhooks.dispatch(verified)).toBe('processed');
  const event: unknown = JSON.parse(delivery.body);
  expect(seen).toEqual([{ event, key: verified.key, attempt: 1, tenant: undefined, signature: { scheme: 'hmac' } }]);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(await webhooks.dispatch(verified)).toBe('duplicate');
  const next = genuine();
  expect(await send(webhooks, next)).toBe('200 processed');
  expect(await webhooks.dispatch(await carried(webhooks, next))).toBe('duplicate');
  expect(seen).toHaveLength(2);
});

test('progress is shared: what receive began, dispatch ends, by name', async () => {
  const store = memoryStore();
  const front = receiverWith({ deduplicate: { store } });
  const worker = receiverWith({ deduplicate: { store } });
  const ran: string[] = [];
  front.on('notes_created', () => void ran.push('a in front'), { name: 'a' });
  front.on('notes_created', () => Promise.reject(new Error('no')), { name: 'b' });
  worker.on('notes_created', (_event, { attempt }) => void ran.push(`b in the worker, ${attempt}`), { name: 'b' });
  worker.on('notes_created', () => void ran.push('a in the worker'), { name: 'a' });
  const delivery = genuine();
  expect(await send(front, delivery)).toBe('500 FAILED');
  expect(await worker.dispatch(await carried(worker, delivery))).toBe('processed');
  expect(ran).toEqual(['a in front', 'b in the worker, 2']);
});

test('it is unhandled without a handler, and nothing is remembered', async () => {
  const webhooks = receiverWith();
  const verified = await carried(webhooks, genuine());
  expect(await webhooks.dispatch(verified)).toBe('unhandled');
  let runs = 0;
  webhooks.on('*', () => void runs++);
  expect(await webhooks.dispatch(verified)).toBe('processed');
  expect(runs).toBe(1);
});

test('it rejects when handlers fail, with their errors', async () => {
  const webhooks = receiverWith();
  const [one, two] = [new Error('1'), new Error('2')];
  const told: unknown[] = [];
  webhooks.onError((error, { handler }) => void told.push([handler, error]));
  webhooks.on('notes_created', () => Promise.reject(one));
  const verified = await carried(webhooks, genuine());
  const refused = await webhooks.dispatch(verified).catch((error: unknown) => error);
  expect(isWebhookError(refused)).toBe(true);
  expect(refused).toMatchObject({ code: 'FAILED', outcome: 'failed', cause: one });
  webhooks.on('*', () => Promise.reject(two));
  await expect(webhooks.dispatch(verified)).rejects.toMatchObject({ code: 'FAILED', cause: { errors: [one, two] } });
  expect(told).toEqual([
    ['notes_created', one],
    ['notes_created', one],
    ['*', two],
  ]);
});

test('copies at once run once, and each rejects with the handler’s error', async () => {
  const webhooks = receiverWith();
  const failure = new Error('no');
  let runs = 0;
  let told = 0;
  webhooks.onError(() => void told++);
  webhooks.on('notes_created', async () => {
    runs++;
    await Promise.resolve();
    throw failure;
  });
  const verified = await carried(webhooks, genuine());
  const copies = await Promise.allSettled([1, 2, 3].map(() => webhooks.dispatch(verified)));
  for (const copy of copies)
    expect(copy).toMatchObject({ status: 'rejected', reason: { code: 'FAILED', cause: failure } });
  expect([runs, told]).toEqual([1, 1]);
});

test('it waits for handlers however long they take', async () => {
  const webhooks = receiverWith({ timeoutMs: 10 });
  const time = gate();
  webhooks.on('notes_created', () => time.passed);
  const dispatched = webhooks.dispatch(await carried(webhooks, genuine()));
  await new Promise((resolve) => setTimeout(resolve, 40));
  time.open();
  expect(await dispatched).toBe('processed');
});

test('it rejects while the delivery is handled elsewhere', async () => {
  const store = memoryStore();
  const [here, there] = [receiverWith({ deduplicate: { store } }), receiverWith({ deduplicate: { store } })];
  const time = gate();
  let ranThere = 0;
  here.on('notes_created', () => time.passed);
  there.on('notes_created', () => void ranThere++);
  const verified = await carried(here, genuine());
  const dispatched = here.dispatch(verified);
  await expect(there.dispatch(verified)).rejects.toMatchObject({ code: 'IN_PROGRESS', status: 503 });
  time.open();
  expect(await dispatched).toBe('processed');
  expect(await there.dispatch(verified)).toBe('duplicate');
  expect(ranThere).toBe(0);
});

const badOption = (begin: string) => ({
  code: 'BAD_OPTION',
  message: expect.stringContaining(`BAD_OPTION ${begin}`) as string,
});

test.each<[string, (verified: Verified) => unknown, object]>([
  [
    'an event that its schema refuses',
    (verified) => ({ ...verified, event: { event: 'notes_created' } }),
    { code: 'INVALID' },
  ],
  [
    'an event that has no schema',
    (verified) => ({ ...verified, event: { event: 'x' } }),
    {
      code: 'UNKNOWN_EVENT',
      message: expect.stringContaining('dispatch.event: this receiver has no schema of that name.') as string,
    },
  ],
  ['no event', ({ key }) => ({ key }), { code: 'INVALID' }],
  ['no key', ({ event }) => ({ event }), badOption('dispatch.key: expected ')],
  ['an empty key', (verified) => ({ ...verified, key: '' }), badOption('dispatch.key: expected ')],
  ['a blank key', (verified) => ({ ...verified, key: ' ' }), badOption('dispatch.key: expected ')],
  [
    'a key that a missing column became',
    (verified) => ({ ...verified, key: 'undefined' }),
    badOption('dispatch.key: expected '),
  ],
  ['nothing', () => undefined, badOption('dispatch: expected what verify() returned, got undefined.')],
  [
    'what verify() promises',
    (verified) => Promise.resolve(verified),
    badOption('dispatch: expected what verify() returned, got a promise'),
  ],
  [
    'a rawBody that became JSON',
    (verified) => ({ ...verified, rawBody: { type: 'Buffer' } }),
    badOption('dispatch.rawBody: expected a Uint8Array'),
  ],
  ['a tenant that is no text', (verified) => ({ ...verified, tenant: 7 }), badOption('dispatch.tenant: expected ')],
  [
    'a scheme in place of the signature',
    (verified) => ({ ...verified, signature: 'hmac' }),
    badOption('dispatch.signature: expected '),
  ],
  [
    'a signature without text',
    (verified) => ({ ...verified, signature: { scheme: 7 } }),
    badOption('dispatch.signature: expected '),
  ],
  [
    'headers that are no object',
    (verified) => ({ ...verified, headers: 'x' }),
    badOption('dispatch.headers: expected '),
  ],
  ['params that are no object', (verified) => ({ ...verified, params: 'x' }), badOption('dispatch.params: expected ')],
  [
    'a receivedAt that is no moment',
    (verified) => ({ ...verified, receivedAt: 'soon' }),
    badOption('dispatch.receivedAt: expected '),
  ],
])('it rejects %s, and runs and remembers nothing', async (_title, spoil, error) => {
  const store = new FaultyStore();
  const webhooks = receiverWith({ deduplicate: { store } });
  let runs = 0;
  webhooks.on('*', () => void runs++);
  const verified = await carried(webhooks, genuine());
  await expect(webhooks.dispatch(spoil(verified) as Verified)).rejects.toMatchObject(error);
  expect([runs, store.calls]).toStrictEqual([0, []]);
  expect(await webhooks.dispatch(verified)).toBe('processed');
});

test('handlers find in their context what is passed, and its defaults where nothing is', async () => {
  const webhooks = receiverWith({ secret: () => ({ tenant: 'acme', secret }) });
  const seen: unknown[] = [];
  webhooks.on('notes_created', (_event, context) => {
    const { tenant, receivedAt, headers, params, signature } = context;
    seen.push({ tenant, receivedAt, headers, params, signature, rawBody: context.rawBody.toString() });
  });
  const verified = await carried(webhooks, genuine());
  const receivedAt = '2026-01-02T03:04:05.000Z';
  const input = { headers: { a: '1' }, params: { p: '2' }, receivedAt, rawBody: new TextEncoder().encode('bytes') };
  expect(await webhooks.dispatch({ ...verified, ...input })).toBe('processed');
  expect(seen).toEqual([
    {
      tenant: 'acme',
      receivedAt: new Date(receivedAt),
      headers: { a: '1' },
      params: { p: '2' },
      signature: { scheme: 'hmac' },
      rawBody: 'bytes',
    },
  ]);
  const bare = receiverWith();
  const before = Date.now();
  bare.on('notes_created', ({ data }, { receivedAt: at, headers, params, signature }) => {
    seen.push([typeof data.content, at.getTime() >= before, headers, params, signature]);
  });
  const { event, key } = verified;
  expect(await bare.dispatch({ event, key })).toBe('processed');
  const noScheme = { event, key: `${key} again`, signature: {} } as unknown as Verified;
  expect(await bare.dispatch(noScheme)).toBe('processed');
  expect(seen.slice(1)).toEqual(Array(2).fill(['string', true, {}, {}, { scheme: 'unknown' }]));
});

test('null is what was not passed, as a row of a database holds it', async () => {
  const webhooks = receiverWith();
  const seen: unknown[] = [];
  webhooks.on('notes_created', (_event, { tenant, headers, params, signature }) => {
    seen.push([tenant, headers, params, signature]);
  });
  const { event, key } = await carried(webhooks, genuine());
  const absent = { tenant: null, signature: null, rawBody: null, headers: null, params: null, receivedAt: null };
  const row = { event, key, ...absent } as unknown as Verified;
  expect([await webhooks.dispatch(row), await webhooks.dispatch(row)]).toEqual(['processed', 'duplicate']);
  expect(seen).toEqual([[undefined, {}, {}, { scheme: 'unknown' }]]);
});

test('a handler that reads a rawBody which was not passed fails, with a remedy', async () => {
  const webhooks = receiverWith();
  webhooks.on('notes_created', (_event, { rawBody }) => rawBody);
  const verified = await carried(webhooks, genuine());
  await expect(webhooks.dispatch(verified)).rejects.toMatchObject({
    code: 'FAILED',
    cause: { code: 'RAW_BODY_NOT_KEPT', message: expect.stringContaining('pass it on') as string },
  });
});
