import fc from 'fast-check';
import { bigmindWebhooks, hmac, isWebhookError, standardWebhooks, timestampedHmac } from '../../src';
import {
  body,
  mac,
  now,
  plainHeaders,
  refusal,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

function silent(signature: Parameters<typeof bigmindWebhooks>[0] extends infer O ? O : never = {}) {
  const handled: unknown[] = [];
  const webhooks = bigmindWebhooks({
    secret,
    logger: false,
    deduplicate: false,
    clock: { now: () => now },
    ...signature,
  });
  webhooks.on('*', (event) => handled.push(event)).onInvalid((found) => handled.push(found));
  return { webhooks, handled };
}

const signed: [string, Record<string, string>][] = [
  ['plain', plainHeaders()],
  ['Stripe’s', stripeHeaders()],
  ['Slack’s', slackHeaders()],
  ['two-header', twoHeaders()],
  ['Standard Webhooks', standardHeaders()],
];

test.each(signed)('any one-bit change of the body is refused under a %s signature', async (_form, headers) => {
  const { webhooks, handled } = silent();
  const bytes = Buffer.from(body);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const { status } = await webhooks.receive({ headers, body: changed });
    if (status !== 401) expect({ bit, status }).toEqual({ bit, status: 401 });
  }
  expect(handled).toStrictEqual([]);
  expect((await webhooks.receive({ headers, body: bytes })).status).toBe(200);
});

test.each(signed)('any one-digit change of a %s signature, its timestamp or id is refused', async (_form, headers) => {
  const { webhooks, handled } = silent();
  let tried = 0;
  for (const [name, value] of Object.entries(headers)) {
    const start = /^(?:v0=|v1,)/.exec(value)?.[0].length ?? 0;
    // The prefix says how to read, and the last digit of base64 before its padding holds bits that do not count.
    const end = value.endsWith('=') ? value.length - 2 : value.length;
    for (let at = start; at < end; at += 1) {
      if (!/\w/.test(value.charAt(at)) || /[tv]/.test(value.charAt(at))) continue;
      const changed = value.slice(0, at) + (value.charAt(at) === '7' ? '3' : '7') + value.slice(at + 1);
      expect(await webhooks.receive({ headers: { ...headers, [name]: changed }, body })).toEqual(refusal);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(30);
  expect(handled).toStrictEqual([]);
});

// Of another secret: the body is random too, and may be the very text that was signed.
const key = 'another secret';
/** Header values near the grammars, and far from them. */
const digest = fc.constantFrom(
  mac('a', { key }),
  mac('a', { key, encoding: 'base64' }),
  mac('a', { key, encoding: 'base64url' }),
  mac('a', { key, algorithm: 'sha512' }),
);
const time = fc.constantFrom(seconds, String(now), '0', '-1', '1e9', 'NaN', '9'.repeat(13), '9'.repeat(400));
const value = fc.oneof(
  digest,
  time,
  fc.tuple(fc.constantFrom('v1,', 'v1a,', 'v0=', 'v1=', 'sha256=', 't=', ''), digest).map((parts) => parts.join('')),
  fc.tuple(time, fc.array(digest)).map(([t, all]) => [`t=${t}`, ...all.map((hex) => `v1=${hex}`)].join()),
  fc.array(digest).map((all) => all.map((text) => `v1,${text}`).join(' ')),
  fc.string({ unit: 'binary' }),
  fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
  fc.constantFrom(undefined, '', ',', '=', ' ', '\0', '\ud800', '{}', 'x'.repeat(20_000)),
);
const name = fc.oneof(
  fc.constantFrom(
    'x-signature',
    'X-SIGNATURE',
    'stripe-signature',
    'x-hmac',
    'webhook-signature',
    'webhook-id',
    'webhook-timestamp',
    'svix-signature',
    'svix-id',
    'svix-timestamp',
    '-signature',
    'signature',
    'x-timestamp',
    'timestamp',
    'signature-input',
    '__proto__',
    'constructor',
    'toString',
    'user-agent',
    '',
  ),
  fc.string({ unit: 'binary' }),
);
const headers = fc.dictionary(name, value, { maxKeys: 12, noNullPrototype: false });

test.each([
  ['auto', undefined],
  ['hmac', hmac({ header: 'x-signature', prefix: 'v1=' })],
  ['hmac of a name that objects inherit', hmac({ header: 'constructor' })],
  ['timestampedHmac', timestampedHmac({ header: 'x-signature' })],
  ['timestampedHmac of two headers', timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' })],
  ['standardWebhooks', standardWebhooks()],
])('no headers whatsoever make %s throw, or let in what is not signed', async (_name, signature) => {
  const { webhooks, handled } = silent({ signature });
  await fc.assert(
    fc.asyncProperty(headers, fc.oneof(fc.constant(body), fc.string()), async (given, sent) => {
      expect(await webhooks.receive({ headers: given, body: sent })).toEqual(refusal);
      const error: unknown = await webhooks.verify({ headers: given, body: sent }).catch((thrown: unknown) => thrown);
      expect(isWebhookError(error) && error.code).toBe('UNAUTHENTICATED');
    }),
    { numRuns: 300 },
  );
  expect(handled).toStrictEqual([]);
});

test('a genuine delivery is found among any other headers that cannot be read as a signature', async () => {
  const others = fc.dictionary(
    fc.stringMatching(/^x-[a-z]{1,8}-(signature|hmac|timestamp)$/),
    fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.constantFrom('t=1,v1=a', 'v1,a', 'sha256=')),
    { maxKeys: 8 },
  );
  const { webhooks } = silent();
  await fc.assert(
    fc.asyncProperty(others, fc.constantFrom(...signed), async (noise, [, genuine]) => {
      const { status } = await webhooks.receive({ headers: { ...noise, ...genuine }, body });
      expect(status).toBe(200);
    }),
    { numRuns: 300 },
  );
});
