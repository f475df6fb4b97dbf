import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { hmac, type SignatureScheme, standardWebhooks, timestampedHmac } from '../../src';
import { body, expectAccepted, expectRefused, now, receiver } from './sender';

const secret = `whsec_${Buffer.from('twenty-four bytes of key').toString('base64')}`;
const otherSecret = `whsec_${Buffer.from('another key of as many b').toString('base64')}`;
const minute = 60_000;
const run = promisify(execFile);

const program =
  "import { sign } from '@octokit/webhooks-methods'; const [, key, text] = process.argv;" +
  'process.stdout.write(await sign(key, text));';
const signedByGitHub = new Map<string, Promise<string>>();

/** This library is ESM alone, which Jest cannot load: it signs in a process of its own, each text once. */
function signAsGitHub(key: string, text: string): Promise<string> {
  const known = signedByGitHub.get(key + text);
  if (known !== undefined) return known;
  const args = ['--input-type=module', '--eval', program, key, text];
  const signing = run(process.execPath, args, { cwd: __dirname }).then(({ stdout }) => stdout);
  signedByGitHub.set(key + text, signing);
  return signing;
}

interface Sender {
  readonly library: string;
  /** The headers that the library makes. */
  readonly sign: (key: string, text: string, time: number) => Promise<Record<string, string>>;
  readonly pinned: SignatureScheme;
  readonly signature: string;
  readonly scheme: string;
}

const senders: readonly Sender[] = [
  {
    library: 'stripe',
    sign: async (key, payload, time) => ({
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({
        payload,
        secret: key,
        timestamp: Math.floor(time / 1000),
      }),
    }),
    pinned: timestampedHmac({ header: 'Stripe-Signature' }),
    signature: 'stripe-signature',
    scheme: 'timestampedHmac',
  },
  {
    library: 'standardwebhooks',
    sign: async (key, text, time) => ({
      'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      'webhook-timestamp': String(Math.floor(time / 1000)),
      'webhook-signature': new StandardWebhook(key).sign('msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', new Date(time), text),
    }),
    pinned: standardWebhooks(),
    signature: 'webhook-signature',
    scheme: 'standardWebhooks',
  },
  {
    library: 'svix',
    sign: async (key, text, time) => ({
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': String(Math.floor(time / 1000)),
      'svix-signature': new SvixWebhook(key).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(time), text),
    }),
    pinned: standardWebhooks({ prefix: 'svix' }),
    signature: 'svix-signature',
    scheme: 'standardWebhooks',
  },
  {
    library: '@octokit/webhooks-methods',
    sign: async (key, text) => ({ 'x-hub-signature-256': await signAsGitHub(key, text) }),
    pinned: hmac({ header: 'X-Hub-Signature-256', prefix: 'sha256=' }),
    signature: 'x-hub-signature-256',
    scheme: 'hmac',
  },
];

const cases = senders.flatMap((sender) => [
  { ...sender, under: 'auto', option: 'auto' as const },
  { ...sender, under: 'its pinned scheme', option: sender.pinned },
]);

describe.each(cases)('a delivery signed by $library, under $under', ({ sign, option, signature, scheme }) => {
  const signed = (text = body, time = now) => sign(secret, text, time);
  const station = () => receiver({ secret, signature: option });

  test('reaches the handler', async () => {
    await expectAccepted(station(), await signed(), scheme);
  });

  test('reaches the handler with text that is not ASCII', async () => {
    const sent = body.replace('{', '{"greeting":"Grüße, 你好 👋",');
    await expectAccepted(station(), await signed(sent), scheme, sent);
  });

  test('is refused once its body was changed, cut or emptied', async () => {
    const to = station();
    const headers = await signed();
    await expectRefused(to, headers, body.replace('notes_created', 'notes_updated'));
    await expectRefused(to, headers, body.slice(0, -1));
    await expectRefused(to, headers, `${body}\n`);
    await expectRefused(to, headers, JSON.stringify(JSON.parse(body), null, 2));
    await expectRefused(to, headers, '');
    await expectAccepted(to, headers, scheme);
  });

  test('is refused once its signature was cut, emptied, doubled or taken away', async () => {
    const to = station();
    const headers = await signed();
    const text = headers[signature] ?? '';
    expect(text).not.toBe('');
    await expectRefused(to, { ...headers, [signature]: text.slice(0, -2) });
    await expectRefused(to, { ...headers, [signature]: `${text}A` });
    await expectRefused(to, { ...headers, [signature]: text.slice(0, 8) });
    await expectRefused(to, { ...headers, [signature]: '' });
    await expectRefused(to, { ...headers, [signature]: text + text });
    await expectRefused(to, { ...headers, [signature]: [text, text] });
    await expectRefused(to, { ...headers, [signature]: undefined });
    await expectRefused(to, {});
    await expectAccepted(to, headers, scheme);
  });

  test('is refused under another secret', async () => {
    await expectRefused(receiver({ secret: otherSecret, signature: option }), await signed());
  });

  if (scheme === 'hmac') return;

  test('is refused when it is stale or ahead of the clock', async () => {
    const to = station();
    await expectRefused(to, await signed(body, now - 6 * minute));
    await expectRefused(to, await signed(body, now + 6 * minute));
    await expectAccepted(to, await signed(body, now - 4 * minute), scheme);
  });
});

test('the other way round, the libraries accept what our schemes sign', async () => {
  const rawBody = Buffer.from(body);
  const input = { rawBody, secret, signedAt: Date.now(), id: 'msg_7' };
  const standard = standardWebhooks().sign?.(input) ?? {};
  expect(new StandardWebhook(secret).verify(body, standard)).toEqual(JSON.parse(body));
  const svix = standardWebhooks({ prefix: 'svix' }).sign?.(input) ?? {};
  expect(new SvixWebhook(secret).verify(body, svix)).toEqual(JSON.parse(body));
  const stripe = timestampedHmac({ header: 'stripe-signature' }).sign?.(input) ?? {};
  expect(Stripe.webhooks.signature?.verifyHeader(body, stripe['stripe-signature'] ?? '', secret)).toBe(true);
  const github = hmac({ header: 'x-hub-signature-256', prefix: 'sha256=' }).sign?.(input) ?? {};
  expect(github['x-hub-signature-256']).toBe(await signAsGitHub(secret, body));
});
