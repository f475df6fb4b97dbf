import { type SchemeOptions, schemeOf, schemeOfPin } from '../../../src/cli/sending/scheme-options';
import { sign } from '../../../src/cli/sending/sign';
import { explainSignature } from '../../../src/testing';

const secret = 'hush-hush';
const body = Buffer.from('{"event":"todo_created"}');

/** Every form that is recognised, and the line that pins it. */
const pins: readonly (readonly [SchemeOptions, string])[] = [
  [{}, "hmac({ header: 'x-bigmind-signature' })"],
  [{ encoding: 'base64', header: 'X-Shop-Hmac' }, "hmac({ header: 'x-shop-hmac', encoding: 'base64' })"],
  [{ algorithm: 'sha512' }, "hmac({ header: 'x-bigmind-signature', algorithm: 'sha512' })"],
  [{ header: 'x-hub-signature-256', prefix: 'sha256=' }, "hmac({ header: 'x-hub-signature-256', prefix: 'sha256=' })"],
  [{ scheme: 'stripe', header: 'stripe-signature' }, "timestampedHmac({ header: 'stripe-signature' })"],
  [
    { scheme: 'slack', header: 'x-slack-signature' },
    "timestampedHmac({ header: 'x-slack-signature', prefix: 'v0=', timestampHeader: 'x-slack-request-timestamp', " +
      "content: 'v0:{timestamp}:{body}' })",
  ],
  [
    { scheme: 'two-header', encoding: 'base64' },
    "timestampedHmac({ header: 'x-bigmind-signature', encoding: 'base64', timestampHeader: 'x-bigmind-timestamp' })",
  ],
  [{ scheme: 'standard-webhooks' }, 'standardWebhooks()'],
  [{ scheme: 'standard-webhooks', header: 'svix-signature' }, 'standardWebhooks()'],
  [{ scheme: 'standard-webhooks', header: 'bigmind-signature' }, "standardWebhooks({ prefix: 'bigmind' })"],
];

test.each(pins)('what %j signs is explained as what pins it, and the pin signs alike', (options, pin) => {
  const headers = sign(schemeOf(options), secret, body, 'msg_1');
  const { match, causes } = explainSignature({ headers, body, secret });
  expect(match).toMatchObject({ pin: `signature: ${pin}`, stale: false, recognised: true });
  expect(causes).toStrictEqual([]);
  const again = schemeOfPin(match?.pin ?? '');
  expect(again?.verify({ headers, rawBody: body, secret })).toBeTruthy();
});

test('a pin of something else is no scheme', () => {
  for (const pin of ['', 'signature: eval({ header: "a" })', "signature: constructor({ header: 'a' })"]) {
    expect(schemeOfPin(pin)).toBeUndefined();
  }
});

test('standard-webhooks takes no other dress', () => {
  expect(() => schemeOf({ scheme: 'standard-webhooks', encoding: 'hex' })).toThrow('--encoding is not for');
  expect(() => schemeOf({ scheme: 'standard-webhooks', header: 'x-other' })).toThrow('end in -signature');
});
