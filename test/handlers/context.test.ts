import type { HandlerContext } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { genuine, notedLog, receiverWith, secret, send } from '../deduplication/kit';

/** The context of a handler, for one delivery. */
async function contextOf(options: Parameters<typeof receiverWith>[0] = {}): Promise<HandlerContext> {
  const seen: HandlerContext[] = [];
  const webhooks = receiverWith(options);
  webhooks.on('notes_created', (_event, context) => void seen.push(context));
  const { headers, body } = delivery;
  const request = { headers: { ...headers, 'X-Twice': ['a', 'b'] }, body, params: { tenant: 'acme' } };
  expect(await send(webhooks, request)).toBe('200 processed');
  expect(seen).toHaveLength(1);
  return seen[0] as HandlerContext;
}

const delivery = signDelivery({ payload: examplePayload('notes_created'), secret });

test('it has all that it promises', async () => {
  const now = Date.UTC(2026, 0, 2);
  const context = await contextOf({ clock: { now: () => now } });
  const { key, attempt, tenant, receivedAt, headers, rawBody, params, signature, signal, log, locals } = context;
  expect({ attempt, tenant, params, signature, locals }).toEqual({
    attempt: 1,
    tenant: undefined,
    params: { tenant: 'acme' },
    signature: { scheme: 'hmac' },
    locals: undefined,
  });
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(receivedAt).toEqual(new Date(now));
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-twice': 'a, b' });
  expect(rawBody).toEqual(Buffer.from(delivery.body));
  expect(signal.aborted).toBe(false);
  expect(typeof log.info).toBe('function');
});

test('each property is there for a handler that takes the context apart in its parameters', async () => {
  const webhooks = receiverWith();
  const seen: unknown[] = [];
  webhooks.on('notes_created', async (event, { key, attempt, signal, rawBody, log, ...rest }) => {
    await Promise.resolve();
    seen.push(event.event, key.length, attempt, signal.aborted, rawBody.length, typeof log.warn, Object.keys(rest));
  });
  expect(await send(webhooks, delivery)).toBe('200 processed');
  const bytes = Buffer.byteLength(delivery.body);
  expect(seen).toStrictEqual(['notes_created', 64, 1, false, bytes, 'function', []]);
});

test('the key is that of the delivery: the same for its repeat and for all handlers, another for another', async () => {
  const webhooks = receiverWith();
  const keys: string[] = [];
  webhooks.on('notes_created', (_event, { key, attempt }) => {
    keys.push(key);
    if (attempt === 1) throw new Error('once more');
  });
  webhooks.on('*', (_event, { key }) => void keys.push(key));
  await send(webhooks, delivery);
  await send(webhooks, delivery);
  await send(webhooks, genuine());
  const [first, ...others] = keys;
  expect(others.slice(0, 2)).toEqual([first, first]);
  expect(new Set(keys).size).toBe(2);
});

test('log is a child of the logger, with event and key in each line', async () => {
  const { logger, lines } = notedLog();
  const { key } = await contextOf({ logger }).then((context) => {
    context.log.info({ note: 1 }, 'from the handler');
    return context;
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'from the handler', note: 1, event: 'notes_created', key }),
  );
});

test('log repeats no text that an unknown event gives for a name', async () => {
  const { logger, lines } = notedLog();
  const webhooks = receiverWith({ logger });
  webhooks.onUnknown((_event, { log }) => log.info({}, 'from the callback'));
  await send(webhooks, signDelivery({ payload: { event: 'Dear customer, your meeting' }, secret }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'from the callback', event: '(not a name)' }));
});

test('log is made once a delivery, and only when it is read', async () => {
  const { logger } = notedLog();
  const child = jest.spyOn(logger, 'child');
  const context = await contextOf({ logger });
  expect(child).not.toHaveBeenCalled();
  expect(context.log).toBe(context.log);
  expect(child).toHaveBeenCalledTimes(1);
});

test('signal is the same each time, and the same for all handlers', async () => {
  const signals: AbortSignal[] = [];
  const webhooks = receiverWith();
  webhooks.on('notes_created', (_event, { signal }) => void signals.push(signal));
  webhooks.on('*', (_event, context) => void signals.push(context.signal, context.signal));
  await send(webhooks, genuine());
  expect(new Set(signals).size).toBe(1);
});

test('tenant and scheme are those of the secret that signed', async () => {
  const context = await contextOf({ secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret }) });
  expect(context.tenant).toBe('acme');
  const unsigned = await contextOf({ signature: false });
  expect([unsigned.tenant, unsigned.signature.scheme]).toEqual([undefined, 'none']);
});
