import { once } from 'node:events';
import { request } from 'node:http';
import { standardWebhooks } from '../../src';
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
  const to = receiver();
  const port = await serve(to);
  const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: '/hook/acme' });
  outgoing.setHeader('content-length', '1000000');
  outgoing.flushHeaders();
  outgoing.on('error', () => {});
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  expect(response.statusCode).toBe(401);
  outgoing.destroy();
});

test('a scheme of the user’s own whose maySign trips is no crash of the router', async () => {
  const to = receiver({
    signature: { name: 'own', maySign: (headers) => (headers['x-own'] as string).length > 0, verify: () => false },
  });
  const port = await serve(to);
  expect(await post(port, {})).toMatchObject({ status: 401, body: refusal.body });
  expect(to.handled).toStrictEqual([]);
});
