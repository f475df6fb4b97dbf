import {
  type DeliveryStore,
  hmac,
  type Logger,
  memoryStore,
  type SignatureScheme,
  standardWebhooks,
  timestampedHmac,
} from '../../src';
import { signDelivery } from '../../src/testing';
import { gate } from '../deduplication/kit';
import {
  body,
  expectAccepted,
  expectRefused,
  mac,
  payload,
  plainHeaders,
  type Receiver,
  receiver,
  seconds,
  secret,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

const found = 'Signature scheme found. To pin it: ';
const pinsOf = (to: Receiver) => to.logged(found).map(({ msg }) => msg.slice(found.length));

/** Pastes the printed line into options, as a user would. */
function paste(line = ''): SignatureScheme {
  const program = new Function('hmac', 'timestampedHmac', 'standardWebhooks', `'use strict'; return { ${line} };`);
  const { signature } = program(hmac, timestampedHmac, standardWebhooks) as { signature: SignatureScheme };
  return signature;
}

const digest = mac(`${seconds}.${body}`);
const renamed = (prefix: string) =>
  Object.fromEntries(
    Object.entries(standardHeaders()).map(([name, value]) => [name.replace('webhook', prefix), value]),
  );

interface Form {
  readonly form: string;
  readonly headers: Record<string, string>;
  readonly pin: string;
}

const forms: readonly Form[] = [
  { form: 'plain hex', headers: plainHeaders(), pin: "signature: hmac({ header: 'x-signature' })" },
  {
    form: 'plain base64',
    headers: { 'x-signature': mac(body, { encoding: 'base64' }) },
    pin: "signature: hmac({ header: 'x-signature', encoding: 'base64' })",
  },
  {
    form: 'GitHub’s',
    headers: { 'x-hub-signature-256': `sha256=${mac(body)}` },
    pin: "signature: hmac({ header: 'x-hub-signature-256', prefix: 'sha256=' })",
  },
  {
    form: 'GitHub’s in upper case and twice',
    headers: { 'x-hub-signature-256': `SHA256=${'0'.repeat(64)}, SHA256=${mac(body)}` },
    pin: "signature: hmac({ header: 'x-hub-signature-256', prefix: 'SHA256=' })",
  },
  {
    form: 'plain SHA-512',
    headers: { 'x-hmac': mac(body, { algorithm: 'sha512' }) },
    pin: "signature: hmac({ header: 'x-hmac', algorithm: 'sha512' })",
  },
  {
    form: 'a header with a quote in its name',
    headers: { "x-'signature": mac(body) },
    pin: "signature: hmac({ header: 'x-\\'signature' })",
  },
  { form: 'Stripe’s', headers: stripeHeaders(), pin: "signature: timestampedHmac({ header: 'stripe-signature' })" },
  {
    form: 'Slack’s',
    headers: slackHeaders(),
    pin:
      "signature: timestampedHmac({ header: 'x-slack-signature', prefix: 'v0=', " +
      "timestampHeader: 'x-slack-request-timestamp', content: 'v0:{timestamp}:{body}' })",
  },
  {
    form: 'two headers',
    headers: twoHeaders(),
    pin: "signature: timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' })",
  },
  {
    form: 'two headers and a prefix',
    headers: { 'x-timestamp': seconds, 'x-hmac': `v1=${digest}` },
    pin: "signature: timestampedHmac({ header: 'x-hmac', prefix: 'v1=', timestampHeader: 'x-timestamp' })",
  },
  { form: 'Standard Webhooks', headers: standardHeaders(), pin: 'signature: standardWebhooks()' },
  { form: 'Svix’s', headers: renamed('svix'), pin: 'signature: standardWebhooks()' },
  {
    form: 'Standard Webhooks under other names',
    headers: renamed('x-bigmind'),
    pin: "signature: standardWebhooks({ prefix: 'x-bigmind' })",
  },
];

test.each(forms)('names the line that pins $form', async ({ headers, pin }) => {
  const to = receiver();
  await to.post(headers);
  expect(pinsOf(to)).toEqual([pin]);
  expect(to.logged(found)).toEqual([expect.objectContaining({ level: 30, pin })]);
});

test.each(forms)(
  'the line for $form accepts the same delivery and refuses the other forms',
  async ({ headers, pin }) => {
    const to = receiver();
    await to.post(headers);
    const pinned = receiver({ signature: paste(pinsOf(to)[0]) });
    await expectAccepted(pinned, headers, /signature: (\w+)/.exec(pin)?.[1] ?? '');
    for (const other of forms) {
      if (other.pin !== pin) await expectRefused(pinned, other.headers);
    }
    expect(pinsOf(pinned)).toStrictEqual([]);
  },
);

test('a header that standardWebhooks cannot name is not recognised as its own', async () => {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = standardHeaders();
  await expectRefused(receiver(), { 'x-hmac-id': id, 'x-hmac-timestamp': time, 'x-hmac': signature });
});

test('says it once, and again when it changes', async () => {
  const to = receiver();
  let n = 0;
  for (const sign of [plainHeaders, plainHeaders, stripeHeaders, stripeHeaders, plainHeaders]) {
    const text = ' '.repeat(n++) + body;
    await to.post(sign(text), text);
  }
  const lines = [...to.logged(found), ...to.logged('Signature scheme changed.')];
  expect(lines.map(({ level, pin }) => [level, pin?.slice(0, 20)])).toEqual([
    [30, 'signature: hmac({ he'],
    [40, 'signature: timestamp'],
    [40, 'signature: hmac({ he'],
  ]);
});

test('says it once, and no change, where several deliveries come before the first is handled', async () => {
  const to = receiver({ deduplicate: false });
  const time = gate();
  to.webhooks.on('*', () => time.passed);
  const sent = [to.post(plainHeaders()), to.post(plainHeaders())];
  await new Promise(setImmediate);
  time.open();
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 200]);
  expect(pinsOf(to)).toHaveLength(1);
  expect(to.logged('Signature scheme changed.')).toStrictEqual([]);
});

test('says one line for what one pin reads: Svix’s names after the usual ones are no change', async () => {
  const to = receiver({ deduplicate: false });
  for (const prefix of ['webhook', 'svix', 'webhook']) await expectAccepted(to, renamed(prefix), 'standardWebhooks');
  expect(pinsOf(to)).toEqual(['signature: standardWebhooks()']);
  expect(to.logged('Signature scheme changed.')).toStrictEqual([]);
});

test('says nothing of a replay under another header’s name', async () => {
  const { 'x-signature': signature = '' } = plainHeaders();
  const forged = { 'x-other-signature': signature };
  const to = receiver();
  await expectAccepted(to, plainHeaders(), 'hmac');
  expect((await to.post(forged)).body).toBe('{"status":"duplicate"}');
  expect(to.lines.join()).not.toContain('x-other-signature');
});

test('says nothing of a replay that comes while its original is handled, or after it failed', async () => {
  const { 'x-signature': signature = '' } = plainHeaders();
  const forged = { 'x-other-signature': signature };
  const to = receiver();
  let fail = (_error: Error): void => {};
  to.webhooks.on('*', () => new Promise<void>((_resolve, reject) => (fail = reject)));
  const original = to.post(plainHeaders());
  const replay = to.post(forged);
  await new Promise(setImmediate);
  fail(new Error('away'));
  expect([(await original).status, (await replay).status]).toEqual([500, 500]);
  const again = to.post(forged);
  await new Promise(setImmediate);
  fail(new Error('away'));
  expect((await again).status).toBe(500);
  expect(pinsOf(to)).toEqual(["signature: hmac({ header: 'x-signature' })"]);
  expect(to.lines.join()).not.toContain('x-other-signature');
});

test('says nothing where another process may have handled the original, or this one has not yet', async () => {
  const store = memoryStore();
  const elsewhere = receiver({ deduplicate: { store } });
  const away = Object.assign(Object.create(store) as DeliveryStore, {
    claim: () => Promise.reject(new Error('the store is away')),
  });
  const time = gate();
  elsewhere.webhooks.on('*', () => time.passed);
  const original = elsewhere.post(plainHeaders());
  const slow = receiver({ timeoutMs: 20 });
  slow.webhooks.on('*', () => time.passed);
  for (const [to, answer] of [
    [receiver({ deduplicate: { store } }), 'IN_PROGRESS'],
    [receiver({ deduplicate: { store: away } }), 'UNAVAILABLE'],
    [slow, 'TIMEOUT'],
  ] as const) {
    expect((await to.post(plainHeaders())).body).toContain(answer);
    expect(pinsOf(to)).toStrictEqual([]);
  }
  time.open();
  expect((await original).status).toBe(200);
  expect(pinsOf(elsewhere)).toHaveLength(1);
});

test('what verify() takes is announced, since nothing else tells of it', async () => {
  const to = receiver();
  await to.webhooks.verify({ headers: plainHeaders(), body });
  expect(pinsOf(to)).toEqual(["signature: hmac({ header: 'x-signature' })"]);
});

test('says one line for a sender of base64url, whose digits often are base64’s too', async () => {
  const to = receiver({ deduplicate: false });
  for (let n = 0; n < 50; n += 1) {
    const text = ' '.repeat(n) + body;
    await expectAccepted(to, { 'x-signature': mac(text, { encoding: 'base64url' }) }, 'hmac', text);
  }
  expect(pinsOf(to)).toEqual(["signature: hmac({ header: 'x-signature', encoding: 'base64' })"]);
});

test('a delivery is answered as it would be though the logger throws over the line', async () => {
  const broken: Logger = { debug: fail, info: fail, warn: fail, error: fail, child: () => broken };
  const to = receiver({ logger: broken });
  await expectAccepted(to, plainHeaders(), 'hmac');
  await expectAccepted(to, { 'x-hmac': mac(` ${body}`) }, 'hmac', ` ${body}`);
  const { event } = await to.webhooks.verify({ headers: stripeHeaders(), body });
  expect(event).toEqual(payload);
});

function fail(): never {
  throw new Error('the disk is full');
}

test('says it once a tenant', async () => {
  const to = receiver({ secret: ({ params: { tenant = '' } }) => ({ tenant, secret }) });
  for (const tenant of ['acme', 'globex', 'acme', 'globex']) await to.post(plainHeaders(), body, { tenant });
  expect(to.logged(found).map(({ tenant }) => tenant)).toEqual(['acme', 'globex']);
});

test('remembers a thousand tenants: beyond them, the oldest is said again, and no other', async () => {
  const to = receiver({ secret: ({ params: { tenant = '' } }) => ({ tenant, secret }) });
  const come = (tenant: string) => to.webhooks.verify({ headers: plainHeaders(), body, params: { tenant } });
  for (let n = 0; n < 1000; n += 1) await come(`tenant ${n}`);
  for (const tenant of ['tenant 0', 'one more', 'tenant 1', 'tenant 0', 'tenant 2']) await come(tenant);
  const said = to.logged(found).map(({ tenant }) => tenant);
  expect(said).toHaveLength(1002);
  expect(said.slice(1000)).toEqual(['one more', 'tenant 0']);
});

test('says nothing of deliveries that were refused', async () => {
  const to = receiver();
  await expectRefused(to, plainHeaders(body, 'another'));
  await expectRefused(to, stripeHeaders(body, '1000000000'));
  expect(pinsOf(to)).toStrictEqual([]);
});

test('says nothing of what our own tools sign', async () => {
  const to = receiver();
  const { headers, body: sent } = signDelivery({ payload, secret });
  expect(headers['user-agent']).toMatch(/^bigmind-webhooks\//);
  await expectAccepted(to, headers, 'hmac', sent);
  await expectAccepted(receiver(), { ...plainHeaders(), 'User-Agent': 'bigmind-webhooks/1.0' }, 'hmac');
  expect(pinsOf(to)).toStrictEqual([]);
  await expectAccepted(receiver(), { ...plainHeaders(), 'user-agent': 'Bigmind/1.0' }, 'hmac');
});

test('says nothing under a pinned scheme', async () => {
  const to = receiver({ signature: hmac({ header: 'x-signature' }) });
  await expectAccepted(to, plainHeaders(), 'hmac');
  expect(pinsOf(to)).toStrictEqual([]);
});
