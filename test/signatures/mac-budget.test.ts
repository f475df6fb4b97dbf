import type { BinaryLike, KeyObject } from 'node:crypto';
import { hmac, standardWebhooks, timestampedHmac } from '../../src';
import { computingTime } from '../fixtures/computing-time';
import {
  body,
  expectAccepted,
  expectRefused,
  receiver as explaining,
  mac,
  plainHeaders,
  refusal,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

// It stays the real one; only its calls are counted.
const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
const createHmac = jest.spyOn(crypto, 'createHmac');

/** Without a log, for whose sake a refused delivery is explained once in ten seconds. */
const receiver: typeof explaining = (options) => explaining({ ...options, logger: false });

async function macsFor(work: () => Promise<void>): Promise<number> {
  createHmac.mockClear();
  await work();
  return createHmac.mock.calls.length;
}

const wrong = (n: number) => mac(`another ${n}`);
const many = Array.from({ length: 40 }, (_, index) => index);

/** A request that speaks of signatures as often and in as many ways as fit. */
function noise(): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const n of many) {
    const time = String(Number(seconds) - n);
    headers[`x-${n}-timestamp`] = time;
    headers[`x-${n}-id`] = `msg_${n}`;
    headers[`x-${n}-signature`] =
      `v1,${mac(`${n}`, { encoding: 'base64' })} v1,${mac(`-${n}`, { encoding: 'base64' })}`;
    headers[`y-${n}-signature`] = `t=${time},v1=${wrong(n)},v1=${wrong(-n)}`;
    headers[`z-${n}-hmac`] = `v0=${wrong(n)}`;
    headers[`a-${n}-hmac`] = mac(`${n}`, { algorithm: 'sha512' });
  }
  return headers;
}

test('at most 3 MACs are computed for a request and secret, whatever its headers hold', async () => {
  const headers = noise();
  const to = receiver();
  const reversed = Object.fromEntries(Object.entries(headers).reverse());
  createHmac.mockClear();
  await expectRefused(to, headers);
  expect(createHmac.mock.calls.length).toBe(3);
  await expectRefused(to, reversed);
  expect(createHmac.mock.calls.length).toBe(6);
});

test('at most 3 more are computed for each further secret', async () => {
  const headers = noise();
  const to = receiver({ secret: ['one', 'two', 'three'] });
  expect(await macsFor(() => expectRefused(to, headers))).toBe(9);
  const keys = createHmac.mock.calls.map(([, key]: [string, BinaryLike | KeyObject, ...unknown[]]) => key);
  expect(new Set(keys)).toEqual(new Set(['one', 'two', 'three']));
});

test('one signature beside eight timestamps costs the two nearest, and its body alone', async () => {
  const stems = ['x', 'x-acme', 'x-acme-signature', 'x-other', 'y', 'acme', 'x-acme-event', 'x-ac'];
  const times = stems.map((stem, n) => [`${stem}-timestamp`, String(Number(seconds) + n)] as const);
  const headers = { ...Object.fromEntries(times), 'x-acme-signature': wrong(1) };
  expect(await macsFor(() => expectRefused(receiver(), headers))).toBe(3);
  const fitting = (n: number) => ({
    ...headers,
    'x-acme-signature': mac(`${Number(seconds) + n}.${body}`),
  });
  await expectAccepted(receiver(), fitting(2), 'timestampedHmac');
  await expectAccepted(receiver(), fitting(1), 'timestampedHmac');
  for (const n of [0, 3, 4, 5, 6, 7]) await expectRefused(receiver(), fitting(n));
});

test.each([
  ['Stripe’s form', stripeHeaders],
  ['Standard Webhooks', standardHeaders],
  ['Slack’s form', slackHeaders],
  ['two headers', twoHeaders],
])('a timestamp out of tolerance is refused before any MAC in %s', async (_form, sign) => {
  const to = explaining({ secret: ['one', secret] });
  for (const late of [-301, 301]) {
    const headers = sign(body, String(Number(seconds) + late));
    expect(await macsFor(() => expectRefused(to, headers))).toBe(0);
    expect(to.reason()).toMatch(/^The signature was not checked, since its timestamp is 301 s (?:old|ahead)/);
  }
});

test.each<[string, object | undefined]>([
  ['unknown', undefined],
  ['known for a blank secret', { tenant: 'globex', secret: ' ' }],
])('a tenant that is %s costs what a wrong signature costs', async (_title, answer) => {
  const whsec = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const find = ({ params: { tenant } }: { params: Record<string, string | undefined> }) =>
    (tenant === 'acme' ? { tenant, secret: whsec } : answer) as { tenant: string; secret: string } | undefined;
  const stale = stripeHeaders(body, '1000000000');
  for (const signature of ['auto', hmac({ header: 'x-signature' }), standardWebhooks()] as const) {
    for (const headers of [plainHeaders(), standardHeaders(), twoHeaders(), stripeHeaders(), stale, noise(), {}]) {
      const to = receiver({ secret: find, signature });
      const macs = { acme: 0, nobody: 0 };
      for (const tenant of ['acme', 'nobody'] as const) {
        createHmac.mockClear();
        expect(await to.post(headers, body, { tenant })).toEqual(refusal);
        macs[tenant] = createHmac.mock.calls.length;
      }
      expect(macs.nobody).toBe(macs.acme);
    }
  }
});

test('a scheme of one’s own is asked for an unknown tenant too, and cannot let it in', async () => {
  const verify = jest.fn(() => true);
  const to = explaining({ secret: () => undefined, signature: { name: 'own', verify } });
  await expectRefused(to, plainHeaders());
  expect(verify).toHaveBeenCalledTimes(1);
  expect(to.reason()).toBe('The secret function knows no such tenant.');
});

test('a stale pinned timestamp costs no MAC either', async () => {
  const to = explaining({ signature: timestampedHmac({ header: 'stripe-signature' }) });
  const headers = stripeHeaders(body, '1000000000');
  expect(await macsFor(() => expectRefused(to, headers))).toBe(0);
  expect(to.reason()).toContain('The signature was not checked');
});

test('one text is signed once, however many signatures claim it', async () => {
  const headers = { 'stripe-signature': `t=${seconds},${many.map((n) => `v1=${wrong(n)}`).join()}` };
  const to = receiver();
  expect(await macsFor(() => expectRefused(to, headers))).toBe(1);
  const plain = Object.fromEntries(many.map((n) => [`x-${n}-signature`, wrong(n)]));
  expect(await macsFor(() => expectRefused(to, plain))).toBe(1);
});

test('a request without anything like a signature costs none', async () => {
  const to = receiver();
  expect(await macsFor(() => expectRefused(to, { 'x-signature': 'nonsense', 'x-timestamp': seconds }))).toBe(0);
});

test.each([
  ['hmac', hmac({ header: 'z-0-hmac', prefix: 'v0=' }), 1],
  ['timestampedHmac', timestampedHmac({ header: 'y-0-signature' }), 1],
  ['standardWebhooks', standardWebhooks({ prefix: 'x-0' }), 1],
])('a pinned %s computes no more than it needs', async (_name, signature, macs) => {
  const to = receiver({ signature });
  const headers = noise();
  expect(await macsFor(() => expectRefused(to, headers))).toBe(macs);
});

test('a genuine signature among some others is still found', async () => {
  const old = mac('old', { encoding: 'base64' });
  const { 'webhook-signature': genuine } = standardHeaders();
  const headers = { ...standardHeaders(), 'webhook-signature': `v1,${old} ${genuine}`, 'x-signature': wrong(1) };
  await expectAccepted(receiver(), headers, 'standardWebhooks');
  await expectAccepted(receiver(), { 'x-signature': wrong(1), ...stripeHeaders() }, 'timestampedHmac');
});

test('the 64th signature is still compared, the 65th is not', async () => {
  const after = (others: number) =>
    Object.fromEntries(
      Array.from({ length: others + 1 }, (_, n) => [`x-${n}-signature`, n === others ? mac(body) : wrong(n)]),
    );
  await expectAccepted(receiver(), after(63), 'hmac');
  await expectRefused(receiver(), after(64));
  const stripe = (others: number) =>
    `t=${seconds},${Array.from({ length: others }, (_, n) => `v1=${wrong(n)},`).join('')}v1=${mac(`${seconds}.${body}`)}`;
  const signature = timestampedHmac({ header: 'stripe-signature' });
  await expectAccepted(receiver({ signature }), { 'stripe-signature': stripe(63) }, 'timestampedHmac');
  await expectRefused(receiver({ signature }), { 'stripe-signature': stripe(64) });
});

test('headers by the thousand do not hold the process up', async () => {
  const headers: Record<string, string> = {};
  for (let n = 0; n < 20_000; n += 1) {
    headers[`${n}-signature`] = `v0=${n.toString(16).padStart(64, '0')}`;
    headers[`${n}-timestamp`] = seconds;
  }
  const to = receiver();
  const computedMs = computingTime();
  await expectRefused(to, headers);
  // Every pair read and compared would be 400 million, and minutes.
  expect(computedMs()).toBeLessThan(10_000);
});

test.each<[string, (blanks: string) => string]>([
  ['between the values of Standard Webhooks', (blanks) => `v1,AAAA${blanks}v1,BBBB`],
  ['before a comma of Standard Webhooks', (blanks) => `v1,AAAA${blanks},v1,BBBB`],
  ['at the end of Standard Webhooks', (blanks) => `v1,AAAA${blanks}`],
  ['between values without a comma', (blanks) => `v1,AAAA${blanks}!`],
  ["before a comma of Stripe's form", (blanks) => `t=${seconds}${blanks},v1=BBBB`],
  ["at the end of Stripe's form", (blanks) => `t=${seconds}${blanks}`],
  ['between plain values', (blanks) => `sha256=AAAA${blanks},sha256=BBBB`],
])('a long row of blanks %s does not hold the process up', async (_place, write) => {
  const { 'webhook-signature': _, ...others } = standardHeaders();
  const headers = { ...others, 'webhook-signature': write(' '.repeat(200_000)) };
  const started = performance.now();
  await expectRefused(receiver(), headers);
  await expectRefused(explaining(), headers);
  await expectRefused(receiver({ signature: standardWebhooks() }), headers);
  // Each blank looked at from each other would be 20 thousand million steps.
  expect(performance.now() - started).toBeLessThan(10_000);
});
