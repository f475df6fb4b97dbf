import { hmac, standardWebhooks, timestampedHmac } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  now,
  plainHeaders,
  receiver,
  seconds,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

const old = String(now / 1000 - 3600);

describe('a key that decodes to little or nothing', () => {
  const shortKey = Buffer.alloc(23, 7);

  test.each([
    ['nothing after whsec_', 'whsec_', Buffer.alloc(0)],
    ['no base64 after whsec_', 'whsec_!!!@@@', Buffer.alloc(0)],
    ['7 characters after whsec_', 'whsec_c2hvcnQ', Buffer.from('short')],
    ['blanks after whsec_', 'whsec_          ', Buffer.alloc(0)],
    ['padding alone after whsec_', 'whsec_====', Buffer.alloc(0)],
  ])('is refused at construction: %s', (_title, weak) => {
    for (const secret of [weak, [weak], ['a-good-one', weak]]) {
      expect(() => receiver({ secret })).toThrow(
        expect.objectContaining({ code: 'BAD_SECRET', message: expect.stringContaining('24 bytes') }),
      );
    }
  });

  test.each([
    ['23 bytes', `whsec_${shortKey.toString('base64')}`, shortKey],
    ['no base64', 'whsec_!!!@@@!!!@@@', Buffer.alloc(0)],
    ['half of it base64', 'whsec_test_secret', Buffer.from('test_secret', 'base64')],
  ])('is never made of what follows whsec_: %s', async (_title, weak, key) => {
    const auto = receiver({ secret: weak, deduplicate: false });
    await expectRefused(auto, standardHeaders(body, seconds, key));
    await expectRefused(auto, { 'x-signature': mac(body, { key }) });
    await expectAccepted(auto, standardHeaders(body, seconds, weak), 'standardWebhooks');
    await expectAccepted(auto, { 'x-signature': mac(body, { key: weak }) }, 'hmac');
    await expectAccepted(auto, stripeHeaders(body, seconds, weak), 'timestampedHmac');
    for (const signature of [hmac({ header: 'x-signature' }), timestampedHmac({ header: 'stripe-signature' })]) {
      expect(() => receiver({ secret: weak, signature })).not.toThrow();
    }
    for (const secret of [weak, ['a-good-one', weak]]) {
      expect(() => receiver({ secret, signature: standardWebhooks() })).toThrow(
        expect.objectContaining({ code: 'BAD_SECRET', message: expect.stringContaining('24 bytes') }),
      );
    }
    const tenant = receiver({ secret: () => ({ tenant: 'acme', secret: weak }), signature: standardWebhooks() });
    await expectRefused(tenant, standardHeaders(body, seconds, weak));
    expect(tenant.reason()).toContain('The secret of tenant acme is not usable');
  });

  test.each([
    ['whsec_', Buffer.alloc(0)],
    ['whsec_!!!@@@', Buffer.alloc(0)],
    ['', ''],
    [' \t', ' \t'],
  ])('signs nothing for a tenant whose secret is %j', async (weak, key) => {
    const to = receiver({ secret: () => ({ tenant: 'acme', secret: weak }) });
    await expectRefused(to, standardHeaders(body, seconds, key));
    await expectRefused(to, standardHeaders(body, seconds, weak));
    await expectRefused(to, { 'x-signature': mac(body, { key }) });
    await expectRefused(to, { 'x-signature': mac(body, { key: weak }) });
    expect(to.reason()).toContain('acme');
  });

  test('is never read into a secret that is no base64', async () => {
    await expectRefused(receiver({ secret: '!!!@@@' }), standardHeaders(body, seconds, Buffer.alloc(0)));
  });
});

describe('what is said twice', () => {
  test('a second t= does not make an old signature fresh', async () => {
    const signature = mac(`${old}.${body}`);
    for (const value of [`t=${old},t=${seconds},v1=${signature}`, `t=${seconds},t=${old},v1=${signature}`]) {
      await expectRefused(receiver(), { 'stripe-signature': value });
      await expectRefused(receiver({ signature: timestampedHmac({ header: 'stripe-signature' }) }), {
        'stripe-signature': value,
      });
    }
  });

  test('a second t= is refused even where both are the same', async () => {
    const signature = mac(`${seconds}.${body}`);
    await expectRefused(receiver(), { 'stripe-signature': `t=${seconds},t=${seconds},v1=${signature}` });
  });

  test('a repeated Stripe header is refused', async () => {
    const { 'stripe-signature': value = '' } = stripeHeaders();
    await expectRefused(receiver(), { 'stripe-signature': [value, value] });
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('a repeated %s is refused', async (name) => {
    const headers: Record<string, string> = standardHeaders();
    for (const signature of ['auto', standardWebhooks()] as const) {
      await expectRefused(receiver({ signature }), { ...headers, [name]: [headers[name] ?? '', headers[name] ?? ''] });
      await expectRefused(receiver({ signature }), { ...headers, [name.toUpperCase()]: headers[name] });
    }
  });

  test('a versioned signature that comes twice is refused, whatever is between', async () => {
    const { 'webhook-signature': value = '', ...others } = standardHeaders();
    for (const between of [', ', ' , ', ',']) {
      await expectRefused(receiver(), { ...others, 'webhook-signature': `${value}${between}${value}` });
    }
  });

  test('a versioned signature under a longer name than that of its id is refused', async () => {
    const { 'webhook-signature': value = '', ...others } = standardHeaders();
    await expectRefused(receiver(), { ...others, 'webhook-signature-2': value });
  });

  test('a plain signature that comes twice is refused, since no rotation sends one value twice', async () => {
    const { 'x-signature': value = '' } = plainHeaders();
    for (const signature of ['auto', hmac({ header: 'x-signature' })] as const) {
      await expectRefused(receiver({ signature }), { 'x-signature': [value, value] });
      await expectRefused(receiver({ signature }), { 'x-signature': `${value},${value}` });
    }
  });

  test('a repeated timestamp header is refused beside a signature of its own', async () => {
    await expectRefused(receiver(), { ...twoHeaders(), 'x-timestamp': [seconds, seconds] });
    await expectRefused(receiver(), { ...twoHeaders(body, old), 'x-timestamp': [old, seconds] });
  });

  test('a second timestamp header does not make an old signature fresh', async () => {
    await expectRefused(receiver(), { ...twoHeaders(body, old), 'x-other-timestamp': seconds });
  });
});

describe('a timestamp that was taken away or exchanged', () => {
  test('a newer timestamp than was signed is refused', async () => {
    await expectRefused(receiver(), { ...twoHeaders(body, old), 'x-timestamp': seconds });
    await expectRefused(receiver(), { ...standardHeaders(body, old), 'webhook-timestamp': seconds });
  });

  test('the same moment in milliseconds is not what was signed in seconds', async () => {
    await expectRefused(receiver(), { ...twoHeaders(), 'x-timestamp': String(now) });
  });

  test('another id than was signed is refused', async () => {
    await expectRefused(receiver(), { ...standardHeaders(), 'webhook-id': 'msg_2' });
  });

  test('a timestamped signature without its timestamp is nothing', async () => {
    const { 'x-signature': signature } = twoHeaders();
    await expectRefused(receiver(), { 'x-signature': signature });
    const { 'webhook-signature': standard } = standardHeaders();
    await expectRefused(receiver(), { 'webhook-signature': standard });
  });

  test('a header with signatures of other versions alone is refused', async () => {
    const { 'webhook-signature': signature = '', ...others } = standardHeaders();
    const asymmetric = signature.replace('v1,', 'v1a,');
    await expectRefused(receiver(), { ...others, 'webhook-signature': asymmetric });
    await expectRefused(receiver({ signature: standardWebhooks() }), { ...others, 'webhook-signature': asymmetric });
  });
});

describe('a sender of a timestamped and a plain signature together', () => {
  const both = (time: string) => ({ ...plainHeaders(), ...standardHeaders(body, time) });

  test('is held to the timestamp as long as it is there', async () => {
    await expectAccepted(receiver(), both(seconds), 'standardWebhooks');
    await expectRefused(receiver(), both(old));
  });

  test('is only as fresh as the plain one under auto, which is why pinning is advised', async () => {
    const { 'x-signature': plain } = both(old);
    await expectAccepted(receiver(), { 'x-signature': plain }, 'hmac');
  });

  test('is held to the timestamped one when that is pinned', async () => {
    const to = receiver({ signature: standardWebhooks() });
    await expectAccepted(to, both(seconds), 'standardWebhooks');
    await expectRefused(to, both(old));
    await expectRefused(to, plainHeaders());
  });
});

test('a plain signature is refused where another header was pinned', async () => {
  const to = receiver({ signature: hmac({ header: 'x-bigmind-signature' }) });
  await expectRefused(to, plainHeaders());
  await expectRefused(to, { ...plainHeaders(), 'x-bigmind-signature': '0'.repeat(64) });
});

test('a signature under a key named like what objects inherit is refused', async () => {
  const secrets: Record<string, string> = { acme: 'hush-hush-acme' };
  const to = receiver({
    secret: ({ params: { t = '' } }) => ({ tenant: t, secret: secrets[t] ?? '' }),
  });
  for (const t of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'nobody', '']) {
    for (const key of [`${secrets[t]}`, 'undefined', '[object Object]', 'function Object() { [native code] }']) {
      expect((await to.post({ 'x-signature': mac(body, { key }) }, body, { t })).status).toBe(401);
    }
  }
  expect(to.handled).toStrictEqual([]);
  expect((await to.post({ 'x-signature': mac(body, { key: 'hush-hush-acme' }) }, body, { t: 'acme' })).status).toBe(
    200,
  );
});

test.each([`${old}.`, `${old}000.`, `v0:${old}:`, `msg_1.${old}.`])(
  'a signature over %j and a body is none of a body that begins so',
  async (prefix) => {
    await expectRefused(receiver(), { 'x-signature': mac(prefix + body) }, prefix + body);
  },
);

test('a signature in base64 with a digit of base64url is refused', async () => {
  // A body whose signature has a digit that either alphabet writes in its own way, twice.
  const mixed = (text: string) =>
    mac(text, { encoding: 'base64' }).replace(/[+/]/, (digit) => (digit === '+' ? '-' : '_'));
  const texts = Array.from({ length: 1000 }, (_, n) => body + ' '.repeat(n));
  const text = texts.find((each) => /[+/]/.test(mixed(each)) && /[-_]/.test(mixed(each))) ?? '';
  expect(text).not.toBe('');
  for (const signature of ['auto', hmac({ header: 'x-signature', encoding: 'base64' })] as const) {
    const to = receiver({ signature });
    await expectRefused(to, { 'x-signature': mixed(text) }, text);
    await expectAccepted(to, { 'x-signature': mac(text, { encoding: 'base64' }) }, 'hmac', text);
  }
});
