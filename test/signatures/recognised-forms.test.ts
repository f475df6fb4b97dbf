import { type HmacOptions, hmac, standardWebhooks } from '../../src';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  now,
  plainHeaders,
  receiver,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

const hex = mac(body);
const base64 = mac(body, { encoding: 'base64' });
const base64url = mac(body, { encoding: 'base64url' });
const hex512 = mac(body, { algorithm: 'sha512' });
const base64Of512 = mac(body, { algorithm: 'sha512', encoding: 'base64' });
const bare = (text: string) => text.replace(/=+$/, '');
const milliseconds = String(now);

const plain: [string, Record<string, string>][] = [
  ['hex', { 'x-signature': hex }],
  ['upper-case hex', { 'x-signature': hex.toUpperCase() }],
  ['base64', { 'x-signature': base64 }],
  ['base64 without padding', { 'x-signature': bare(base64) }],
  ['base64url', { 'x-signature': base64url }],
  ['base64url with padding', { 'x-signature': `${base64url}=` }],
  ['SHA-512 in hex', { 'x-signature': hex512 }],
  ['SHA-512 in base64', { 'x-signature': base64Of512 }],
  ['SHA-512 in base64 without padding', { 'x-signature': bare(base64Of512) }],
  ['SHA-512 in base64url', { 'x-signature': mac(body, { algorithm: 'sha512', encoding: 'base64url' }) }],
  [
    'SHA-512 in base64url with padding',
    { 'x-signature': `${mac(body, { algorithm: 'sha512', encoding: 'base64url' })}==` },
  ],
  ['sha256= and hex', { 'x-hub-signature-256': `sha256=${hex}` }],
  ['sha256= and base64', { 'x-signature': `sha256=${base64}` }],
  ['sha512= and hex', { 'x-signature': `sha512=${hex512}` }],
  ['v0= and hex', { 'x-signature': `v0=${hex}` }],
  ['v1= and hex', { 'x-signature': `v1=${hex}` }],
  ['v1= and base64url', { 'x-signature': `v1=${base64url}` }],
  ['a header with hmac in its name', { 'x-shopify-hmac-sha256': base64 }],
  ['a header that is named signature', { signature: hex }],
  ["Bigmind's own name in it", { 'x-bigmind-signature': hex }],
  ['SHA256= and hex', { 'x-signature': `SHA256=${hex}` }],
  ['Sha512= and upper-case hex', { 'x-signature': `Sha512=${hex512.toUpperCase()}` }],
  ['V1= and base64', { 'x-signature': `V1=${base64}` }],
  ['two values of a rotation', { 'x-signature': `sha256=${mac(body, { key: 'old' })},sha256=${hex}` }],
  ['two values with a blank between', { 'x-signature': `sha256=${hex}, sha256=${mac(body, { key: 'old' })}` }],
  ['two values without prefixes', { 'x-signature': `${mac(body, { key: 'old' })},${base64}` }],
  ['values of two algorithms', { 'x-signature': `sha1=${'a'.repeat(40)},sha256=${'0'.repeat(64)},sha512=${hex512}` }],
  ['SHA-512 behind a wrong SHA-256', { 'x-signature': `${'0'.repeat(64)},${hex512}` }],
  ['SHA-512 beside a wrong SHA-256 in another header', { 'a-signature': '0'.repeat(64), 'b-signature': hex512 }],
  ['two headers of one name', { 'x-signature': [mac(body, { key: 'old' }), hex] as unknown as string }],
];

test.each(plain)('recognises a signature over the body in %s', async (_dress, headers) => {
  await expectAccepted(receiver(), headers, 'hmac');
});

test('reads a base64 digest whose end looks like the prefix of a version', async () => {
  let text = body;
  // One of 1,024 ends so, and every blank is another try.
  while (!mac(text, { encoding: 'base64' }).endsWith('v0=')) text += ' ';
  await expectAccepted(receiver(), { 'x-signature': mac(text, { encoding: 'base64' }) }, 'hmac', text);
});

const timestamped: [string, Record<string, string>][] = [
  ["Stripe's form", stripeHeaders()],
  ["Stripe's form with milliseconds", stripeHeaders(body, milliseconds)],
  [
    "Stripe's form with a test signature beside",
    {
      'stripe-signature': `${stripeHeaders()['stripe-signature']},v0=${'6'.repeat(64)}`,
    },
  ],
  [
    "Stripe's form with a signature of an old secret first",
    {
      'stripe-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, { key: 'old' })},v1=${mac(`${seconds}.${body}`)}`,
    },
  ],
  [
    "Stripe's form under another name and in base64",
    {
      'x-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, { encoding: 'base64' })}`,
    },
  ],
  ["Stripe's form with a blank behind the comma", { 'x-signature': `t=${seconds}, v1=${mac(`${seconds}.${body}`)}` }],
  ["Stripe's form with blanks around the comma", { 'x-signature': `t=${seconds} , v1=${mac(`${seconds}.${body}`)}` }],
  ["Stripe's form in upper case", { 'x-signature': stripeHeaders()['stripe-signature']?.toUpperCase() ?? '' }],
  ["Stripe's form with its timestamp last", { 'x-signature': `v1=${mac(`${seconds}.${body}`)}, t=${seconds}` }],
  ["Stripe's form with v1 first, and no blank", { 'x-signature': `v1=${mac(`${seconds}.${body}`)},t=${seconds}` }],
  [
    "Stripe's form with a part of another name first",
    { 'x-signature': `scheme=v1,t=${seconds},v1=${mac(`${seconds}.${body}`)}` },
  ],
  [
    "Slack's form with V0= and two values",
    (() => {
      const { 'x-slack-signature': genuine = '', ...others } = slackHeaders();
      return { ...others, 'x-slack-signature': `V0=${'0'.repeat(64)}, ${genuine.toUpperCase()}` };
    })(),
  ],
  ["Slack's form", slackHeaders()],
  ["Slack's form with milliseconds", slackHeaders(body, milliseconds)],
  ['two headers', twoHeaders()],
  ['two headers with milliseconds', twoHeaders(body, milliseconds)],
  ['two headers and a prefix', { ...twoHeaders(), 'x-signature': `sha256=${mac(`${seconds}.${body}`)}` }],
  ['two headers and v0=', { ...twoHeaders(), 'x-signature': `v0=${mac(`${seconds}.${body}`)}` }],
  [
    'two headers in SHA-512',
    {
      'x-webhook-timestamp': seconds,
      'x-webhook-hmac': mac(`${seconds}.${body}`, { algorithm: 'sha512' }),
    },
  ],
];

test.each(timestamped)('recognises a signature over timestamp and body in %s', async (_dress, headers) => {
  await expectAccepted(receiver(), headers, 'timestampedHmac');
});

test.each([
  ['x-acme-signature', 'x-acme-timestamp'],
  ['x-acme-signature', 'x-acme-request-timestamp'],
  ['x-acme-signature-256', 'x-acme-timestamp'],
  ['x-acme-signature', 'x-acme-signature-timestamp'],
  ['x-acme-signature', 'x-timestamp'],
  ['x-acme-webhook-hmac', 'x-acme-timestamp'],
  ['acme-signature', 'timestamp'],
  ['x_acme_signature', 'x_acme_timestamp'],
  ['signature', 'request-timestamp'],
])('pairs %s with %s', async (header, timestampHeader) => {
  const headers = { [header]: mac(`${seconds}.${body}`), [timestampHeader]: seconds };
  await expectAccepted(receiver(), headers, 'timestampedHmac');
});

test.each([
  ['x-acme-signature', 'x-other-timestamp'],
  ['x-acme-signature', 'x-ac-timestamp'],
  ['x-signature', 'x-event-timestamp'],
  ['x-acme-signature', 'x-acme-event-timestamp'],
])('does not pair %s with %s, whose age says nothing about it', async (header, timestampHeader) => {
  await expectRefused(receiver(), { [header]: mac(`${seconds}.${body}`), [timestampHeader]: seconds });
  await expectAccepted(receiver(), { [header]: mac(body), [timestampHeader]: '1000000000' }, 'hmac');
});

test('says which timestamp is stale, and what to do if the sender does not sign it', async () => {
  const to = receiver();
  await expectRefused(to, { 'x-acme-signature': mac(body), 'x-acme-timestamp': '1000000000' });
  expect(to.reason()).toMatch(/its timestamp is \d+ s old, more than toleranceSeconds \(300\)/);
  expect(to.reason()).toContain(
    "x-acme-timestamp holds it; if the sender does not sign it, pin signature: hmac({ header: 'x-acme-signature' }).",
  );
});

test.each([
  ['hex', mac(body)],
  ['a prefix', `sha256=${mac(body)}`],
  ['base64', mac(body, { encoding: 'base64' })],
  ['SHA-512', mac(body, { algorithm: 'sha512' })],
])('the pin that it says takes the delivery: %s', async (_form, signature) => {
  const headers = { 'x-acme-signature': signature, 'x-acme-timestamp': '1000000000' };
  const to = receiver();
  await expectRefused(to, headers);
  const [, options = ''] = /pin signature: hmac\((\{ .* \})\)\./.exec(to.reason()) ?? [];
  const pinned = hmac(JSON.parse(options.replace(/(\w+):/g, '"$1":').replaceAll("'", '"')) as HmacOptions);
  await expectAccepted(receiver({ signature: pinned }), headers, 'hmac');
});

test.each(['signature', 'timestamp'])(
  'reads a %s header whose name has 128 characters, and none longer',
  async (kind) => {
    const named = (length: number) => {
      const long = `x-${'a'.repeat(length - `x--${kind}`.length)}-${kind}`;
      const [header, timestampHeader] =
        kind === 'signature' ? [long, 'x-timestamp'] : [long.replace(kind, 'signature'), long];
      return { [header]: mac(`${seconds}.${body}`), [timestampHeader]: seconds };
    };
    await expectAccepted(receiver(), named(128), 'timestampedHmac');
    await expectRefused(receiver(), named(129));
  },
);

test('of two timestamps one may be stale', async () => {
  const times = { 'x-acme-timestamp': '1000000000', 'x-acme-request-timestamp': seconds };
  await expectAccepted(receiver(), { ...times, 'x-acme-signature': mac(`${seconds}.${body}`) }, 'timestampedHmac');
  await expectRefused(receiver(), { ...times, 'x-acme-signature': mac(`1000000000.${body}`) });
});

test('of three timestamps of one stem the shorter names are tried, in whatever order they come', async () => {
  const others = { 'x-acme-request-timestamp': String(Number(seconds) - 1), 'x-acme-timestamp-ms': `${now - 2000}` };
  const signed = { 'x-acme-timestamp': seconds, 'x-acme-signature': mac(`${seconds}.${body}`) };
  await expectAccepted(receiver(), { ...signed, ...others }, 'timestampedHmac');
  await expectAccepted(receiver(), { ...others, ...signed }, 'timestampedHmac');
});

const key = Buffer.from('a key of at least 24 bytes');
const whsec = `whsec_${key.toString('base64')}`;
const standard: [string, string, Record<string, string>][] = [
  ['the decoded key', whsec, standardHeaders(body, seconds, key)],
  ['the secret as it is written', whsec, standardHeaders(body, seconds, whsec)],
  ['a base64url key', `whsec_${key.toString('base64url')}`, standardHeaders(body, seconds, key)],
  ['a base64 key without whsec_', key.toString('base64'), standardHeaders(body, seconds, key)],
  ['a secret that is no base64', secret, standardHeaders()],
];

test.each(standard)('recognises Standard Webhooks signed with %s', async (_title, configured, headers) => {
  await expectAccepted(receiver({ secret: configured }), headers, 'standardWebhooks');
});

test('recognises Standard Webhooks beside signatures of other versions and other keys', async () => {
  const { 'webhook-signature': genuine, ...others } = standardHeaders();
  const old = `v1,${mac('anything', { encoding: 'base64' })}`;
  const headers = { ...others, 'webhook-signature': `v1a,${'A'.repeat(86)}== ${old} ${genuine}` };
  await expectAccepted(receiver(), headers, 'standardWebhooks');
});

test.each<[string, (old: string, genuine: string) => string | readonly string[]]>([
  ['two headers of one name', (old, genuine) => [old, genuine]],
  ['two headers that a proxy joined', (old, genuine) => `${old}, ${genuine}`],
  ['a comma alone', (old, genuine) => `${old},${genuine}`],
  ['the genuine one first', (old, genuine) => [genuine, old]],
])('recognises Standard Webhooks with the signatures of a rotation in %s', async (_title, write) => {
  const { 'webhook-signature': genuine = '', ...others } = standardHeaders();
  const { 'webhook-signature': old = '' } = standardHeaders(body, seconds, 'an old secret');
  const headers = { ...others, 'webhook-signature': write(old, genuine) as string };
  await expectAccepted(receiver(), headers, 'standardWebhooks');
  await expectAccepted(receiver({ signature: standardWebhooks() }), headers, 'standardWebhooks');
  await expectRefused(receiver(), { ...headers, 'webhook-signature': write(old, old) as string });
});

test('recognises Standard Webhooks beside what is no signature, and refuses that alone', async () => {
  const { 'webhook-signature': genuine, ...others } = standardHeaders();
  await expectAccepted(receiver(), { ...others, 'webhook-signature': `v1,AAAA ${genuine}` }, 'standardWebhooks');
  await expectRefused(receiver(), { ...others, 'webhook-signature': 'v1,AAAA' });
});

test('recognises Standard Webhooks under a vendor’s own names', async () => {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = standardHeaders();
  const headers = { 'x-bigmind-id': id, 'x-bigmind-timestamp': time, 'x-bigmind-signature': signature };
  await expectAccepted(receiver(), headers, 'standardWebhooks');
});

test('keys of whsec_ secrets are not decoded for the other forms', async () => {
  const to = receiver({ secret: whsec });
  await expectAccepted(to, { 'x-signature': mac(body, { key: whsec }) }, 'hmac');
  await expectRefused(to, { 'x-signature': mac(body, { key }) });
  await expectRefused(to, { 'stripe-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, { key })}` });
});

test('takes a Fetch Headers object', async () => {
  await expectAccepted(receiver(), new Headers({ ...plainHeaders(), ...standardHeaders() }), 'standardWebhooks');
});

test.each([
  ['upper case', (name: string) => name.toUpperCase()],
  ['mixed case', (name: string) => name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())],
])('finds headers whose names are in %s', async (_title, spell) => {
  const respelled = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [spell(name), value]));
  await expectAccepted(receiver(), respelled(plainHeaders()), 'hmac');
  await expectAccepted(receiver(), respelled(slackHeaders()), 'timestampedHmac');
  await expectAccepted(receiver(), respelled(standardHeaders()), 'standardWebhooks');
});

test('takes header values in arrays of one', async () => {
  const wrapped = Object.fromEntries(Object.entries(slackHeaders()).map(([name, value]) => [name, [value]]));
  await expectAccepted(receiver(), wrapped, 'timestampedHmac');
});

/** Another text that `Buffer.from` decodes to the same bytes. */
function withBitsLeftOver(text: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const other = `${text.slice(0, -2)}${digits.charAt(digits.indexOf(text.at(-2) ?? '') + 1)}=`;
  expect(Buffer.from(other, 'base64')).toEqual(Buffer.from(text, 'base64'));
  return other;
}

/** Another text that Node 20's `Buffer.from` decodes to the same bytes: of each character it looks at the lower byte alone. */
function inAnotherScript(text: string): string {
  return text.replace(/\d/, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100));
}

test.each<[string, string]>([
  ['SHA-1', 'a'.repeat(40)],
  ['hex of 31 bytes', hex.slice(2)],
  ['hex of 33 bytes', `${hex}00`],
  ['hex with a foreign letter', `${hex.slice(0, -1)}g`],
  ['hex with a digit of another script', inAnotherScript(hex)],
  ['base64 with bits left over', withBitsLeftOver(base64)],
  ['base64 of both alphabets', `+_${base64.slice(2)}`],
  ['padding twice', `${base64}=`],
  ['an unknown prefix', `sha1=${hex}`],
  ['values of a rotation behind an unknown prefix', `sha1=${hex},sha1=${hex}`],
  ['a prefix twice', `sha256=sha256=${hex}`],
  ['quotes', `"${hex}"`],
  ['blanks inside', `${hex.slice(0, 32)} ${hex.slice(32)}`],
  ['words', 'undefined'],
])('refuses a signature in %s', async (_title, value) => {
  await expectRefused(receiver(), { 'x-signature': value });
});

test.each([
  ['nine digits', seconds.slice(1)],
  ['twelve digits', String(now).slice(1)],
  ['fourteen digits', `${now}0`],
  ['eleven digits', `0${seconds}`],
  ['a sign', `+${seconds.slice(1)}`],
  ['a fraction', `${seconds}.0`],
  ['an exponent', '1777896e3'],
  ['hex', '0x69f8a5c0'],
  ['a blank', ` ${seconds}`],
  ['a date', new Date(now).toISOString()],
  ['other digits', '١٧٧٧٨٩٦٠٠٠'],
])('refuses a signed timestamp that is written with %s', async (_title, time) => {
  // No timestamp is too old here: it is the grammar that refuses.
  const to = receiver({ toleranceSeconds: Number.MAX_SAFE_INTEGER });
  await expectRefused(to, stripeHeaders(body, time));
  await expectRefused(to, slackHeaders(body, time));
  await expectRefused(to, twoHeaders(body, time));
  await expectRefused(to, standardHeaders(body, time));
});

test('refuses the form of Standard Webhooks in a header that names no others beside it', async () => {
  const { 'webhook-signature': signature } = standardHeaders();
  await expectRefused(receiver(), {
    'undefined-id': 'msg_1',
    'undefined-timestamp': seconds,
    'x-hmac': signature as string,
  });
});

test.each(['', 'a.b', 'a b', 'é', 'x'.repeat(257), 'a,b', 'a\n'])('refuses the signed id %j', async (id) => {
  const signature = mac(`${id}.${seconds}.${body}`, { encoding: 'base64' });
  await expectRefused(receiver(), {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  });
});

test('looks at no header whose name does not speak of a signature', async () => {
  await expectRefused(receiver(), { authorization: hex, 'x-token': hex, 'x-digest': hex, 'signature-input': hex });
});
