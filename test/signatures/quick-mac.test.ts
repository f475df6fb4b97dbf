import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { bigmindWebhooks, hmac, timestampedHmac } from '../../src';
import { quickBytes, quickMac } from '../../src/signatures/quick-mac';
import { body, expectAccepted, expectRefused, plainHeaders, receiver, secret, stripeHeaders } from './sender';

const theirs = (key: string, prefix: string, bytes: Buffer) =>
  createHmac('sha256', key).update(prefix).update(bytes).digest('binary');

// RFC 4231, the two cases whose key is ASCII.
test.each([
  ['2', 'Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  ['1', '\x0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
])('it gives what RFC 4231 gives in test case %s', (_case, key, text, expected) => {
  const bytes = Buffer.from(expected, 'hex').toString('latin1');
  expect(quickMac(key, '', Buffer.from(text))).toBe(bytes);
  expect(quickMac(key, text.slice(0, 3), Buffer.from(text.slice(3)))).toBe(bytes);
});

test('it is the HMAC that Node makes, for any key, prefix and body, whatever came before', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('k'.repeat(64), 'k'.repeat(65), '\ud800'),
  );
  const prefix = fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 40 }));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 4000, maxLength: 8000 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, prefix, bytes), { minLength: 1, maxLength: 4 }), (macs) => {
      for (const [k, p, b] of macs) expect(quickMac(k, p, Buffer.from(b))).toBe(theirs(k, p, Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
});

test('it leaves to others what does not fit, to the byte', () => {
  const bytes = (length: number) => Buffer.alloc(length, 0xa5);
  expect(quickMac('key', '', bytes(quickBytes))).toBe(theirs('key', '', bytes(quickBytes)));
  expect(quickMac('key', '', bytes(quickBytes + 1))).toBeUndefined();
  // '€' has three bytes.
  expect(quickMac('key', '€', bytes(quickBytes - 3))).toBe(theirs('key', '€', bytes(quickBytes - 3)));
  expect(quickMac('key', '€', bytes(quickBytes - 2))).toBeUndefined();
});

describe('a receiver', () => {
  const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
  const createHmacSpy = jest.spyOn(crypto, 'createHmac');
  beforeEach(() => void createHmacSpy.mockClear());

  test('takes a delivery with one signature at a glance, and makes no Hmac object', async () => {
    const plain = plainHeaders();
    const timestamped = stripeHeaders(`${body} `);
    createHmacSpy.mockClear();
    await expectAccepted(receiver({ signature: hmac({ header: 'x-signature' }) }), plain, 'hmac');
    const pinned = timestampedHmac({ header: 'stripe-signature' });
    await expectAccepted(receiver({ signature: pinned }), timestamped, 'timestampedHmac', `${body} `);
    expect(createHmacSpy).not.toHaveBeenCalled();
  });

  test('refuses nothing at a glance: what is not accepted is compared with Node’s HMAC', async () => {
    const forged = plainHeaders(body, 'another secret');
    createHmacSpy.mockClear();
    await expectRefused(receiver(), forged);
    expect(createHmacSpy.mock.calls.map(([algorithm, key]) => [algorithm, key])).toEqual([['sha256', secret]]);
  });

  test('takes a delivery on either side of what is glanced at', async () => {
    for (const length of [quickBytes - 1, quickBytes, quickBytes + 1, 3 * quickBytes]) {
      const text = body.padEnd(length, ' ');
      await expectAccepted(receiver(), plainHeaders(text), 'hmac', text);
      await expectRefused(receiver(), plainHeaders(text), `${text.slice(0, -1)}\t`);
    }
  });

  test('keeps tenants apart whose deliveries take turns', async () => {
    const secrets: Readonly<Record<string, string>> = { a: 'the secret of a', b: 'the secret of b' };
    const webhooks = bigmindWebhooks({
      logger: false,
      secret: ({ params }) => ({ tenant: params['tenant'] ?? '', secret: secrets[params['tenant'] ?? ''] ?? '' }),
    });
    const seen: (string | undefined)[] = [];
    webhooks.on('notes_created', (_event, { tenant }) => void seen.push(tenant));
    const post = async (signer: string, tenant: string) => {
      const headers = plainHeaders(body, secrets[signer]);
      return (await webhooks.receive({ headers, body, params: { tenant } })).status;
    };
    const statuses = [await post('a', 'a'), await post('a', 'b'), await post('b', 'b'), await post('b', 'a')];
    expect(statuses).toEqual([200, 401, 200, 401]);
    expect(seen).toEqual(['a', 'b']);
  });
});
