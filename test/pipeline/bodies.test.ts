import { gzipSync } from 'node:zlib';
import type { WebhookRequest } from '../../src/index';
import { computingTime } from '../fixtures/computing-time';
import { genuine, notedLog, noting } from './receiver';

const { logger, lines } = notedLog();
const { webhooks, handled } = noting({ logger, limit: '10kb' });
const errors: unknown[] = [];
webhooks.onError((error) => errors.push(error));

beforeEach(() => {
  for (const noted of [handled, lines, errors]) noted.splice(0);
});

const forged = { 'x-bigmind-signature': 'a'.repeat(64) };

test.each<[string, object]>([
  ['undefined', { body: undefined }],
  ['null', { body: null }],
  ['missing', {}],
  ['{}', { body: {}, headers: { ...forged, host: 'x' } }],
  ['null', { body: null, headers: {} }],
])(
  'a request whose body is %s is refused like any stranger’s, and the log says that none was passed',
  async (given, more) => {
    const request = { headers: forged, ...more } as unknown as WebhookRequest;
    expect((await webhooks.receive(request)).status).toBe(401);
    await expect(webhooks.verify(request)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const { reason } = line as { reason: string };
      expect(reason).toContain(`No body was passed (body is ${given}). Pass what came, unparsed, as text or bytes.`);
    }
    expect(errors).toStrictEqual([]);
  },
);

test('a body that was parsed to an empty object is no request without a body', async () => {
  const headers = { ...forged, host: 'x', 'content-length': '2' };
  expect((await webhooks.receive({ headers, body: {} as string })).status).toBe(500);
  expect(errors).toEqual([expect.objectContaining({ code: 'BODY_ALREADY_PARSED' })]);
});

test.each(['gzip', 'BR', ' deflate '])('refuses the Content-Encoding "%s"', async (encoding) => {
  const { headers, body } = genuine();
  const request = { headers: { ...headers, 'Content-Encoding': encoding }, body: gzipSync(body) };
  expect((await webhooks.receive(request)).status).toBe(415);
  await expect(webhooks.verify(request)).rejects.toMatchObject({ code: 'UNSUPPORTED_ENCODING', status: 415 });
  expect(handled).toStrictEqual([]);
});

test.each([
  ['a character set', 'gbk,'],
  ['identity', 'identity,'],
  ['an encoding', 'gzip,'],
  ['nothing', ','],
])('refuses a Content-Encoding of megabytes at once, though it says %s again and again', async (_what, name) => {
  const { headers, body } = genuine();
  const encoding = name.repeat(4 * 1024 ** 2);
  const computedMs = computingTime();
  const reply = await webhooks.receive({ headers: { ...headers, 'content-encoding': encoding }, body });
  // To look at each name takes longer.
  expect(computedMs()).toBeLessThan(300);
  expect([reply.status, handled]).toStrictEqual([415, []]);
});

test.each(['', 'identity', 'utf-8'])('takes the Content-Encoding "%s"', async (encoding) => {
  const { headers, body } = genuine();
  const reply = await webhooks.receive({ headers: { ...headers, 'content-encoding': encoding }, body });
  expect(reply.status).toBe(200);
  expect(handled).toHaveLength(1);
});

test('takes a method that is null for none, as it does body and params', async () => {
  const { headers, body } = genuine();
  const request = { headers, body, method: null, params: null } as unknown as WebhookRequest;
  expect((await webhooks.receive(request)).status).toBe(200);
  expect(handled).toHaveLength(1);
});

test('holds bodies to limit, after it has looked for a signature', async () => {
  const body = ' '.repeat(10 * 1024 + 1);
  expect((await webhooks.receive({ headers: forged, body })).status).toBe(413);
  expect((await webhooks.receive({ headers: {}, body })).status).toBe(401);
  await expect(webhooks.verify({ headers: forged, body })).rejects.toMatchObject({ code: 'TOO_LARGE', status: 413 });
  expect((await webhooks.receive({ headers: forged, body: body.slice(1) })).status).toBe(401);
  expect(handled).toStrictEqual([]);
});
