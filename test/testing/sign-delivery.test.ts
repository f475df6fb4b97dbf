import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import {
  type BigmindWebhooksOptions,
  bigmindWebhooks,
  hmac,
  type SignatureScheme,
  standardWebhooks,
  timestampedHmac,
} from '../../src';
import { examplePayload, type SignDeliveryInput, signDelivery } from '../../src/testing';

const secret = 'a secret of the tests';
const whsec = `whsec_${Buffer.from('a key of at least 24 bytes').toString('base64')}`;
const payload = examplePayload('notes_created', { data: { content: 'Grüße, 世界 🎉' } });

/** What a receiver answers, and the events its handler saw. */
async function deliver(options: BigmindWebhooksOptions, input: SignDeliveryInput) {
  const handled: unknown[] = [];
  const webhooks = bigmindWebhooks({ secret, logger: false, ...options });
  webhooks.on('*', (event) => handled.push(event));
  const { status } = await webhooks.receive(signDelivery(input));
  return { status, handled };
}

const schemes: [string, SignatureScheme, SignDeliveryInput['scheme']][] = [
  ['hmac by its name', hmac({ header: 'x-bigmind-signature' }), 'hmac'],
  ['timestampedHmac by its name', timestampedHmac({ header: 'x-bigmind-signature' }), 'timestampedHmac'],
  ['standardWebhooks by its name', standardWebhooks(), 'standardWebhooks'],
  ...[
    hmac({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }),
    hmac({ header: 'x-hmac', algorithm: 'sha512', encoding: 'base64' }),
    timestampedHmac({
      header: 'x-slack-signature',
      timestampHeader: 'x-slack-request-timestamp',
      prefix: 'v0=',
      content: 'v0:{timestamp}:{body}',
    }),
    timestampedHmac({
      header: 'x-signature',
      timestampHeader: 'x-timestamp',
      idHeader: 'x-id',
      content: '{id}|{timestamp}|{body}',
    }),
    standardWebhooks({ prefix: 'svix' }),
  ].map((scheme): [string, SignatureScheme, SignatureScheme] => [
    `${scheme.name} on ${scheme.looksFor}`,
    scheme,
    scheme,
  ]),
];

describe.each(schemes)('%s', (_title, pinned, scheme) => {
  test('signs what a receiver pinned to it accepts', async () => {
    expect(await deliver({ signature: pinned }, { payload, secret, scheme })).toEqual({
      status: 200,
      handled: [payload],
    });
  });

  test('signs nothing that another secret accepts', async () => {
    const result = await deliver({ signature: pinned }, { payload, secret: 'another', scheme });
    expect(result).toStrictEqual({ status: 401, handled: [] });
  });
});

test("signs what 'auto' recognises unless a scheme is asked for", async () => {
  expect(await deliver({}, { payload, secret })).toEqual({ status: 200, handled: [payload] });
});

test('sends a string as it is, byte for byte, and signs it', () => {
  const text = ' {"event" : "notes_created"}\n';
  const { body, headers } = signDelivery({ payload: text, secret });
  expect(body).toBe(text);
  expect(headers['x-bigmind-signature']).toBe(createHmac('sha256', secret).update(text, 'utf8').digest('hex'));
});

test('sends anything else as JSON, and says so', () => {
  const { body, headers } = signDelivery({ payload, secret });
  expect(body).toBe(JSON.stringify(payload));
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'bigmind-webhooks/testing' });
});

test.each([undefined, () => {}, Symbol('none')])('refuses a payload that JSON cannot say', (nothing) => {
  expect(() => signDelivery({ payload: nothing, secret })).toThrow(/signDelivery.payload: expected what JSON can say/);
});

test.each([Buffer.from('{}'), new Uint8Array(2), new ArrayBuffer(2)])(
  'refuses bytes, which JSON would spell out number by number: %p',
  (bytes) => {
    expect(() => signDelivery({ payload: bytes, secret })).toThrow(
      /signDelivery.payload: expected a string or what JSON can say, got an object \(\w+\). Pass the text of bytes\./,
    );
  },
);

test('refuses a scheme that can only verify, by its name', () => {
  const scheme: SignatureScheme = { name: 'mine', verify: () => true };
  expect(() => signDelivery({ payload, secret, scheme })).toThrow(/mine can only verify/);
});

test.each([
  ['Date', new Date(1_700_000_000_000)],
  ['number', 1_700_000_000_000],
])('signs the moment given as a %s', (_kind, signedAt) => {
  const { headers } = signDelivery({ payload, secret, scheme: 'timestampedHmac', signedAt });
  expect(headers['x-bigmind-signature']).toMatch(/^t=1700000000,v1=[0-9a-f]{64}$/);
});

test('signs an old moment that a receiver finds stale', async () => {
  const signedAt = Date.now() - 301_000;
  const result = await deliver({}, { payload, secret, scheme: 'timestampedHmac', signedAt });
  expect(result).toStrictEqual({ status: 401, handled: [] });
});

test('gives each delivery an id of its own unless one is given', () => {
  const idOf = (input: Partial<SignDeliveryInput>) =>
    signDelivery({ payload, secret, scheme: 'standardWebhooks', ...input }).headers['webhook-id'];
  expect(idOf({})).not.toBe(idOf({}));
  expect(idOf({ id: 'msg_mine' })).toBe('msg_mine');
});

test("stripe's library accepts what timestampedHmac signs", () => {
  const { body, headers } = signDelivery({ payload, secret, scheme: 'timestampedHmac' });
  const event: unknown = Stripe.webhooks.constructEvent(body, headers['x-bigmind-signature'] ?? '', secret);
  expect(event).toEqual(payload);
});

test('the library of Standard Webhooks accepts what standardWebhooks signs', () => {
  const { body, headers } = signDelivery({ payload, secret: whsec, scheme: 'standardWebhooks' });
  expect(new Webhook(whsec).verify(body, headers)).toEqual(payload);
});

test('what JSON cannot hold is refused as JSON.stringify refuses it', () => {
  const circle: Record<string, unknown> = {};
  circle['itself'] = circle;
  for (const payload of [circle, { many: 1n }]) {
    expect(() => signDelivery({ payload, secret: 'a secret' })).toThrow(TypeError);
  }
});
