import { hmac, standardWebhooks, timestampedHmac } from '../../src';
import {
  body,
  expectRefused,
  mac,
  plainHeaders,
  receiver,
  seconds,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

test('is one warning a refused delivery, with the outcome', async () => {
  const to = receiver();
  await expectRefused(to, plainHeaders(body, 'another'));
  expect(to.logged('The delivery is not authentic')).toEqual([
    expect.objectContaining({ level: 40, outcome: 'unauthenticated', bytes: Buffer.byteLength(body) }),
  ]);
  expect(to.lines).toHaveLength(1);
});

test('says that no signature came, what was looked for, what came, and what to configure', async () => {
  const to = receiver();
  await expectRefused(to, { 'content-type': 'application/json', 'X-Bigmind-Token': 'a', 'X-Sign': 'b' });
  expect(to.reason()).toBe(
    'No signature came. Looked for: any header whose name contains "signature" or "hmac". ' +
      'Headers that came, besides standard ones: x-bigmind-token, x-sign. If the sender signs in another way, pin it ' +
      "with the signature option, for example signature: hmac({ header: 'x-its-signature' }).",
  );
});

test.each([{}, undefined, null])(
  'says of a request with %j for headers that they were not passed on',
  async (headers) => {
    const to = receiver();
    await expectRefused(to, headers as never);
    expect(to.reason()).toBe(
      'No signature came. Looked for: any header whose name contains "signature" or "hmac". Headers that came, besides ' +
        'standard ones: none. Not even a standard one came: where receive() or verify() is called, pass on the headers ' +
        'of the request, as in webhooks.receive({ headers, body }).',
    );
  },
);

test('lists at most 20 names of headers that are not standard, those like a signature first, and no values', async () => {
  const to = receiver();
  const others = Array.from({ length: 30 }, (_, index) => [`x-other-${index}`, 'hush']);
  const standard = { 'user-agent': 'hush', accept: 'hush', cookie: 'hush', 'x-forwarded-for': 'hush', te: 'hush' };
  await expectRefused(to, { ...standard, ...Object.fromEntries(others), 'x-bigmind-digest': 'hush' });
  const [, names = ''] = /besides standard ones: ([^.]*)\./.exec(to.reason()) ?? [];
  expect(names.split(', ')).toEqual([
    'x-bigmind-digest',
    ...Array.from({ length: 19 }, (_, index) => `x-other-${index}`),
  ]);
  expect(to.lines.join()).not.toContain('hush');
});

test('says so when nothing like a signature came', async () => {
  const to = receiver();
  await expectRefused(to, { 'content-type': 'application/json' });
  expect(to.reason()).toContain('Headers that came, besides standard ones: none.');
});

test.each([
  ...['authorization', 'connection', 'cookie', 'date', 'dnt', 'expect', 'forwarded', 'from', 'host', 'keep-alive'],
  ...['max-forwards', 'origin', 'pragma', 'cache-control', 'priority', 'range', 'referer', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'upgrade-insecure-requests', 'user-agent', 'via', 'warning', 'x-real-ip'],
  ...['x-request-id', 'x-requested-with', 'traceparent', 'tracestate', 'baggage', 'accept', 'accept-language'],
  ...['content-length', 'if-none-match', 'sec-fetch-mode', 'proxy-connection', 'access-control-request-method'],
  ...['x-forwarded-proto', ':path'],
])('does not list %s, which is a standard header, and lists one that only ends so', async (name) => {
  const to = receiver();
  await expectRefused(to, { [name]: 'a', [`x-acme-${name.replace(':', '')}`]: 'b' });
  expect(to.reason()).toContain(`besides standard ones: x-acme-${name.replace(':', '')}.`);
});

test('tells a signature that does not match from one that did not come', async () => {
  const to = receiver();
  await expectRefused(to, slackHeaders(`${body} `));
  expect(to.reason()).toContain('The signature does not match: no secret signs these bytes');
  expect(to.reason()).toContain('headers that came: x-slack-request-timestamp, x-slack-signature.');
});

test.each([
  [hmac({ header: 'X-Own' }), 'Looked for: x-own.'],
  [timestampedHmac({ header: 'x-own', timestampHeader: 'x-time' }), 'Looked for: x-own, x-time.'],
  [standardWebhooks({ prefix: 'x' }), 'Looked for: x-id, x-timestamp, x-signature.'],
  [standardWebhooks(), 'Looked for: webhook-id, webhook-timestamp, webhook-signature or svix-id, svix-timestamp'],
  [{ name: 'own', verify: () => false, looksFor: 'our header' }, 'Looked for: our header.'],
  [{ name: 'own', verify: () => false }, 'Looked for: own.'],
])('names the headers that a pinned scheme looks for', async (signature, text) => {
  const to = receiver({ signature });
  await expectRefused(to, { 'x-bigmind-signature': mac('other') });
  expect(to.reason()).toContain(text);
  expect(to.reason()).toMatch(/eaders that came(?:, besides standard ones)?: x-bigmind-signature\./);
});

test('names an unknown tenant as such', async () => {
  const to = receiver({ secret: () => undefined });
  await expectRefused(to, plainHeaders());
  expect(to.reason()).toBe('The secret function knows no such tenant.');
});

test('stays short, whatever the sender names its headers', async () => {
  const to = receiver();
  const names = Array.from({ length: 200 }, (_, index) => `x-signature-${index}-${'n'.repeat(500)}`);
  await expectRefused(to, Object.fromEntries(names.map((name) => [name, 'a'])));
  expect(to.lines.join().length).toBeLessThan(2000);
});

test('neither log nor answer holds a secret, a signature or payload text, whatever happens', async () => {
  const secret = 'hush-hush-secret-text';
  const all = [plainHeaders, stripeHeaders, standardHeaders].map((sign) =>
    sign === plainHeaders ? sign(body, secret) : sign(body, seconds, secret),
  );
  const wrong = [plainHeaders(body), stripeHeaders(body), slackHeaders(body), twoHeaders(body), standardHeaders(body)];
  const stale = stripeHeaders(body, '1000000000', secret);
  const broken = '{"event":"notes_created","data":"private matter"';
  const brokenHeaders = { 'x-signature': mac(broken, { key: secret }) };
  const output: string[] = [];
  const signatures = [...all, ...wrong, stale, brokenHeaders].flatMap((headers: Record<string, string>) =>
    Object.values(headers).flatMap((value) => value.split(/[=,]/).filter((part) => part.length > 30)),
  );
  for (const option of [secret, [secret], () => ({ tenant: 'acme', secret })]) {
    const to = receiver({ secret: option, deduplicate: false });
    for (const headers of [...all, ...wrong, stale, {}]) output.push(JSON.stringify(await to.post(headers)));
    output.push(JSON.stringify(await to.post(brokenHeaders, broken)), ...to.lines);
    for (const headers of [...wrong, stale]) {
      output.push(await to.webhooks.verify({ headers, body }).then(() => '', String));
    }
  }
  const printed = output.join('\n');
  expect(printed).toContain('To pin it');
  expect(printed).toContain('MALFORMED');
  expect(signatures.length).toBeGreaterThan(8);
  for (const text of [secret, 'private matter', 'note_id', ...signatures]) expect(printed).not.toContain(text);
});
