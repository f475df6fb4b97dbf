import fc from 'fast-check';
import { bigmindWebhooks, type SummaryCreatedEvent } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { notedLog } from '../pipeline/receiver';
import { mac } from '../signatures/sender';

const secret = 'parse-json-secret';

/** Text of every width in UTF-8, long enough to be decoded in each way. */
const text = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), fc.constantFrom(1, 40, 400))
  .map(([unit, times]) => unit.repeat(times));

test('hands text of any length and script to the handler as JSON.parse gives it', async () => {
  const seen: SummaryCreatedEvent[] = [];
  const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: false });
  webhooks.on('summary_created', (event) => void seen.push(event));
  await fc.assert(
    fc.asyncProperty(text, async (summary) => {
      const signed = signDelivery({ payload: examplePayload('summary_created', { data: { summary } }), secret });
      seen.length = 0;
      expect((await webhooks.receive(signed)).status).toBe(200);
      expect(seen).toEqual([JSON.parse(signed.body)]);
      expect(seen[0]?.data.summary).toBe(summary);
    }),
    { numRuns: 300 },
  );
});

test.each([100, 20_000, 1_200_000])('reads %d bytes that are not ASCII', async (length) => {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  const seen: string[] = [];
  webhooks.on('summary_created', (event) => void seen.push(event.data.summary));
  const summary = '日本語 é 😀 '.repeat(Math.ceil(length / 20));
  const signed = signDelivery({ payload: examplePayload('summary_created', { data: { summary } }), secret });
  expect((await webhooks.receive(signed)).status).toBe(200);
  expect(seen).toEqual([summary]);
});

const poisons = 'The body has a key __proto__, or constructor with prototype in it.';

test.each([
  ['', 'The body is empty.'],
  [' ', 'The body is not JSON.'],
  ['{"__proto__":1}', poisons],
  ['{"a":{"b":{"__proto__":{}}}}', poisons],
  ['{"a":[null,1,"x",{"__proto__":{}}]}', poisons],
  ['[[[{"constructor":{"prototype":null}}]]]', poisons],
])('the log says of the body %j: %s', async (payload, reason) => {
  const { logger, lines } = notedLog();
  const webhooks = bigmindWebhooks({ secret, logger });
  expect((await webhooks.receive(signDelivery({ payload, secret }))).status).toBe(400);
  expect(lines.at(-1)).toMatchObject({ outcome: 'malformed', reason });
});

test.each([
  '{"constructor":{"name":"a"}}',
  '{"constructor":null}',
  '{"constructor":"prototype"}',
  '{"a":{"prototype":{}}}',
  '{"a":["__proto__",[null]]}',
  '"constructor"',
  'null',
  '7',
])('%s is JSON that poisons nothing', async (payload) => {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  expect((await webhooks.receive(signDelivery({ payload, secret }))).status).toBe(422);
});

test('the log says of bytes that are no UTF-8 what they are not', async () => {
  const { logger, lines } = notedLog();
  const webhooks = bigmindWebhooks({ secret, logger });
  const body = Buffer.from('{"event":"caf\u00e9"}', 'latin1');
  const headers = { 'x-signature': mac(body, { key: secret }) };
  expect((await webhooks.receive({ headers, body })).status).toBe(400);
  expect(lines.at(-1)).toMatchObject({ outcome: 'malformed', reason: 'The body is not UTF-8.' });
});

test('a byte order mark in front is no part of the text, and what only looks like one is', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: false });
  const text = JSON.stringify(examplePayload('notes_created'));
  const answers: number[] = [];
  for (const mark of ['\ufeff', '\uff3f', '\ufec0']) {
    answers.push((await webhooks.receive(signDelivery({ payload: mark + text, secret }))).status);
  }
  expect(answers).toStrictEqual([200, 400, 400]);
});

test('a text whose third byte is that of a byte order mark is read whole: valid JSON, and no event', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  const signed = signDelivery({ payload: '"¿Por qué?"', secret });
  expect(Buffer.from(signed.body)[2]).toBe(0xbf);
  expect((await webhooks.receive(signed)).status).toBe(422);
});

test('a character that ends like a byte order mark is part of the text, which is no JSON then', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  const signed = signDelivery({ payload: `\u2eff${JSON.stringify(examplePayload('notes_created'))}`, secret });
  expect([...Buffer.from(signed.body).subarray(1, 3)]).toEqual([0xbb, 0xbf]);
  expect((await webhooks.receive(signed)).status).toBe(400);
});

test('reads a delivery, and refuses a forged one, where an object was put onto Object.prototype', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false });
  let handled = 0;
  webhooks.on('notes_created', () => void handled++);
  const signed = signDelivery({ payload: examplePayload('notes_created'), secret });
  const poisoned = signDelivery({ payload: '{"event":"x","a":{"constructor":{"prototype":{}}}}', secret });
  let reads = 0;
  function get(): object {
    if (++reads > 1000) throw new Error('it is read without end');
    return {};
  }
  Object.defineProperty(Object.prototype, 'ofAnotherLibrary', { enumerable: true, configurable: true, get });
  try {
    expect((await webhooks.receive(signed)).status).toBe(200);
    expect((await webhooks.receive({ ...signed, body: signed.body.replace('notes', 'todos') })).status).toBe(401);
    expect((await webhooks.receive(poisoned)).status).toBe(400);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'ofAnotherLibrary');
  }
  expect(handled).toBe(1);
});
