import { standardWebhooks } from '../../src';
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
