import * as fc from 'fast-check';
import { bigmindWebhooks, hmac, type SignatureScheme, timestampedHmac } from '../../src';
import { auto } from '../../src/signatures/auto';
import { firstMatch } from '../../src/signatures/candidate';
import type { Encoding } from '../../src/signatures/digest';
import { glance } from '../../src/signatures/glance';
import { readerOf } from '../../src/signatures/header-reader';
import { quickBytes } from '../../src/signatures/quick-mac';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  plainHeaders,
  receiver,
  seconds,
  secret,
  stripeHeaders,
  twoHeaders,
} from './sender';

// A usual request is accepted at a first look, which costs half; everything else is searched.

const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
const createHmac = jest.spyOn(crypto, 'createHmac');
beforeEach(() => void createHmac.mockClear());

const withId = {
  header: 'x-signature',
  timestampHeader: 'x-timestamp',
  idHeader: 'x-id',
  content: '{id}.{timestamp}.{body}',
};

test.each<[string, SignatureScheme | undefined, Record<string, string>]>([
  ['plain', undefined, plainHeaders()],
  ['prefixed', undefined, { 'x-signature': `sha256=${mac(body)}` }],
  ['in Stripe’s form', undefined, stripeHeaders()],
  ['plain, and pinned', hmac({ header: 'x-signature' }), plainHeaders()],
  ['of another prefix', hmac({ header: 'x-signature', prefix: 'v9:' }), { 'x-signature': `v9:${mac(body)}` }],
  [
    'in base64',
    hmac({ header: 'x-signature', encoding: 'base64' }),
    { 'x-signature': mac(body, { encoding: 'base64' }) },
  ],
  [
    'in base64url',
    hmac({ header: 'x-signature', encoding: 'base64url' }),
    { 'x-signature': mac(body, { encoding: 'base64url' }) },
  ],
  ['timestamped', timestampedHmac({ header: 'stripe-signature' }), stripeHeaders()],
  ['of two headers', timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' }), twoHeaders()],
  [
    'with an id',
    timestampedHmac(withId),
    { 'x-id': 'msg_1', 'x-timestamp': seconds, 'x-signature': mac(`msg_1.${seconds}.${body}`) },
  ],
])('a signature %s is accepted without an Hmac object', async (_title, signature, headers) => {
  createHmac.mockClear();
  const to = receiver(signature && { signature });
  await expectAccepted(to, headers, signature?.name ?? (headers['stripe-signature'] ? 'timestampedHmac' : 'hmac'));
  expect(createHmac).not.toHaveBeenCalled();
});

test('nothing is refused at a glance: what is not accepted is compared with Node’s HMAC', async () => {
  const forged = plainHeaders(body, 'another secret');
  createHmac.mockClear();
  await expectRefused(receiver(), forged);
  expect(createHmac.mock.calls.map(([algorithm, key]) => [algorithm, key])).toEqual([['sha256', secret]]);
});

test('what is accepted at a glance is what a search finds, in the same words', () => {
  const readers = [
    auto,
    hmac({ header: 'x-signature' }),
    hmac({ header: 'x-signature', prefix: 'sha256=' }),
    hmac({ header: 'x-signature', encoding: 'base64' }),
    hmac({ header: 'x-signature', encoding: 'base64url' }),
    hmac({ header: 'x-signature', algorithm: 'sha512' }),
    timestampedHmac({ header: 'x-signature' }),
    timestampedHmac({ header: 'x-signature', encoding: 'base64' }),
    timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp', content: 'v0:{timestamp}:{body}' }),
    timestampedHmac(withId),
  ].map(readerOf);
  const mostly = <T>(usual: T, ...others: readonly T[]) =>
    fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
  const time = mostly(seconds, `${seconds}000`, '170000000', 'soon', ' ');
  const id = mostly('msg_1', 'msg 1', '');
  const front = fc.oneof(
    fc.constant(''),
    time.map((at) => `${at}.`),
    time.map((at) => `v0:${at}:`),
    fc.tuple(id, time).map(([name, at]) => `${name}.${at}.`),
  );
  const digest = fc
    .record({
      front,
      key: mostly(secret, 'another'),
      algorithm: mostly<'sha256' | 'sha512'>('sha256', 'sha512'),
      encoding: mostly<Encoding>('hex', 'base64', 'base64url'),
      change: mostly(
        (text: string) => text,
        (text: string) => text.toUpperCase(),
        (text: string) => text.slice(1),
        (text: string) => `${text}=`,
        (text: string) => String.fromCharCode(text.charCodeAt(0) + 0x100) + text.slice(1),
      ),
    })
    .map(({ front: before, key, algorithm, encoding, change }) =>
      change(mac(before + body, { key, algorithm, encoding })),
    );
  const signature = fc.oneof(
    digest,
    fc.tuple(fc.constantFrom('sha256=', 'v0=', 'v1,'), digest).map((parts) => parts.join('')),
    fc.tuple(time, digest).map(([at, text]) => `t=${at},v1=${text}`),
    fc
      .tuple(time, fc.array(digest, { maxLength: 3 }))
      .map(([at, texts]) => `t=${at}${texts.map((t) => `,v1=${t}`).join('')}`),
  );
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const requests = fc.record({
    'x-signature': signature,
    'x-timestamp': optional(time),
    'x-id': optional(id),
    'y-signature': fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: signature, weight: 1 }),
  });
  const bytes = Buffer.from(body);
  let accepted = 0;
  fc.assert(
    fc.property(requests, (given) => {
      const headers = Object.fromEntries(
        Object.entries(given).filter((each): each is [string, string] => each[1] !== undefined),
      );
      for (const reader of readers) {
        const lone = reader?.lone?.(headers);
        const seen = lone && glance(lone, bytes, secret);
        if (reader === undefined || seen === undefined) continue;
        accepted += 1;
        const found = firstMatch(reader.candidates(headers), bytes, secret);
        const said = [seen, found].map((match) => match && [match.scheme, match.signedAt, match.id, match.pin]);
        expect(said[0]).toEqual(said[1]);
      }
    }),
    { numRuns: 20_000 },
  );
  expect(accepted).toBeGreaterThan(1000);
});

test('a delivery is taken on either side of what is glanced at', async () => {
  for (const length of [quickBytes - 1, quickBytes, quickBytes + 1, 3 * quickBytes]) {
    const text = body.padEnd(length, ' ');
    await expectAccepted(receiver(), plainHeaders(text), 'hmac', text);
    await expectRefused(receiver(), plainHeaders(text), `${text.slice(0, -1)}\t`);
  }
});

test('tenants are kept apart whose deliveries take turns', async () => {
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
