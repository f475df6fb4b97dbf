import { bigmindWebhooks } from '../../src';
import { type ExplainSignatureInput, explainSignature } from '../../src/testing';
import { computingTime } from '../fixtures/computing-time';
import {
  body,
  mac,
  now,
  plainHeaders,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from '../signatures/sender';

function explain(headers: Record<string, string>, sent: string | Uint8Array = body, signedWith = secret) {
  return explainSignature({ headers, body: sent, secret: signedWith, now });
}

test.each<[string, Record<string, string>, string, string]>([
  ['body', plainHeaders(), 'x-signature', "hmac({ header: 'x-signature' })"],
  ['t.body', stripeHeaders(), 'stripe-signature', "timestampedHmac({ header: 'stripe-signature' })"],
  ['t.body', twoHeaders(), 'x-signature', "timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' })"],
  [
    'v0:t:body',
    slackHeaders(),
    'x-slack-signature',
    "timestampedHmac({ header: 'x-slack-signature', prefix: 'v0=', timestampHeader: 'x-slack-request-timestamp', content: 'v0:{timestamp}:{body}' })",
  ],
  ['id.t.body', standardHeaders(), 'webhook-signature', 'standardWebhooks()'],
])('says that %s is signed, by which header, and the line that pins it', (form, headers, header, pin) => {
  const { match, tried, causes } = explain(headers);
  expect(match).toMatchObject({ header, pin: `signature: ${pin}`, stale: false, recognised: true });
  const found = tried.filter(({ outcome }) => outcome === 'match');
  expect(found).toEqual([expect.objectContaining({ header, form, algorithm: 'sha256' })]);
  expect(found[0]?.expectedPrefix).toBe(found[0]?.gotPrefix);
  expect(causes).toStrictEqual([]);
});

test.each([
  ['br', 0],
  ['identity', 1],
  ['utf-8', 1],
])('the length that a sender gave a body with content-encoding: %s is compared %d times', (coding, times) => {
  const length = { 'content-length': '7', 'content-encoding': coding };
  const { causes } = explain({ ...plainHeaders(`${body}!`), ...length });
  expect(causes.filter((cause) => cause.includes('content-length'))).toHaveLength(times);
});

const { 'x-signature': genuine = '' } = plainHeaders();

test.each<[string, ExplainSignatureInput['headers']]>([
  ['a Fetch Headers', new Headers({ 'X-Signature': genuine })],
  ['arrays of values', { 'X-Signature': [genuine] }],
  ['names that differ in case alone', { 'X-Signature': genuine, 'x-signature': 'another' }],
])('takes headers as a receiver does: %s', async (_what, headers) => {
  expect((await bigmindWebhooks({ secret, logger: false }).receive({ headers, body })).status).toBe(200);
  expect(explainSignature({ headers, body, secret, now }).match).toMatchObject({ header: 'x-signature' });
});

test.each<[string, string]>([
  ['base64', `${'/'.repeat(42)}8=`],
  ['base64url', `${'_'.repeat(42)}8`],
  ['hex', 'f'.repeat(64)],
])('says which alphabet a signature shows: %s', (encoding, value) => {
  const { tried } = explain({ 'x-signature': value });
  expect(tried).toEqual([expect.objectContaining({ encoding, outcome: 'differs' })]);
});

test('says what each reading was compared with, in 8 digits and no more', () => {
  const { match, tried, causes } = explain(twoHeaders(), body, 'another secret');
  expect(match).toBeUndefined();
  expect(tried).toEqual([
    {
      header: 'x-signature',
      form: 't.body',
      encoding: 'hex',
      algorithm: 'sha256',
      signedText: `"${seconds}." and the body (${Buffer.byteLength(body)} bytes)`,
      outcome: 'differs',
      expectedPrefix: mac(`${seconds}.${body}`, { key: 'another secret' }).slice(0, 8),
      gotPrefix: mac(`${seconds}.${body}`).slice(0, 8),
    },
    expect.objectContaining({ form: 'body', outcome: 'differs' }),
  ]);
  expect(causes).toHaveLength(3);
  expect(JSON.stringify({ tried, causes })).not.toMatch(/[0-9a-f]{16}|another secret|hush/);
});

test('a stale timestamp is a match, said to be stale', () => {
  const { match, causes } = explainSignature({ headers: stripeHeaders(), body, secret, now: now + 400_000 });
  expect(match).toMatchObject({ stale: true, signedAt: now });
  expect(causes).toEqual([expect.stringContaining('400 s old, more than toleranceSeconds (300)')]);
});

test('a match that a receiver does not get to, for a stale timestamp beside it, is said to be refused', async () => {
  const headers = { 'x-acme-signature': mac(body), 'x-acme-timestamp': '1000000000' };
  const { match, causes } = explain(headers);
  expect(match).toMatchObject({ scheme: 'hmac', stale: false });
  expect(causes).toEqual([expect.stringMatching(/^The signature was not checked, since its timestamp is \d+ s old/)]);
  const webhooks = bigmindWebhooks({ secret, logger: false, clock: { now: () => now } });
  expect((await webhooks.receive({ headers, body })).status).toBe(401);
});

test.each([-300_000, 300_000])('a timestamp that is %i ms off is a match that is not stale', (off) => {
  const { match, causes } = explainSignature({ headers: stripeHeaders(), body, secret, now: now + off });
  expect([match?.stale, causes]).toStrictEqual([false, []]);
});

test('finds a signature in a header whose name does not say so, and that it has to be pinned', async () => {
  for (const [headers, pin] of [
    [{ 'x-bigmind-token': `sha256=${mac(body)}` }, "hmac({ header: 'x-bigmind-token', prefix: 'sha256=' })"],
    [{ 'X-Digest': `t=${seconds},v1=${mac(`${seconds}.${body}`)}` }, "timestampedHmac({ header: 'x-digest' })"],
  ] as const) {
    const { match, causes } = explain(headers);
    expect(match).toMatchObject({ pin: `signature: ${pin}`, recognised: false });
    expect(causes).toEqual([expect.stringMatching(/contains neither .* unless it is pinned/)]);
  }
});

/** Base64 as in a mail: at most 76 characters a line. */
const mime = (text: string): string => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');
const pretty = JSON.stringify(JSON.parse(body), null, 2);

test.each<[string, string, string, RegExp]>([
  ['was re-serialised with indentation', body, pretty, /re-serialised: written compactly/],
  ['lost its indentation', pretty, body, /re-serialised: written with indentation/],
  ['lost the blanks of Python', '{"a": [1, 2], "b": "x, y: z"}', '{"a":[1,2],"b":"x, y: z"}', /blank behind each/],
  ['lost the escapes of PHP', '{"a":"\\u00eb\\/"}', '{"a":"ë/"}', /as PHP does/],
  ['has a line end more', body, `${body}\n`, /line end was added/],
  ['has line ends more', body, `${body}\n\n`, /Line ends were added/],
  ['has one line end more than the one it had', `${pretty}\n`, `${pretty}\n\n`, /line end was added/],
  ['has a line end less', `${body}\n`, body, /"\\n" at its end/],
  ['has a line end of Windows less', `${body}\r\n`, body, /"\\r\\n" at its end/],
  ['has other line ends', '{\n"a":1\n}', '{\r\n"a":1\r\n}', /"\\n" for "\\r\\n"/],
  ['lost the line ends of Windows', '{\r\n"a":1\r\n}', '{\n"a":1\n}', /changed: with "\\r\\n"/],
  ['lost its byte order mark', `\ufeff${body}`, body, /lost the byte order mark/],
  ['lost its indentation of four', JSON.stringify(JSON.parse(body), null, 4), body, /written with indentation/],
  ['lost its tabs', JSON.stringify(JSON.parse(body), null, '\t'), body, /written with indentation/],
  [
    'lost blanks beside escapes',
    '{"a": "\\\\", "b": "\\"x, y: \\\\\\"z"}',
    '{"a":"\\\\","b":"\\"x, y: \\\\\\"z"}',
    /blank behind each/,
  ],
  ['is still in base64', body, Buffer.from(body).toString('base64'), /still in base64/],
  ['is still in base64, with line ends', body, mime(body), /still in base64/],
  ['has a byte order mark', body, `\ufeff${body}`, /byte order mark/],
])('names the cause where a body %s', (_title, signed, sent, cause) => {
  const { match, causes } = explain(plainHeaders(signed), sent);
  expect(match).toBeUndefined();
  expect(causes).toEqual([expect.stringMatching(cause)]);
});

const key = Buffer.alloc(24, 7).toString('base64');

test.each<[string, string, string, RegExp]>([
  ['white space', secret, ` ${secret}\n`, /white space around it/],
  ['quotes', secret, `"${secret}"`, /quotes around it/],
  ['a line end that the sender has', `${secret}\n`, secret, /line end behind the secret/],
  ['"whsec_" that the sender does not sign with', key, `whsec_${key}`, /what follows "whsec_"/],
  ['no "whsec_"', `whsec_${key}`, key, /lacks the "whsec_"/],
])('names the cause where the secret has %s', (_title, signedWith, configured, cause) => {
  const { match, causes } = explain(plainHeaders(body, signedWith), body, configured);
  expect(match).toBeUndefined();
  expect(causes).toEqual([expect.stringMatching(cause)]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['SHA-1', { 'x-signature': 'a'.repeat(40) }, /x-signature cannot be read.* SHA-1/],
  ['a repeated signature', { 'x-signature': `${mac(body)}, ${mac(body)}` }, /more than once/],
  ['no digest', { 'x-signature': 'abc' }, /its 3 characters are no hex or base64/],
  ['what has a version in its middle', { 'x-signature': 'xv1,abc' }, /its 7 characters are no hex or base64/],
  [
    'two timestamps in one header',
    { 'x-signature': `t=soon,v1=${mac('other')}` },
    /as in Stripe's form, but with no or/,
  ],
  ['Standard Webhooks without an id', { 'webhook-signature': `v1,${key}` }, /without .* its …-id and …-timestamp/],
  ['no signature at all', { 'content-type': 'application/json' }, /No header has a name/],
])('says what is wrong with %s', (_title, headers, cause) => {
  const { match, causes } = explain(headers);
  expect(match).toBeUndefined();
  expect(causes.join('\n')).toMatch(cause);
});

const noDigest = 'are no hex or base64 of 32 or 64 bytes';
const standard = 'as in Standard Webhooks, but without v1 or its …-id and …-timestamp headers';

test.each([
  [`sha1=${'a'.repeat(40)}`, 'its 45 characters are of another algorithm, SHA-1: only SHA-256 and SHA-512 are read'],
  ['a'.repeat(32), 'its 32 characters are of another algorithm, MD5: only SHA-256 and SHA-512 are read'],
  ['a'.repeat(56), 'its 56 characters are of another algorithm, SHA-224: only SHA-256 and SHA-512 are read'],
  [`${'a'.repeat(24)}=${'b'.repeat(32)}`, `its 57 characters ${noDigest}`],
  [`z${'a'.repeat(39)}`, `its 40 characters ${noDigest}`],
  [`${'a'.repeat(39)}z`, `its 40 characters ${noDigest}`],
  ['v10,abc', standard],
  ['v1a,abc', standard],
  ['v1!,abc', `its 7 characters ${noDigest}`],
])('says why the value %j of a header cannot be read', (value, why) => {
  expect(explain({ 'x-signature': value }).tried).toEqual([
    { header: 'x-signature', outcome: 'unreadable', signedText: why },
  ]);
});

test('says of sixteen headers why they cannot be read, and of no more', () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`x-signature-${n}`, 'abc']));
  expect(explain(many).tried).toHaveLength(16);
});

test.each([
  [`${'x'.repeat(48)}timestamp`, 1],
  [`${'x'.repeat(49)}timestamp`, 0],
  ['x-timestamps', 0],
])('says of the timestamp in %s that it is none, %d times', (name, times) => {
  const { causes } = explain({ ...plainHeaders('other'), [name]: 'soon' });
  expect(causes.filter((cause) => cause.startsWith(`${name} is no Unix time`))).toHaveLength(times);
});

test('lists each reading once, as if it came alone, and those with a timestamp first', () => {
  const { 'stripe-signature': value = '' } = stripeHeaders('other');
  const named = { 'a-signature': mac('other'), 'b-signature': value, 'c-signature': value };
  const { tried } = explain({ ...named, 'd-signature-id': 'msg_1' });
  expect(tried.map(({ header, form }) => [header, form])).toEqual([
    ['b-signature', 't.body'],
    ['c-signature', 't.body'],
    ['a-signature', 'body'],
    ['d-signature-id', undefined],
  ]);
  expect(tried[2]?.signedText).toBe(`the body (${Buffer.byteLength(body)} bytes)`);
});

test('says why a header cannot be read, and holds its value back', () => {
  expect(explain({ 'x-signature': 'abcde' }).tried).toEqual([
    {
      header: 'x-signature',
      outcome: 'unreadable',
      signedText: 'its 5 characters are no hex or base64 of 32 or 64 bytes',
    },
  ]);
});

test('calls no body cut off that is no JSON, whatever is within it', () => {
  for (const text of ['text with { in it', 'text{', '{"a":1}', '1']) {
    expect(explain(plainHeaders('another'), text).causes).toHaveLength(3);
  }
  for (const text of [' {"a":1', '[', '\r\n["a']) {
    expect(explain(plainHeaders('another'), text).causes).toEqual([expect.stringMatching('The body was cut off')]);
  }
});

test('does not take an empty secret for the one without quotes', () => {
  expect(explain(plainHeaders(body, ''), body, '""').causes.join()).not.toContain('quotes around it');
});

test('finds no Standard Webhooks in a header that their scheme cannot read', () => {
  const { 'webhook-signature': signature = '', ...others } = standardHeaders();
  expect(explain({ ...others, webhook: signature }).match).toBeUndefined();
});

test('takes an id whose header is called like a signature for what it is', () => {
  const headers = Object.entries(standardHeaders()).map(([name, value]) => [
    `${name.replace('webhook', 'hmac')}`,
    value,
  ]);
  const { match, tried } = explain(Object.fromEntries(headers) as Record<string, string>);
  expect(tried).toContainEqual(expect.objectContaining({ form: 'id.t.body', outcome: 'match' }));
  expect(match).toMatchObject({ header: 'hmac-signature', pin: "signature: standardWebhooks({ prefix: 'hmac' })" });
});

test('calls no header unreadable while another one was compared', () => {
  const { tried, causes } = explain({ 'x-signature': mac('other'), 'x-hub-signature': 'a'.repeat(40) });
  expect(tried.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['differs', 'unreadable']));
  expect(causes).toHaveLength(3);
  expect(causes.join()).not.toContain('cannot be read');
});

test('says what is wrong with a secret that cannot be used, without a word of it', () => {
  for (const flawed of ['  ', 'whsec_!!!@@@']) {
    const explanation = explain(plainHeaders(), body, flawed);
    expect(explanation).toStrictEqual({ tried: [], causes: [expect.stringMatching(/^The secret cannot be used/)] });
    expect(JSON.stringify(explanation)).not.toContain('@@@');
  }
});

test('uses a secret that is no key of Standard Webhooks as it is written, from eight characters on', () => {
  for (const [written, isUsed] of [
    ['whsec_7 signs', false],
    ['whsec_8 signs!', true],
  ] as const) {
    const { match, causes } = explain(plainHeaders(body, written), body, written);
    expect([match !== undefined, causes.length]).toEqual([isUsed, isUsed ? 0 : 1]);
  }
});

test('a match without a timestamp has none, and what is no input is refused by name', () => {
  expect(explain(plainHeaders()).match).not.toHaveProperty('signedAt');
  const refused = (input: unknown) => () => explainSignature(input as ExplainSignatureInput);
  expect(refused(undefined)).toThrow('explainSignature: expected { headers, body, secret }, got undefined.');
  expect(refused({ headers: {}, secret })).toThrow('explainSignature.body: expected a string or a Uint8Array, got ');
});

test('of several signatures that match, the one that a receiver takes is found', () => {
  const own = { 'a-hmac': mac(body), ...stripeHeaders() };
  expect(explain(own).match).toMatchObject({ header: 'stripe-signature', recognised: true });
  const [time, hex] = [`t=${seconds}`, mac(`${seconds}.${body}`)];
  const base64 = mac(`${seconds}.${body}`, { encoding: 'base64' });
  const twice = { 'a-signature': mac(body), 'b-signature': `${time},v1=${base64},v1=${hex}` };
  expect(explain(twice).match).toMatchObject({ header: 'b-signature', recognised: true });
});

test('a signature that a receiver does not get to is found among the first sixteen, and has to be pinned', async () => {
  const form = (name: string, ago: number, text = body) => {
    const time = String(Number(seconds) - ago);
    return { [`${name}-signature`]: stripeHeaders(text, time)['stripe-signature'] ?? '' };
  };
  // Each with a time of its own, and so with a MAC of its own.
  const others = (count: number) =>
    Object.assign({}, ...Array.from({ length: count }, (_, n) => form(`other-${n}`, n + 1, 'x'))) as object;
  const webhooks = bigmindWebhooks({ secret, logger: false, clock: { now: () => now } });
  for (const [count, isFound] of [
    [3, true],
    [15, true],
    [16, false],
  ] as const) {
    const headers = { ...others(count), ...form('own', 0) };
    expect((await webhooks.receive({ headers, body })).status).toBe(401);
    const { match, causes } = explain(headers);
    expect(match?.header).toBe(isFound ? 'own-signature' : undefined);
    expect(match?.recognised).toBe(isFound ? false : undefined);
    expect(causes.join()).toMatch(isFound ? /^A receiver does not get as far as own-signature/ : /^Another secret/);
  }
});

test('of headers of other names the first four that hold a digest are tried', () => {
  const others = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, mac(`another ${n}`)]));
  const noDigests = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`y-${n}`, 'abc']));
  const wrong = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`signature-${n}`, mac(`other ${n}`)]));
  const last = { "x-'own": mac(body) };
  const pin = "signature: hmac({ header: 'x-\\'own' })";
  expect(explain({ ...noDigests, ...wrong, ...others(3), ...last }).match).toMatchObject({ pin, recognised: false });
  expect(explain({ ...others(4), ...last }).match).toBeUndefined();
});

test('takes a timestamp whose header is called like a signature for what it is', () => {
  const headers = { 'x-signature': mac(`${seconds}.${body}`), 'x-signature-timestamp': seconds };
  const { match, tried } = explain(headers);
  expect(match?.pin).toBe(
    "signature: timestampedHmac({ header: 'x-signature', timestampHeader: 'x-signature-timestamp' })",
  );
  expect(tried.map(({ header }) => header)).toEqual(['x-signature', 'x-signature']);
});

test('computes no more than 100 MACs, whatever a stranger puts into the headers', () => {
  const many = Array.from({ length: 80 }, (_, index) => [
    [`x-signature-${index}`, mac(String(index))],
    [`x-timestamp-${index}`, seconds],
  ]).flat();
  const createHmac = jest.spyOn(jest.requireActual<typeof import('node:crypto')>('node:crypto'), 'createHmac');
  const { match, tried } = explain(Object.fromEntries(many), Buffer.alloc(10_000, 'a'));
  const macs = createHmac.mock.calls.length;
  createHmac.mockRestore();
  expect(match).toBeUndefined();
  expect(tried).toHaveLength(16);
  expect(macs).toBeLessThanOrEqual(100);
});

test('agrees with a receiver, whatever the headers hold', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false, deduplicate: false, clock: { now: () => now } });
  const valid = Object.values({ ...plainHeaders(), ...stripeHeaders(), ...standardHeaders() });
  const values = [...valid, mac('other'), seconds, 'msg_1', '', 'v1,', 't=,v1='];
  const names = ['x-signature', 'stripe-signature', 'webhook-signature', 'x-hmac-timestamp', 'webhook-id', 'x-hmac'];
  for (let round = 0; round < 150; round += 1) {
    const headers = Object.fromEntries(
      names.map((name, index) => [name, values[(round * 7 + index * (round % 11)) % values.length] ?? '']),
    );
    const { match } = explain(headers);
    const accepted = (await webhooks.receive({ headers, body })).status !== 401;
    expect({ headers, recognised: match?.recognised ?? false }).toEqual({ headers, recognised: accepted });
  }
});

test.each<[string, string, causes?: number]>([
  ['deep nesting', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
  ['deep and wide nesting', `[${Array.from({ length: 200 }, () => '['.repeat(2000) + ']'.repeat(2000)).join()}]`],
  ['5 MB of text', JSON.stringify('"\\'.repeat(1_200_000))],
  ['objects in one another', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['arrays and objects in turn', `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`],
  ['as many levels as are tried', `${'['.repeat(99)}${'1,'.repeat(400_000)}1${']'.repeat(99)}`],
  [
    'as many levels as are tried, many times',
    `[${Array(5000)
      .fill(`${'['.repeat(98)}${']'.repeat(98)}`)
      .join()}]`,
  ],
  ['nesting that is never closed', '['.repeat(4_000_000), 1],
])('explains a body of %s without choking', (_title, sent, causes = 3) => {
  const computedMs = computingTime();
  expect(explain(plainHeaders(), sent).causes).toHaveLength(causes);
  // The square of such a length would be minutes.
  expect(computedMs()).toBeLessThan(20_000);
});
