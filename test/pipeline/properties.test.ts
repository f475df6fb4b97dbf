import fc from 'fast-check';
import { outcomes } from '../../src/foundations/outcomes';
import { hmac, type WebhookRequest, type WebhookResponse } from '../../src/index';
import { signDelivery } from '../../src/testing';
import { referenceExamples } from '../fixtures/reference-examples';
import { genuine, noting, secret } from './receiver';

/** Every answer that the table of outcomes has, as `status code` or `status outcome`. */
const answers = new Set(
  Object.entries(outcomes).map(([outcome, row]) => `${row.status} ${'code' in row ? row.code : outcome}`),
);

function expectInTable({ status, headers, body }: WebhookResponse): void {
  const told = JSON.parse(body) as { status: unknown; code?: string };
  expect(answers).toContain(`${status} ${told.code ?? String(told.status)}`);
  for (const [name, value] of Object.entries(headers))
    expect([name, value]).toEqual([name.toLowerCase(), expect.any(String)]);
}

const weird = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.anything({ withNullPrototype: true })),
  fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withMap: true, withDate: true }),
  fc.constantFrom<unknown>(Symbol('x'), () => 'x', Object.create(null), new Proxy({}, {})),
);
const signatureLike = fc.oneof(
  fc.stringMatching(/^(sha256=|v0=|t=1700000000,v1=|v1,)?[0-9a-f]{64}$/),
  fc.uint8Array({ minLength: 32, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
);
const headerName = fc.oneof(
  fc.string(),
  fc.constantFrom('x-signature', 'X-Hmac-Sha256', 'webhook-id', 'x-timestamp', '__proto__', 'constructor', 'toString'),
);
const headers = fc.oneof(
  fc.dictionary(headerName, fc.oneof(weird, signatureLike), { noNullPrototype: false }),
  fc.array(fc.tuple(fc.constantFrom('x-signature', 'a'), signatureLike)).map((pairs) => new Headers(pairs)),
  weird,
);
const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.json().map((json) => `{"event":${json}}`),
);
const body = fc.oneof(
  bytes,
  text,
  bytes.map((some) => some.buffer),
  weird,
);
const method = fc.oneof(fc.constant('POST'), fc.constant(undefined), fc.string(), weird);
const params = fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.constant(undefined), weird);

test('answers every request out of the table, and never rejects', async () => {
  const { webhooks, handled } = noting();
  const request = fc.oneof({ weight: 9, arbitrary: fc.record({ headers, body, method, params }) }, weird);
  await fc.assert(
    fc.asyncProperty(request, async (given) => expectInTable(await webhooks.receive(given as WebhookRequest))),
    { numRuns: 500 },
  );
  expect(handled).toStrictEqual([]);
});

test('answers every signed body out of the table, and never rejects', async () => {
  const { webhooks, handled } = noting();
  const scheme = hmac({ header: 'x-signature' });
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, text), async (given) => {
      const rawBody = Buffer.from(given as string);
      const signed = scheme.sign?.({ rawBody, secret, signedAt: 0, id: '' }) ?? {};
      const reply = await webhooks.receive({ headers: signed, body: rawBody });
      expectInTable(reply);
      expect(reply.status).not.toBe(401);
      expect(reply.status).toBeLessThan(500);
    }),
    { numRuns: 1000 },
  );
  expect(handled).toStrictEqual([]);
});

test('parses nothing that is not signed', async () => {
  const { webhooks, handled } = noting();
  const parse = jest.spyOn(JSON, 'parse');
  try {
    const request = fc.record({ headers, body: fc.oneof(bytes, text, fc.constant(genuine().body)) });
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        parse.mockClear();
        const reply = await webhooks.receive(given as WebhookRequest);
        expect(parse).not.toHaveBeenCalled();
        expect(reply.status).toBe(401);
      }),
      { numRuns: 500 },
    );
    expect(handled).toStrictEqual([]);
    await webhooks.receive(genuine());
    expect(parse).toHaveBeenCalledTimes(1);
    expect(handled).toHaveLength(1);
  } finally {
    parse.mockRestore();
  }
});

test('refuses a signed body with any one of its bits changed', async () => {
  const { webhooks, handled } = noting();
  const { headers: signed, body: sent } = genuine();
  for (let bit = 0; bit < sent.length * 8; bit += 1) {
    const changed = Buffer.from(sent);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const reply = await webhooks.receive({ headers: signed, body: changed });
    if (reply.status !== 401) throw new Error(`Bit ${bit} changed: ${reply.status}`);
  }
  expect(handled).toStrictEqual([]);
  expect((await webhooks.receive({ headers: signed, body: sent })).status).toBe(200);
});

test('refuses any example with a bit of its body changed, cut off or added, under every scheme', async () => {
  const { webhooks, handled } = noting();
  const change = fc.oneof(
    fc.tuple(fc.constant('flip'), fc.nat(), fc.integer({ min: 1, max: 255 })),
    fc.tuple(fc.constant('cut'), fc.nat(), fc.constant(0)),
    fc.tuple(fc.constant('add'), fc.nat(), fc.nat(255)),
  );
  const scheme = fc.constantFrom('hmac' as const, 'timestampedHmac' as const, 'standardWebhooks' as const);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...referenceExamples), scheme, change, async (payload, by, [how, at, byte]) => {
      const delivery = signDelivery({ payload, secret, scheme: by });
      const sent = Buffer.from(delivery.body);
      const place = at % sent.length;
      const changed = Buffer.from(sent);
      if (how === 'flip') changed[place] = (sent[place] ?? 0) ^ byte;
      const given =
        how === 'flip'
          ? changed
          : how === 'cut'
            ? sent.subarray(0, place)
            : Buffer.concat([sent.subarray(0, place), Buffer.from([byte]), sent.subarray(place)]);
      expect((await webhooks.receive({ headers: delivery.headers, body: given })).status).toBe(401);
    }),
    { numRuns: 500 },
  );
  expect(handled).toStrictEqual([]);
});
