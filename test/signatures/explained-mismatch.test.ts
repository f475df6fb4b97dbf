import type { OutgoingHttpHeaders } from 'node:http';
import { type BigmindWebhooksOptions, hmac, type NoSchemas, standardWebhooks, timestampedHmac } from '../../src';
import { computingTime } from '../fixtures/computing-time';
import { closeServers, post, serve } from './over-node';
import {
  body,
  mac,
  now,
  payload,
  plainHeaders,
  receiver,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

afterEach(closeServers);

type Options = BigmindWebhooksOptions<NoSchemas, undefined>;

/** A receiver behind a server, and what its log says of a delivery that it refused. */
async function serving(options: Options) {
  const to = receiver(options);
  const port = await serve(to);

  async function reasonFor(headers: OutgoingHttpHeaders, sent?: string | Buffer, tenant?: string): Promise<string> {
    const before = to.handled.length;
    expect((await post(port, headers, sent, tenant)).status).toBe(401);
    expect(to.handled).toHaveLength(before);
    return to.reason();
  }
  return { ...to, port, reasonFor };
}

/** What every line that names a cause leaves out. */
function expectDiscreet(reason: string): void {
  expect(reason).not.toMatch(/hush|Follow up|note_abc|[0-9a-f]{16}/);
}

test.each<[string, string, string]>([
  ['white space around it', ` ${secret}\n`, 'white space around it'],
  ['a no-break space', `${secret}\u00a0`, 'white space around it'],
  ['quotes around it', `"${secret}"`, 'quotes around it'],
  ['a byte order mark', `\ufeff${secret}`, 'a byte order mark at an end'],
  ['a zero-width space', `${secret}\u200b`, 'a zero-width character at an end'],
  ['a written-out line break', `${secret}\\n`, 'a written-out line break ("\\n") at an end'],
  ['the prefix of a signature', `v1,${secret}`, '"v1," in front, as a signature does'],
  ['quotes and white space', ` "${secret}"\n`, 'white space around it and quotes around it'],
])('names the cause where the secret has %s', async (_title, configured, has) => {
  const { reasonFor } = await serving({ secret: configured });
  const reason = await reasonFor(plainHeaders());
  expect(reason).toBe(`The signature does not match. The secret has ${has}: without that, it signs this request.`);
  expectDiscreet(reason);
});

const key = Buffer.alloc(24, 7).toString('base64');

test.each<[string, string, string, RegExp]>([
  ['lacks its whsec_', key, `whsec_${key}`, /The secret lacks the "whsec_" in front/],
  ['has a blank behind it and lacks its whsec_', `${key} `, `whsec_${key}`, /The secret lacks the "whsec_" in front/],
  ['has a whsec_ that the sender does not sign with', `whsec_${key}`, key, /what follows "whsec_" in the secret/],
  ['lacks the line end that the sender signs with', secret, `${secret}\n`, /a line end behind the secret/],
])('names the cause where the secret %s', async (_title, configured, signedWith, cause) => {
  const { reasonFor } = await serving({ secret: configured });
  const reason = await reasonFor(plainHeaders(body, signedWith));
  expect(reason).toMatch(cause);
  expectDiscreet(reason);
});

const compact = JSON.stringify(payload);
const pretty = JSON.stringify(payload, null, 2);
const accented = JSON.stringify({ ...payload, more: 'Zoë Müller' });
const latin = Buffer.from(accented, 'latin1');

test.each<[string, string | Buffer, string | Buffer, RegExp]>([
  ['re-serialised', pretty, compact, /re-serialised: written with indentation, it matches/],
  ['re-serialised compactly', compact, pretty, /re-serialised: written compactly/],
  ['given a line end', compact, `${compact}\n`, /A line end was added/],
  ['robbed of its line end', `${compact}\n`, compact, /The line end of the body was taken away/],
  ['robbed of its byte order mark', `\ufeff${compact}`, compact, /lost the byte order mark in front of it/],
  ['given a byte order mark', compact, `\ufeff${compact}`, /byte order mark was put in front/],
  ['re-encoded from Latin-1', latin, accented, /re-encoded from Latin-1 to UTF-8/],
  ['re-encoded to Latin-1', accented, latin, /re-encoded from UTF-8 to Latin-1/],
  ['left in base64', compact, Buffer.from(compact).toString('base64'), /still in base64: decoded, it matches/],
  ['cut off', compact, compact.slice(0, -40), /cut off: it ends in the middle of its JSON/],
])('names the cause where the body was %s', async (_title, signed, sent, cause) => {
  const { reasonFor } = await serving({});
  const bytes = Buffer.from(signed as string);
  const reason = await reasonFor({ 'x-signature': mac(bytes) }, sent);
  expect(reason).toMatch(cause);
  expectDiscreet(reason);
});

test('names the cause where the body has another length than the sender gave it', async () => {
  const to = receiver();
  await to.post({ ...plainHeaders(`${body}!`), 'content-length': String(body.length + 1) });
  expect(to.reason()).toContain(
    `The body has ${body.length} bytes, and content-length says ${body.length + 1}: it was cut off or written anew.`,
  );
});

test('says nothing of a length that is no number', async () => {
  const to = receiver();
  await to.post({ ...plainHeaders(`${body}!`), 'content-length': '7e2' });
  expect(to.reason()).toContain('does not match');
  expect(to.reason()).not.toContain('content-length');
});

test('says of an empty body that it did not come', async () => {
  const { reasonFor } = await serving({});
  expect(await reasonFor({ 'x-signature': mac(body) }, '')).toContain(
    'The body is empty: it did not come, or something read it before.',
  );
});

test.each<[string, Options, OutgoingHttpHeaders, RegExp]>([
  ['came twice', {}, { 'x-signature': [mac(body), mac(body)] }, /x-signature came more than once, with the same value/],
  ['came twice, and is wrong', {}, { 'x-signature': ['a', 'b'] }, /x-signature cannot be read.*came more than once/],
  [
    'cannot be read',
    {},
    { 'x-signature': 'abc' },
    /x-signature cannot be read as a signature: its 3 characters are no/,
  ],
  ['has quotes', {}, { 'x-signature': `"${mac(body)}"` }, /x-signature has quotes around its value/],
  ['has text in front', {}, { 'x-signature': `HMAC=${mac(body)}` }, /x-signature has other text in front .* prefix/],
  [
    'has words and marks in front',
    {},
    { 'x-signature': `HMAC sha256: ${mac(body)}` },
    /x-signature has other text in front .* prefix/,
  ],
  ['has a word in front', {}, { 'x-signature': `HMAC ${mac(body)}` }, /x-signature has other text in front .* prefix/],
  [
    'is percent-encoded',
    {},
    { 'x-signature': encodeURIComponent(mac(body, { encoding: 'base64' })) },
    /x-signature is in another encoding: with its %xx decoded, it matches/,
  ],
  [
    'is base64 of hex digits',
    {},
    { 'x-signature': Buffer.from(mac(body)).toString('base64') },
    /x-signature is in another encoding: its base64 holds hex digits/,
  ],
  ['is of SHA-1', {}, { 'x-signature': `sha1=${'a1'.repeat(20)}` }, /of another algorithm, SHA-1/],
  ['is of MD5', {}, { 'x-signature': 'a1'.repeat(16) }, /of another algorithm, MD5/],
  ['is of SHA-224', {}, { 'x-signature': 'a1'.repeat(28) }, /of another algorithm, SHA-224/],
  ['is of SHA-384', {}, { 'x-signature': 'a1'.repeat(48) }, /of another algorithm, SHA-384/],
  [
    'is in another encoding than the pinned one',
    { signature: hmac({ header: 'x-signature', encoding: 'base64' }) },
    plainHeaders(),
    /not in the way that the receiver looks for\. Pin it: signature: hmac\(\{ header: 'x-signature' \}\)$/,
  ],
  [
    'is of another algorithm than the pinned one',
    { signature: hmac({ header: 'x-signature' }) },
    { 'x-signature': mac(body, { algorithm: 'sha512' }) },
    /Pin it: signature: hmac\(\{ header: 'x-signature', algorithm: 'sha512' \}\)$/,
  ],
  [
    'is in another encoding than the pinned one, and wrong',
    { signature: hmac({ header: 'x-signature', encoding: 'base64' }) },
    plainHeaders(body, 'another'),
    /x-signature holds an HMAC-SHA256 in hex, and the pinned scheme reads another one/,
  ],
  [
    'signs in another form than the pinned one',
    { signature: hmac({ header: 'stripe-signature' }) },
    stripeHeaders(),
    /Pin it: signature: timestampedHmac\(\{ header: 'stripe-signature' \}\)$/,
  ],
  [
    'is in another header, beside one that is wrong',
    {},
    { 'x-signature': mac('other'), 'x-bigmind-token': mac(body) },
    /Pin it: signature: hmac\(\{ header: 'x-bigmind-token' \}\)$/,
  ],
  [
    'has a timestamp that cannot be read',
    {},
    { 'x-timestamp': '2026-05-04T12:00:00Z', 'x-signature': mac(`${seconds}.${body}`) },
    /x-timestamp is no Unix time in seconds or milliseconds/,
  ],
])('names the cause where the header %s', async (_title, options, headers, cause) => {
  const { reasonFor } = await serving(options);
  const reason = await reasonFor(headers);
  expect(reason).toMatch(/^The signature does not match\. /);
  expect(reason).toMatch(cause);
  expectDiscreet(reason);
});

test.each<[string, OutgoingHttpHeaders]>([
  ['Stripe’s form', stripeHeaders(body, String(Number(seconds) - 400))],
  ['Slack’s form', slackHeaders(body, String(Number(seconds) - 400))],
  ['two headers', twoHeaders(body, String(Number(seconds) - 400))],
])('says by how much a clock is off, in %s', async (_form, headers) => {
  const { reasonFor } = await serving({});
  const reason = await reasonFor(headers);
  expect(reason).toContain('its timestamp is 400 s old, more than toleranceSeconds (300)');
  expect(reason).toContain('a clock that is wrong');
});

const tenants: Readonly<Record<string, string>> = { acme: secret, globex: `${secret} of globex` };
const find = ({ params: { tenant = '' } }: { params: { tenant?: string | undefined } }) =>
  tenants[tenant] === undefined ? undefined : { tenant, secret: tenants[tenant] };

test('names the tenant whose secret signs a delivery that came to another', async () => {
  const { port, reasonFor } = await serving({ secret: find });
  const ofGlobex = plainHeaders(body, tenants['globex']);
  expect((await post(port, ofGlobex, body, 'globex')).status).toBe(200);
  const reason = await reasonFor(ofGlobex, body, 'acme');
  expect(reason).toContain("Another tenant's secret signs it, that of globex");
  expectDiscreet(reason);
});

test('blames no tenant whose secret does not sign a delivery', async () => {
  const { port, reasonFor } = await serving({ secret: find });
  for (const tenant of ['globex', 'acme']) {
    expect((await post(port, plainHeaders(body, tenants[tenant]), body, tenant)).status).toBe(200);
  }
  const reason = await reasonFor(plainHeaders(body, 'nobody’s'), body, 'acme');
  expect(reason).not.toContain('nother tenant');
  expect(reason).toMatch(run);
});

test('tries the secrets of 64 tenants for another one’s delivery, not of the one that was unused longest', async () => {
  let time = now;
  const secretOf = (tenant = '') => ({ tenant, secret: `${secret} of ${tenant}` });
  const to = receiver({ secret: ({ params }) => secretOf(params['tenant']), clock: { now: () => time } });
  const signed = (tenant: string) => plainHeaders('{}', secretOf(tenant).secret);
  for (let n = 0; n < 65; n += 1) await to.post(signed(`t${n}`), '{}', { tenant: `t${n}` });
  const said: boolean[] = [];
  for (const tenant of ['t0', 't1', 't64']) {
    time += 10_000;
    expect((await to.post(signed(tenant), '{}', { tenant: 'none of these' })).status).toBe(401);
    said.push(to.reason().includes(`that of ${tenant}:`));
  }
  expect(said).toEqual([false, true, true]);
});

test('says what is wrong with the header that the pinned scheme reads, not with another', async () => {
  const { reasonFor } = await serving({ signature: hmac({ header: 'x-signature' }) });
  const reason = await reasonFor({ 'x-hmac': mac(body, { key: 'another' }), 'x-signature': 'abc' });
  expect(reason).toContain('x-signature cannot be read');
  expect(reason).not.toContain('holds an HMAC');
});

describe('while no time passes', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('tries every spelling of a long body', async () => {
    const to = receiver();
    const spelled = (separator: string) => `[${Array.from({ length: 9000 }, () => '"ab"').join(separator)}]`;
    await to.post(plainHeaders(spelled(', ')), spelled(','));
    expect(to.reason()).toContain('with a blank behind each comma');
  });
});

test('says which of several secrets it is', async () => {
  const { reasonFor } = await serving({ secret: ['another', `${secret}\n`] });
  expect(await reasonFor(plainHeaders())).toContain('With secret[1]: The secret has white space around it');
});

test('says of a scheme of one’s own, without asking it again, which of ours the secret signs with', async () => {
  const verify = jest.fn(() => false);
  const { reasonFor } = await serving({ signature: { name: 'own', verify } });
  expect(await reasonFor(plainHeaders())).toMatch(/Pin it: signature: hmac\(\{ header: 'x-signature' \}\)$/);
  expect(verify).toHaveBeenCalledTimes(1);
});

test.each([
  ['timestampedHmac', timestampedHmac({ header: 'x-own', timestampHeader: 'x-at', content: 'v9:{timestamp}:{body}' })],
  ['standardWebhooks', standardWebhooks({ prefix: 'x' })],
])('explains with the reading of the pinned scheme, %s', async (_name, signature) => {
  const whsec = `whsec_${key}`;
  const headers = signature.sign?.({ rawBody: Buffer.from(body), secret: whsec, signedAt: now, id: 'msg_1' });
  const { reasonFor } = await serving({ secret: whsec, signature });
  expect(await reasonFor(headers as OutgoingHttpHeaders, `${body}\n`)).toContain('A line end was added to the body');
});

const run = /To find the cause, let npx bigmind-webhooks listen .* npx bigmind-webhooks detect .* captured\.$/;

test('says what to run where nothing explains it', async () => {
  const { reasonFor } = await serving({});
  const reason = await reasonFor(plainHeaders(body, 'another'));
  expect(reason).toMatch(/^The signature does not match: no secret signs these bytes/);
  expect(reason).toMatch(run);
});

test('explains bodies up to 64 KB, and says of longer ones what to run', async () => {
  for (const [length, explained] of [
    [64 * 1024, true],
    [64 * 1024 + 1, false],
  ] as const) {
    const long = `${body.slice(0, -1)},"more":"${'x'.repeat(length - body.length - 10)}"}`;
    expect(long).toHaveLength(length);
    const { reasonFor } = await serving({ secret: `${secret} ` });
    const reason = await reasonFor(plainHeaders(long), long);
    expect(reason.includes('white space')).toBe(explained);
    expect(run.test(reason)).toBe(!explained);
  }
});

test('explains once in ten seconds by the receiver’s clock, also when that is set back', async () => {
  let time = now;
  const to = receiver({ secret: `${secret} `, clock: { now: () => time } });
  const explained: boolean[] = [];
  for (const ms of [0, 1, 9999, 10_000, 10_001, -50_000, -49_999]) {
    time = now + ms;
    await to.post(plainHeaders());
    explained.push(to.reason().includes('white space'));
    expect(run.test(to.reason())).toBe(!explained.at(-1));
    expect(to.reason().includes('not match: no secret signs these bytes')).toBe(!explained.at(-1));
  }
  expect(explained).toEqual([true, false, false, true, false, true, false]);
});

test('ten thousand forged deliveries a second cost what one explanation costs', async () => {
  let time = now;
  const to = receiver({ secret: `${secret} `, clock: { now: () => time } });
  const forged = plainHeaders(`${body} `);
  const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
  const createHmac = jest.spyOn(crypto, 'createHmac');
  await to.post(forged);
  const explaining = createHmac.mock.calls.length;
  await to.post(forged);
  const refusing = createHmac.mock.calls.length - explaining;
  expect(refusing).toBe(1);
  expect(explaining).toBeGreaterThan(5);
  createHmac.mockClear();
  to.lines.length = 0;
  for (let delivery = 0; delivery < 10_000; delivery += 1) {
    time = now + 10_000 + delivery / 10;
    await to.post(forged);
  }
  const macs = createHmac.mock.calls.length;
  createHmac.mockRestore();
  expect(macs).toBeLessThan(10_000 * refusing + 10 * explaining);
  expect(macs).toBe(9999 * refusing + explaining);
  expect(to.lines).toHaveLength(10_000);
});

test('takes milliseconds at most, whatever a stranger sends', async () => {
  const digests = Array.from({ length: 40 }, (_, n) => [
    [`x-${n}-signature`, mac(String(n))],
    [`x-${n}-token`, mac(`${n}.`)],
    [`x-${n}-timestamp`, seconds],
  ]).flat();
  const headers = Object.fromEntries(digests) as Record<string, string>;
  const most = 64 * 1024;
  const bodies = [
    `${'\n'.repeat(most - 1)}x`,
    '['.repeat(most),
    `${'['.repeat(99)}${'1,'.repeat(most / 2 - 200)}1${']'.repeat(99)}`,
    `"${'\\"'.repeat(most / 2 - 1)}"`,
    `"${'ë'.repeat(most / 2 - 1)}"`,
    `{"a":"${'\u0001'.repeat(most - 10)}"}`,
    'A'.repeat(most),
    `A${' '.repeat(most - 2)}A`,
  ];
  const slowest: number[] = [];
  for (const sent of bodies) {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const to = receiver();
      const computedMs = computingTime();
      await to.post(headers, sent);
      times.push(computedMs());
    }
    slowest.push(Math.min(...times));
  }
  // A few milliseconds each where nothing else runs; the square of such a length would be seconds.
  expect(Math.max(...slowest)).toBeLessThan(60);
});

test('explains nothing where nobody reads the line', async () => {
  const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
  const createHmac = jest.spyOn(crypto, 'createHmac');
  const { webhooks } = receiver({ secret: `${secret} `, logger: false });
  expect((await webhooks.receive({ headers: plainHeaders(), body })).status).toBe(401);
  const macs = createHmac.mock.calls.length;
  createHmac.mockRestore();
  expect(macs).toBe(2);
});

test('explains an unknown tenant’s delivery as it does a known one’s, and says nothing of it', async () => {
  const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
  const createHmac = jest.spyOn(crypto, 'createHmac');
  const whsec = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const macs: number[] = [];
  for (const tenant of ['acme', 'nobody']) {
    const to = receiver({
      secret: ({ params }) => (params['tenant'] === 'acme' ? { tenant, secret: whsec } : undefined),
    });
    createHmac.mockClear();
    await to.post(standardHeaders(), body, { tenant });
    macs.push(createHmac.mock.calls.length);
    if (tenant === 'nobody') expect(to.reason()).toBe('The secret function knows no such tenant.');
  }
  createHmac.mockRestore();
  expect(macs[0]).toBeGreaterThan(10);
  expect(macs[1]).toBe(macs[0]);
});
