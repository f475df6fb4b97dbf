import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { hmac, type SignatureScheme, standardWebhooks, timestampedHmac } from '../../src';
import { closeServers, post, serve } from './over-node';
import {
  body,
  mac,
  now,
  plainHeaders,
  receiver,
  refusal,
  seconds,
  slackHeaders,
  standardHeaders,
  stripeHeaders,
  twoHeaders,
} from './sender';

afterEach(closeServers);

/** The status of the answer to a request of which nothing but the headers comes. */
async function answerToHead(port: number, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const path = '/hook/acme';
  const to = { port, host: '127.0.0.1', method: 'POST', path, headers: { ...headers, 'content-length': '1000' } };
  const outgoing = request(to).on('error', () => {});
  outgoing.flushHeaders();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  outgoing.destroy();
  return response.statusCode;
}

test.each([
  ['plain', plainHeaders()],
  ['Stripe’s', stripeHeaders()],
  ['Slack’s', slackHeaders()],
  ['two-header', twoHeaders()],
  ['Standard Webhooks', standardHeaders()],
])('a %s signature is verified over the bytes that came, whatever the case of its headers', async (_form, headers) => {
  const to = receiver({ deduplicate: false });
  const port = await serve(to);
  const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  expect((await post(port, headers)).status).toBe(200);
  expect((await post(port, shouted)).status).toBe(200);
  expect(to.handled.map(({ event }) => event)).toEqual([JSON.parse(body), JSON.parse(body)]);
});

const withId = { header: 'x-signature', timestampHeader: 'x-timestamp', idHeader: 'x-id' };
const idHeaders = { 'x-id': 'e-1', 'x-timestamp': seconds, 'x-signature': mac(`e-1.${seconds}.${body}`) };

const pinned: readonly (readonly [string, SignatureScheme, Record<string, string>])[] = [
  ['hmac()', hmac({ header: 'x-signature' }), plainHeaders()],
  ['timestampedHmac() with one header', timestampedHmac({ header: 'stripe-signature' }), stripeHeaders()],
  [
    'timestampedHmac() with two headers',
    timestampedHmac({ header: 'x-signature', timestampHeader: 'x-timestamp' }),
    twoHeaders(),
  ],
  ['timestampedHmac() with an id', timestampedHmac({ ...withId, content: '{id}.{timestamp}.{body}' }), idHeaders],
  ['standardWebhooks()', standardWebhooks(), standardHeaders()],
];

test.each(pinned)(
  'a genuine delivery under a pinned %s is handled through the router',
  async (_name, signature, signed) => {
    const to = receiver({ signature });
    const port = await serve(to);
    expect(await post(port, signed, `${body} `)).toMatchObject({ status: 401 });
    expect(to.handled).toStrictEqual([]);
    expect(await post(port, signed)).toMatchObject({ status: 200, body: '{"status":"processed"}' });
    expect(to.handled.map(({ event }) => event)).toEqual([JSON.parse(body)]);
  },
);

test.each(pinned)(
  'a request without the header of a pinned %s is refused before its body has come',
  async (_name, signature, signed) => {
    const to = receiver({ signature });
    const port = await serve(to);
    const own = signature.signatureHeaders ?? [];
    const others = Object.entries(signed).filter(([name]) => !own.includes(name));
    for (const more of [{ 'x-other-signature': mac(body) }, Object.fromEntries(others)]) {
      expect(await answerToHead(port, more)).toBe(401);
    }
    expect(to.handled).toStrictEqual([]);
  },
);

test('every refusal is the same answer, which tells the sender nothing', async () => {
  const to = receiver();
  const port = await serve(to);
  const old = String(now / 1000 - 3600);
  const genuine = plainHeaders()['x-signature'] ?? '';
  const replies = await Promise.all([
    post(port, {}),
    post(port, { 'x-signature': '' }),
    post(port, { 'x-signature': 'nonsense' }),
    post(port, { 'x-signature': genuine.slice(1) }),
    post(port, { 'x-signature': [genuine, genuine] }),
    post(port, plainHeaders(body, 'another')),
    post(port, plainHeaders(), `${body} `),
    post(port, plainHeaders(), ''),
    post(port, plainHeaders(), '{'),
    post(port, plainHeaders(), Buffer.from([0xff])),
    post(port, stripeHeaders(body, old)),
    post(port, stripeHeaders(body, String(now / 1000 + 3600))),
    post(port, { ...standardHeaders(), 'webhook-id': 'msg_2' }),
  ]);
  const headers = {
    ...refusal.headers,
    'content-length': String(Buffer.byteLength(refusal.body)),
    'x-powered-by': 'Express',
  };
  for (const reply of replies) expect(reply).toEqual({ status: 401, headers, body: refusal.body });
  expect(to.handled).toStrictEqual([]);
  expect((await post(port, plainHeaders())).status).toBe(200);
});

test('an unknown tenant and one whose secret is unusable get that answer too', async () => {
  for (const answer of [undefined, { tenant: 'acme', secret: '' }, { tenant: 'acme', secret: 'whsec_' }]) {
    const to = receiver({ secret: async ({ params: { tenant } }) => (tenant === 'acme' ? answer : undefined) });
    const port = await serve(to);
    const reply = await post(port, { 'x-signature': mac(body, { key: '' }) });
    expect(reply).toMatchObject({ status: 401, body: refusal.body });
    expect(to.handled).toStrictEqual([]);
  }
});

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
  'a %s that is sent twice is refused',
  async (name) => {
    const headers: Record<string, string> = standardHeaders();
    for (const signature of ['auto', standardWebhooks()] as const) {
      const to = receiver({ signature });
      const port = await serve(to);
      const twice = { ...headers, [name]: [headers[name] ?? '', headers[name] ?? ''] };
      expect(await post(port, twice)).toMatchObject({ status: 401, body: refusal.body });
      expect(to.handled).toStrictEqual([]);
      expect((await post(port, headers)).status).toBe(200);
    }
  },
);

test('a timestamp that is sent twice is refused beside a signature of its own', async () => {
  const to = receiver();
  const port = await serve(to);
  expect((await post(port, { ...twoHeaders(), 'x-timestamp': [seconds, seconds] })).status).toBe(401);
  expect(to.handled).toStrictEqual([]);
});

test('a request without a signature is refused before its body has come', async () => {
  expect(await answerToHead(await serve(receiver()), {})).toBe(401);
});

test('a scheme of the user’s own whose maySign trips is no crash of the router', async () => {
  const to = receiver({
    signature: { name: 'own', maySign: (headers) => (headers['x-own'] as string).length > 0, verify: () => false },
  });
  const port = await serve(to);
  expect(await post(port, {})).toMatchObject({ status: 401, body: refusal.body });
  expect(to.handled).toStrictEqual([]);
});
