import { type HmacOptions, hmac, standardWebhooks, type TimestampedHmacOptions, timestampedHmac } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  plainHeaders,
  receiver,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

const base64 = mac(body, { encoding: 'base64' });
const header = 'X-Signature';

describe('hmac', () => {
  const dresses: [HmacOptions, string][] = [
    [{ header }, mac(body)],
    [{ header, encoding: 'base64' }, base64],
    [{ header, encoding: 'base64' }, base64.replace(/=+$/, '')],
    [{ header, encoding: 'base64' }, mac(body, { encoding: 'base64url' })],
    [{ header, encoding: 'base64url' }, base64],
    [{ header, algorithm: 'sha512' }, mac(body, { algorithm: 'sha512' })],
    [{ header, prefix: 'sha256=' }, `sha256=${mac(body)}`],
    [{ header, prefix: 'HMAC ' }, `HMAC ${mac(body)}`],
    [{ header, algorithm: undefined, encoding: undefined, prefix: undefined }, mac(body)],
  ];

  test.each(dresses)('with %j accepts a signature that is written so', async (options, value) => {
    await expectAccepted(receiver({ signature: hmac(options) }), { 'x-signature': value }, 'hmac');
  });

  test.each<[HmacOptions, string]>([
    [{ header, encoding: 'base64' }, mac(body)],
    [{ header }, base64],
    [{ header }, mac(body, { algorithm: 'sha512' })],
    [{ header, algorithm: 'sha512' }, mac(body)],
    [{ header, prefix: 'sha256=' }, mac(body)],
    [{ header }, `sha256=${mac(body)}`],
    [{ header, prefix: 'sha256=' }, `SHA256=${mac(body)}`],
  ])('with %j refuses one that is written otherwise', async (options, value) => {
    await expectRefused(receiver({ signature: hmac(options) }), { 'x-signature': value });
  });

  test('a genuine body is genuine, however it begins: it is no JSON, and that is said', async () => {
    const text = `${seconds}.${body}`;
    const { status } = await receiver({ signature: hmac({ header }) }).post(plainHeaders(text), text);
    expect(status).toBe(400);
  });

  test('refuses the right signature under another header', async () => {
    await expectRefused(receiver({ signature: hmac({ header: 'x-bigmind-signature' }) }), plainHeaders());
  });

  test('refuses the timestamped forms', async () => {
    await expectRefused(receiver({ signature: hmac({ header }) }), twoHeaders());
    await expectRefused(receiver({ signature: hmac({ header: 'stripe-signature' }) }), stripeHeaders());
  });
});

describe('timestampedHmac', () => {
  const twoHeader: TimestampedHmacOptions = { header, timestampHeader: 'X-Timestamp' };
  const slack: TimestampedHmacOptions = {
    header: 'x-slack-signature',
    timestampHeader: 'x-slack-request-timestamp',
    prefix: 'v0=',
    content: 'v0:{timestamp}:{body}',
  };
  const withId: TimestampedHmacOptions = { ...twoHeader, idHeader: 'X-Id', content: '{id}|{timestamp}|{body}' };

  test.each<[string, TimestampedHmacOptions, Record<string, string>]>([
    ["Stripe's header", { header: 'stripe-signature' }, stripeHeaders()],
    ['two headers', twoHeader, twoHeaders()],
    ["Slack's headers", slack, slackHeaders()],
    [
      'no text between',
      { ...twoHeader, content: '{timestamp}{body}' },
      {
        'x-timestamp': seconds,
        'x-signature': mac(seconds + body),
      },
    ],
    ['an id', withId, { 'x-id': 'e-1', 'x-timestamp': seconds, 'x-signature': mac(`e-1|${seconds}|${body}`) }],
    [
      'SHA-512 in base64',
      { header, algorithm: 'sha512', encoding: 'base64' },
      {
        'x-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, { algorithm: 'sha512', encoding: 'base64' })}`,
      },
    ],
  ])('accepts %s', async (_title, options, headers) => {
    const signature = timestampedHmac(options);
    await expectAccepted(receiver({ signature }), headers, 'timestampedHmac');
    const old = new Date('2026-05-04T13:00:00Z').getTime();
    await expectRefused(receiver({ signature, clock: { now: () => old } }), headers);
    await expectRefused(receiver({ signature, secret: 'another' }), headers);
  });

  test.each<[string, TimestampedHmacOptions, Record<string, string>]>([
    ['a plain signature where two headers are pinned', twoHeader, { ...plainHeaders(), 'x-timestamp': seconds }],
    ['the timestamp in another header', twoHeader, { ...twoHeaders(), 'x-timestamp': '', 'x-time-stamp': seconds }],
    [
      'the usual text where Slack’s is pinned',
      slack,
      {
        'x-slack-request-timestamp': seconds,
        'x-slack-signature': `v0=${mac(`${seconds}.${body}`)}`,
      },
    ],
    [
      'Stripe’s header in another encoding',
      { header, encoding: 'base64' },
      {
        'x-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`)}`,
      },
    ],
    [
      'SHA-256 in Stripe’s header where SHA-512 is pinned',
      { header, algorithm: 'sha512' },
      { 'x-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`)}` },
    ],
    ['SHA-256 in two headers where SHA-512 is pinned', { ...twoHeader, algorithm: 'sha512' }, twoHeaders()],
    [
      'a missing id that is signed as undefined',
      withId,
      { 'x-timestamp': seconds, 'x-signature': mac(`undefined|${seconds}|${body}`) },
    ],
    ['a missing id', withId, { 'x-timestamp': seconds, 'x-signature': mac(`|${seconds}|${body}`) }],
    [
      'an id with a separator in it',
      withId,
      {
        'x-id': 'a|b',
        'x-timestamp': seconds,
        'x-signature': mac(`a|b|${seconds}|${body}`),
      },
    ],
    [
      'Stripe’s form under version 0 alone',
      { header },
      {
        'x-signature': `t=${seconds},v0=${mac(`${seconds}.${body}`)}`,
      },
    ],
  ])('refuses %s', async (_title, options, headers) => {
    await expectRefused(receiver({ signature: timestampedHmac(options) }), headers);
  });

  test('without an id header the bytes name the delivery: two events are two', async () => {
    for (const [options, headersOf] of [
      [twoHeader, twoHeaders],
      [{ header: 'stripe-signature' }, stripeHeaders],
    ] as const) {
      const to = receiver({ signature: timestampedHmac(options) });
      const other = `${body} `;
      expect((await to.post(headersOf())).body).toBe('{"status":"processed"}');
      expect((await to.post(headersOf(other), other)).body).toBe('{"status":"processed"}');
      expect((await to.post(headersOf(body, String(Number(seconds) + 9)))).body).toBe('{"status":"duplicate"}');
      expect(to.handled).toHaveLength(2);
    }
  });

  test('an id that is signed names the delivery, so that a repeat with another timestamp is one', async () => {
    const to = receiver({ signature: timestampedHmac(withId) });
    const signed = (id: string, time: string) => ({
      'x-id': id,
      'x-timestamp': time,
      'x-signature': mac(`${id}|${time}|${body}`),
    });
    expect((await to.post(signed('e-1', seconds))).body).toBe('{"status":"processed"}');
    expect((await to.post(signed('e-1', String(Number(seconds) + 9)))).body).toBe('{"status":"duplicate"}');
    expect((await to.post(signed('e-2', seconds))).body).toBe('{"status":"processed"}');
    expect(to.handled).toHaveLength(2);
  });
});

describe('standardWebhooks', () => {
  const renamed = (prefix: string) =>
    Object.fromEntries(
      Object.entries(standardHeaders()).map(([name, value]) => [name.replace('webhook', prefix), value]),
    );

  test('accepts both usual prefixes, and a prefix of the vendor’s own where it is named', async () => {
    await expectAccepted(receiver({ signature: standardWebhooks() }), renamed('webhook'), 'standardWebhooks');
    await expectAccepted(receiver({ signature: standardWebhooks() }), renamed('svix'), 'standardWebhooks');
    const signature = standardWebhooks({ prefix: 'X-Bigmind' });
    await expectAccepted(receiver({ signature }), renamed('x-bigmind'), 'standardWebhooks');
    await expectRefused(receiver({ signature }), renamed('webhook'));
    await expectRefused(receiver({ signature: standardWebhooks() }), renamed('x-bigmind'));
  });

  test('takes no header of one prefix for a signature of the other', async () => {
    const mixed = { ...renamed('svix'), 'webhook-signature': renamed('svix')['svix-signature'] };
    await expectRefused(receiver({ signature: standardWebhooks() }), { ...mixed, 'svix-signature': undefined });
  });

  test('refuses a signature over `undefined.t.body` without an id header', async () => {
    const signature = `v1,${mac(`undefined.${seconds}.${body}`, { encoding: 'base64' })}`;
    const headers = { 'webhook-timestamp': seconds, 'webhook-signature': signature };
    await expectRefused(receiver({ signature: standardWebhooks() }), headers);
    await expectRefused(receiver(), headers);
  });

  test('refuses the other forms', async () => {
    const to = receiver({ signature: standardWebhooks() });
    for (const headers of [plainHeaders(), stripeHeaders(), slackHeaders(), twoHeaders()]) {
      await expectRefused(to, headers);
    }
  });

  test('its id names the delivery, under auto the bytes do', async () => {
    const repeat = standardHeaders(body, String(Number(seconds) + 9));
    const other = `${body} `;
    const pinned = receiver({ signature: standardWebhooks() });
    expect((await pinned.post(standardHeaders())).body).toBe('{"status":"processed"}');
    expect((await pinned.post(repeat)).body).toBe('{"status":"duplicate"}');
    expect((await pinned.post(standardHeaders(other), other)).body).toBe('{"status":"duplicate"}');
    const auto = receiver();
    expect((await auto.post(standardHeaders())).body).toBe('{"status":"processed"}');
    expect((await auto.post(plainHeaders())).body).toBe('{"status":"duplicate"}');
    expect((await auto.post(standardHeaders(other), other)).body).toBe('{"status":"processed"}');
  });
});

test('verify() tells the scheme and the secret’s holder, and refuses with the code and status', async () => {
  const { webhooks, handled } = receiver({ signature: hmac({ header }) });
  await expect(webhooks.verify({ headers: plainHeaders(), body })).resolves.toEqual({
    event: JSON.parse(body),
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
    signature: { scheme: 'hmac' },
  });
  await expect(webhooks.verify({ headers: plainHeaders(body, `not ${secret}`), body })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    status: 401,
  });
  expect(handled).toStrictEqual([]);
});
