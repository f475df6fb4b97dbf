import { Readable } from 'node:stream';
import type { WebhookRequest } from '../../src/index';
import { type SignedDelivery, signDelivery } from '../../src/testing';
import { referenceExamples } from '../fixtures/reference-examples';
import { genuine, noting, secret } from './receiver';

const url = 'https://app.example.com/hooks/acme';

/** What API Gateway (payload format 1.0 and 2.0) hands to a Lambda function. */
interface LambdaEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

function fromLambda({ headers, body, isBase64Encoded }: LambdaEvent): WebhookRequest {
  return { headers, body: isBase64Encoded ? Buffer.from(body, 'base64') : body };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const upper = (headers: object) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value as string]));

const platforms: readonly (readonly [
  string,
  (delivery: SignedDelivery) => WebhookRequest | Promise<WebhookRequest>,
])[] = [
  [
    'a Fetch Request, as an ArrayBuffer',
    async (delivery) => {
      const request = new Request(url, { method: 'POST', ...delivery });
      return { method: request.method, headers: request.headers, body: await request.arrayBuffer() };
    },
  ],
  [
    'a Fetch Request, as text',
    async (delivery) => {
      const request = new Request(url, { method: 'POST', ...delivery });
      return { headers: request.headers, body: await request.text() };
    },
  ],
  ['a Lambda event with text', (delivery) => fromLambda({ ...delivery, isBase64Encoded: false })],
  [
    'a Lambda event in base64',
    ({ headers, body }) => fromLambda({ headers, body: base64(body), isBase64Encoded: true }),
  ],
  ['upper-case header names', ({ headers, body }) => ({ headers: upper(headers), body })],
  [
    'headers whose values are arrays',
    ({ headers, body }) => ({
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body,
    }),
  ],
  [
    'a Map of headers',
    ({ headers, body }) => ({ headers: new Map(Object.entries(headers)) as unknown as Headers, body }),
  ],
  [
    'bytes in the middle of a larger buffer',
    ({ headers, body }) => {
      const all = new TextEncoder().encode(`xx${body}yy`);
      return { headers, body: all.subarray(2, -2) };
    },
  ],
  ['a DataView', ({ headers, body }) => ({ headers, body: viewOf(body) as unknown as Uint8Array })],
  [
    'a SharedArrayBuffer',
    ({ headers, body }) => {
      const bytes = new TextEncoder().encode(body);
      const shared = new SharedArrayBuffer(bytes.length);
      new Uint8Array(shared).set(bytes);
      return { headers, body: shared as unknown as ArrayBuffer };
    },
  ],
];

function viewOf(body: string): DataView {
  const bytes = new TextEncoder().encode(body);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

test.each(platforms)('hands over every example of the reference from %s', async (_title, requestOf) => {
  const { webhooks, handled } = noting();
  for (const example of referenceExamples) {
    const delivery = signDelivery({ payload: `${JSON.stringify(example)}\n`, secret });
    const reply = await webhooks.receive(await requestOf(delivery));
    expect([reply.status, reply.body]).toEqual([200, '{"status":"processed"}']);
    const [seen, ...others] = handled.splice(0);
    expect(others).toStrictEqual([]);
    expect(seen?.event).toEqual(JSON.parse(delivery.body));
    expect(seen?.context.rawBody.equals(Buffer.from(delivery.body))).toBe(true);
    expect(seen?.context.headers).toMatchObject(delivery.headers);
  }
});

test('answers what new Response takes', async () => {
  const { webhooks } = noting();
  const refused = await webhooks.receive({ headers: {}, body: '{}' });
  const response = new Response(refused.body, refused);
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await response.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
});

test('answers each caller with headers of its own', async () => {
  const { webhooks } = noting();
  const first = await webhooks.receive(genuine());
  Object.assign(first.headers, { 'x-trace': 'of the first' });
  expect((await webhooks.receive(genuine())).headers).toEqual({ 'content-type': 'application/json; charset=utf-8' });
});

test.each<[string, unknown, string]>([
  ['a parsed body', { event: 'notes_created' }, 'got object: pass it unparsed.'],
  ['a list of bytes', [123, 125], 'got object: pass it unparsed.'],
  ['a number', 7, 'got number: pass it unparsed.'],
  ['a boolean', true, 'got boolean: pass it unparsed.'],
  ['a stream', new ReadableStream(), 'got a stream: read it first, as in await request.arrayBuffer().'],
  ['a stream of Node', Readable.from(['{}']), 'got a stream: read it first'],
  ['a blob', new Blob(['{}']), 'got a stream: read it first'],
  ['a promise', Promise.resolve('{}'), 'body is a promise: await it.'],
])('says that %s is no body to verify, and what to pass', async (_title, body, words) => {
  const { webhooks, handled } = noting();
  const errors: unknown[] = [];
  webhooks.onError((error) => errors.push(error));
  const { headers } = genuine();
  const reply = await webhooks.receive({ headers, body: body as string });
  expect(reply.status).toBe(500);
  expect(JSON.parse(reply.body)).toMatchObject({ code: 'BODY_ALREADY_PARSED' });
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(words) })]);
  expect(handled).toStrictEqual([]);
});

test.each<[string, unknown]>([
  ['a parsed body', { event: 'notes_created' }],
  ['a number', 7],
  ['a boolean', true],
])('takes %s for no body to verify, whether or not the headers announce one', async (_title, body) => {
  const { webhooks, handled } = noting();
  for (const more of [{ host: 'x' }, { 'content-length': '0' }, { 'content-length': '17' }]) {
    const reply = await webhooks.receive({ headers: { ...genuine().headers, ...more }, body: body as string });
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      500,
      expect.objectContaining({ code: 'BODY_ALREADY_PARSED' }),
    ]);
  }
  expect(handled).toStrictEqual([]);
});

test('a body that was not awaited and fails ends no process', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const body = Promise.reject(new Error('the upload was aborted'));
  expect((await noting().webhooks.receive({ ...genuine(), body: body as unknown as string })).status).toBe(500);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect(unhandled).toStrictEqual([]);
});

test.each(['headers', 'params'])('says that %s were not awaited, in place of a 401 that names none', async (part) => {
  const { webhooks, handled } = noting();
  const errors: unknown[] = [];
  webhooks.onError((error) => errors.push(error));
  const request = { params: {}, ...genuine() };
  const unawaited = { ...request, [part]: Promise.resolve(request[part as 'headers']) };
  expect((await webhooks.receive(unawaited as unknown as WebhookRequest)).status).toBe(500);
  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringContaining(`${part} is a promise: await it.`) }),
  ]);
  await expect(webhooks.verify(unawaited as unknown as WebhookRequest)).rejects.toMatchObject({ status: 500 });
  expect(handled).toStrictEqual([]);
});

test.each<[string, (headers: Readonly<Record<string, string>>) => unknown, string]>([
  ['a list of pairs', (headers) => Object.entries(headers), 'got an array of 3.'],
  ['the rawHeaders of Node', (headers) => Object.entries(headers).flat(), 'got an array of 6.'],
  ['text', () => 'x-bigmind-signature: 00', 'got a string of 23 characters.'],
  ['a function that reads one', (headers) => (name: string) => headers[name], 'got a function.'],
])('says that %s is no headers, in place of naming none', async (_title, made, words) => {
  const { webhooks, handled } = noting();
  const { headers, body } = genuine();
  const request = { headers: made(headers), body } as WebhookRequest;
  expect((await webhooks.receive(request)).status).toBe(401);
  const message = expect.stringContaining(`Expected headers as an object or a Headers, ${words}`) as unknown;
  await expect(webhooks.verify(request)).rejects.toMatchObject({ status: 401, message });
  expect(handled).toStrictEqual([]);
});

test('refuses a signature that came twice, in whatever way', async () => {
  const { webhooks, handled } = noting();
  const { headers, body } = genuine();
  const signature = headers['x-bigmind-signature'] ?? '';
  const twice: WebhookRequest['headers'][] = [
    { ...headers, 'x-bigmind-signature': [signature, signature] },
    { ...headers, 'X-Bigmind-Signature': signature },
    new Headers([...Object.entries(headers), ['x-bigmind-signature', signature]]),
  ];
  for (const given of twice) expect((await webhooks.receive({ headers: given, body })).status).toBe(401);
  expect(handled).toStrictEqual([]);
  expect((await webhooks.receive({ headers, body })).status).toBe(200);
  expect(handled).toHaveLength(1);
});
