import { standardWebhooks, timestampedHmac } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  receiver,
  seconds,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

// What may stand beside a signature in its header, and how long headers may be.

const { 'webhook-signature': versioned = '', ...others } = standardHeaders();
const { 'stripe-signature': stripe = '' } = stripeHeaders();

describe.each([
  ['auto', 'auto' as const],
  ['pinned', standardWebhooks()],
])('a signature of Standard Webhooks under the scheme that is %s', (_name, signature) => {
  const to = () => receiver({ signature });

  test.each(['%s, v10,abc', 'v10,abc, %s', '%s, v1a,abc', 'v1a,abc %s', '%s  v2,abc', '%s ,v2,abc'])(
    'is read in %j',
    async (written) => {
      const value = written.replace('%s', versioned);
      await expectAccepted(to(), { ...others, 'webhook-signature': value }, 'standardWebhooks');
    },
  );

  test.each(['%s garbage', '%s garbage!', '%s v,abc', '%s, vx,abc', '%s v1', '%s v2,', '%s v2,a!', '; %s'])(
    'is refused in %j',
    async (written) => {
      await expectRefused(to(), { ...others, 'webhook-signature': written.replace('%s', versioned) });
    },
  );

  test('is read in a header of 65,536 characters, and not in a longer one', async () => {
    const filled = (length: number) => `${versioned} v2,`.padEnd(length, 'a');
    await expectAccepted(to(), { ...others, 'webhook-signature': filled(65_536) }, 'standardWebhooks');
    await expectRefused(to(), { ...others, 'webhook-signature': filled(65_537) });
  });
});

test('a signature in Stripe’s form is read in a header of 65,536 characters, and not in a longer one', async () => {
  const filled = (length: number) => `${stripe},v0=`.padEnd(length, 'a');
  await expectAccepted(receiver(), { 'stripe-signature': filled(65_536) }, 'timestampedHmac');
  await expectRefused(receiver(), { 'stripe-signature': filled(65_537) });
});

test('a header with a time that is not called a timestamp is none', async () => {
  for (const name of ['x-t', 'x-time', 'x-request-t']) {
    await expectRefused(receiver(), { 'x-signature': twoHeaders()['x-signature'] ?? '', [name]: seconds });
  }
});

test.each([
  [128, 128, true],
  [129, 128, false],
  [128, 129, false],
])('a signature in a name of %d characters has its timestamp in one of %d: %j', async (own, time, isRead) => {
  // The names begin alike, up to a hyphen.
  const stem = `${'x'.repeat(100)}-`;
  const headers = {
    [`${stem}${'y'.repeat(own - 111)}-signature`]: mac(`${seconds}.${body}`),
    [`${stem}timestamp`.padEnd(time, '-')]: seconds,
  };
  expect(Object.keys(headers).map(({ length }) => length)).toEqual([own, time]);
  if (isRead) await expectAccepted(receiver(), headers, 'timestampedHmac');
  else await expectRefused(receiver(), headers);
});

describe('a pinned signature over a timestamp and an id', () => {
  const [header, timestampHeader, idHeader] = ['x-signature', 'x-timestamp', 'x-id'];
  const signature = timestampedHmac({ header, timestampHeader, idHeader, content: '{id}.{timestamp}.{body}' });
  const signed = (id: string) => ({ [timestampHeader]: seconds, [header]: mac(`${id}.${seconds}.${body}`) });

  test('is refused without an id that can be read, also where it signs what its absence would be written as', async () => {
    await expectAccepted(receiver({ signature }), { ...signed('e-1'), [idHeader]: 'e-1' }, 'timestampedHmac');
    for (const absent of ['undefined', '', 'a b']) {
      await expectRefused(receiver({ signature }), { ...signed(absent), [idHeader]: 'a b' });
      await expectRefused(receiver({ signature }), signed(absent));
    }
  });

  test('is made with these headers and no others', () => {
    const signing = { rawBody: Buffer.from(body), secret: 'x', signedAt: Number(seconds) * 1000, id: 'e-1' };
    expect(Object.keys(signature.sign?.(signing) ?? {}).sort()).toEqual([idHeader, header, timestampHeader]);
    const alone = timestampedHmac({ header, prefix: '' });
    expect(Object.keys(alone.sign?.(signing) ?? {})).toEqual([header]);
  });
});

test('a pinned signature over a timestamp takes the secret as it is written, and not as a key in base64', async () => {
  const key = Buffer.alloc(32, 7);
  const secret = `whsec_${key.toString('base64')}`;
  const to = receiver({ secret, signature: timestampedHmac({ header: 'stripe-signature' }) });
  const signed = (by: string | Buffer) => ({
    'stripe-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, { key: by })}`,
  });
  await expectRefused(to, signed(key));
  await expectAccepted(to, signed(secret), 'timestampedHmac');
});

test('a pinned signature that cannot be read is said to be unreadable, however old its timestamp is', async () => {
  const to = receiver({ signature: timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' }) });
  await expectRefused(to, { 'x-signature': 'abc', 'x-timestamp': String(Number(seconds) - 400) });
  expect(to.reason()).toContain('x-signature cannot be read as a signature');
});
