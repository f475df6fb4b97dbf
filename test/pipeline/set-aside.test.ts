import type { HandlerContext, InvalidDelivery } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { noting, secret } from './receiver';

const sign = (payload: unknown) => signDelivery({ payload, secret });
const key = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

test('onInvalid is given what came and where it parts from its schema', async () => {
  const { webhooks, handled } = noting();
  const taken: [InvalidDelivery, HandlerContext<undefined>][] = [];
  webhooks.onInvalid((delivery, context) => void taken.push([delivery, context]));
  const payload = { ...examplePayload('todo_created'), timestamp: 'soon' };
  const delivery = sign(payload);
  const reply = await webhooks.receive({ ...delivery, params: { tenant: 'acme' } });
  expect([reply.status, reply.body]).toEqual([200, '{"status":"quarantined"}']);
  const [[invalid, context] = []] = taken;
  const errors = [{ pointer: '/timestamp', keyword: 'format', detail: 'must be a date-time' }];
  expect(invalid).toEqual({ outcome: 'invalid', event: 'todo_created', errors, payload });
  expect(context?.rawBody.toString()).toBe(delivery.body);
  expect(context).toMatchObject({ key, attempt: 1, params: { tenant: 'acme' }, signature: { scheme: 'hmac' } });
  expect(handled).toStrictEqual([]);
});

test.each([
  ['no JSON', '{"event":'],
  ['a key __proto__', '{"event":"todo_created","__proto__":{}}'],
  ['nothing', ''],
])('onInvalid is given no payload of a body that is %s, but its bytes', async (_title, body) => {
  const { webhooks, handled } = noting();
  const taken: unknown[] = [];
  webhooks.onInvalid((delivery, { rawBody }) => void taken.push(delivery, rawBody.toString()));
  expect((await webhooks.receive(sign(body))).body).toBe('{"status":"quarantined"}');
  expect(taken).toStrictEqual([{ outcome: 'malformed', event: undefined, errors: [], payload: undefined }, body]);
  expect(handled).toStrictEqual([]);
});

test('onUnknown is given an event that has no schema as it came', async () => {
  const { webhooks, handled } = noting();
  const taken: unknown[] = [];
  webhooks.onUnknown((event, context) => void taken.push(event, context.key, context.attempt));
  const payload = { event: 'deal_won', data: [1, { deep: null }] };
  expect((await webhooks.receive(sign(payload))).body).toBe('{"status":"ignored"}');
  expect(taken).toEqual([payload, key, 1]);
  expect(handled).toStrictEqual([]);
});

test.each([
  ['onInvalid', { event: 'todo_created' }, 'quarantined'],
  ['onUnknown', { event: 'deal_won' }, 'ignored'],
] as const)('a failing %s makes the delivery come again', async (callback, payload, outcome) => {
  const { webhooks, handled } = noting();
  const told: unknown[] = [];
  const attempts: number[] = [];
  const failure = new Error('no quarantine');
  let works = false;
  webhooks.onError((error, details) => void told.push(error, details));
  webhooks[callback](async (_delivery: unknown, { attempt }: HandlerContext<undefined>) => {
    attempts.push(attempt);
    if (!works) throw failure;
  });
  const delivery = sign(payload);
  const failed = await webhooks.receive(delivery);
  expect([failed.status, JSON.parse(failed.body)]).toEqual([500, expect.objectContaining({ code: 'FAILED' })]);
  expect(told).toEqual([failure, { outcome: 'failed', event: payload.event, handler: callback, key }]);
  works = true;
  expect((await webhooks.receive(delivery)).body).toBe(`{"status":"${outcome}"}`);
  expect((await webhooks.receive(delivery)).body).toBe('{"status":"duplicate"}');
  expect(attempts).toEqual([1, 2]);
  expect(handled).toStrictEqual([]);
});

test('neither is asked about a delivery that is not genuine', async () => {
  const { webhooks, handled } = noting();
  const taken: unknown[] = [];
  webhooks.onInvalid((delivery) => void taken.push(delivery)).onUnknown((event) => void taken.push(event));
  for (const payload of ['{', { event: 'todo_created' }, { event: 'deal_won' }]) {
    const forged = signDelivery({ payload, secret: 'another secret' });
    expect((await webhooks.receive(forged)).status).toBe(401);
  }
  expect(taken).toStrictEqual([]);
  expect(handled).toStrictEqual([]);
});

test('a malformed or invalid delivery is refused each time where there is no onInvalid', async () => {
  const { webhooks, handled } = noting();
  for (const delivery of [sign('{'), sign({ event: 'todo_created' })]) {
    const statuses = [await webhooks.receive(delivery), await webhooks.receive(delivery)].map(({ status }) => status);
    expect(new Set(statuses).size).toBe(1);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
  }
  expect(handled).toStrictEqual([]);
});
