import fc from 'fast-check';
import { bigmindWebhooks, type SummaryCreatedEvent } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { notedLog } from '../pipeline/receiver';

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

test.each([
  ['', 'The body is empty.'],
  [' ', 'The body is not JSON.'],
])('the log says of the body %j: %s', async (payload, reason) => {
  const { logger, lines } = notedLog();
  const webhooks = bigmindWebhooks({ secret, logger });
  expect((await webhooks.receive(signDelivery({ payload, secret }))).status).toBe(400);
  expect(lines.at(-1)).toMatchObject({ outcome: 'malformed', reason });
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
