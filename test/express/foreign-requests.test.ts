import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { inject } from 'light-my-request';
import { examplePayload, signDelivery } from '../../src/testing';
import { answerTo, emitter } from './doubles';
import { expresses, genuine, noting, path, secret } from './serve';

// Requests and responses that are not Node's own, as test doubles and serverless adapters make them.

/** Long before any time-out of a receiver. */
const atOnceMs = 5000;

const forged = { 'x-signature': 'a'.repeat(64) };

/** Headers as test doubles and adapters have them. */
const shapes: Record<string, (headers: Readonly<Record<string, string>>) => unknown> = {
  'in upper case': (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
  'as arrays': (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  'as a Fetch Headers': (headers) => new Headers(headers),
  'with one that is undefined': (headers) => ({ ...headers, 'content-encoding': undefined }),
};

describe.each(Object.entries(shapes))('headers %s', (_title, shape) => {
  test.each(['no stream', 'a stream'])(
    'of %s are read: a genuine one is handled, a forged one is refused',
    async (kind) => {
      const { webhooks, handled } = noting();
      const { headers, body } = genuine();
      for (const text of [`${body} `, body]) {
        const fields = { method: 'POST', url: '/', headers: shape({ ...headers, 'x-multi': 'a' }) };
        const request =
          kind === 'a stream'
            ? Object.assign(Readable.from([Buffer.from(text)]), fields)
            : emitter({ ...fields, body: text });
        expect((await answerTo(webhooks.router, request)).status).toBe(text === body ? 200 : 401);
      }
      expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
    },
  );
});

test('a stream of texts stands for their UTF-8: a genuine one is handled, a forged one is refused', async () => {
  const { webhooks, handled } = noting();
  const { headers, body } = signDelivery({
    payload: examplePayload('notes_created', { data: { content: 'nöte 🎉' } }),
    secret,
  });
  for (const text of [`${body} `, body]) {
    const request = Object.assign(Readable.from([text.slice(0, 9), text.slice(9)]), {
      method: 'POST',
      url: '/',
      headers,
    });
    expect((await answerTo(webhooks.router, request)).status).toBe(text === body ? 200 : 401);
  }
  expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
});

test.each([
  ['is destroyed', undefined],
  ['fails', new Error('the gateway has gone')],
])('a stream that %s before it is read is an aborted upload at once', async (_title, error) => {
  const { webhooks, handled } = noting({ readTimeoutMs: 1000 });
  const { headers, body } = genuine();
  const request = Object.assign(new Readable({ read() {} }), { method: 'POST', url: '/', headers });
  const answered = answerTo(webhooks.router, request);
  request.push(body);
  request.destroy(error);
  expect((await answered).status).toBe(400);
  expect([handled, (await webhooks.health()).inFlight.bytes]).toStrictEqual([[], 0]);
});

test('a stream that fails after a part came is an aborted upload, and one that fails after its answer changes nothing', async () => {
  const { webhooks, handled } = noting();
  const { headers, body } = genuine();
  for (const part of [body.slice(0, 9), body]) {
    const request = Object.assign(new Readable({ read() {} }), { method: 'POST', url: '/', headers });
    const answered = answerTo(webhooks.router, request);
    request.push(part);
    if (part === body) request.push(null);
    else setImmediate(() => request.destroy(new Error('the gateway has gone')));
    expect((await answered).status).toBe(part === body ? 200 : 400);
    request.emit('error', new Error('late'));
  }
  expect(handled).toHaveLength(1);
});

describe('a request that is no stream', () => {
  test('is handled when its body is kept as bytes', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    const reply = await answerTo(webhooks.router, emitter({ headers, body: Buffer.from(body) }));
    expect(reply).toEqual({ status: 200, body: '{"status":"processed"}' });
    expect(handled).toHaveLength(1);
  });

  test.each(['', '?source=bigmind', '/?source=bigmind'])(
    'is handled at the mount path with %j for a url',
    async (url) => {
      const { webhooks, handled } = noting();
      const { headers, body } = genuine();
      const reply = await answerTo(webhooks.router, emitter({ url, headers, body: Buffer.from(body) }));
      expect([reply.status, handled.length]).toEqual([200, 1]);
    },
  );

  test('is handled in a route that has a path and nothing else', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    const request = emitter({ url: '/hooks', route: { path: '/hooks' }, headers, body: Buffer.from(body) });
    expect([(await answerTo(webhooks.router, request)).status, handled.length]).toEqual([200, 1]);
  });

  test('is handled by its rawBody, without a length, when it can be paused', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    for (const text of [`${body} `, body]) {
      const request = emitter({ headers, rawBody: Buffer.from(text), pause: () => undefined });
      expect((await answerTo(webhooks.router, request)).status).toBe(text === body ? 200 : 401);
    }
    expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
  });

  test('is handled by its rawBody where it has no body', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    for (const text of [`${body} `, body]) {
      const reply = await answerTo(webhooks.router, emitter({ headers, body: undefined, rawBody: Buffer.from(text) }));
      expect(reply.status).toBe(text === body ? 200 : 401);
    }
    expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
  });

  test('counts nothing of what it emits after its end', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    const request = emitter({ headers, readableEnded: false, pause: () => undefined });
    const answered = answerTo(webhooks.router, request);
    request.emit('data', Buffer.from(body));
    request.emit('end');
    expect((await answered).status).toBe(200);
    request.emit('data', Buffer.from(body));
    expect([handled.length, (await webhooks.health()).inFlight.bytes]).toEqual([1, 0]);
  });

  test('is handled when it emits its body, and refused when that is forged', async () => {
    const { webhooks, handled } = noting();
    const { headers, body } = genuine();
    for (const text of [`${body} `, body]) {
      const request = emitter({ headers });
      const answered = answerTo(webhooks.router, request);
      request.emit('data', Buffer.from(text));
      request.emit('end');
      expect((await answered).status).toBe(text === body ? 200 : 401);
    }
    expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
  });

  test.each<[string, readonly unknown[]]>([
    ['an object in place of bytes', [{ event: 'notes_created' }]],
    ['a number in place of bytes', [7, Buffer.from('{}')]],
    ['bytes after its end', [Buffer.from('{}'), null, Buffer.from('{}')]],
  ])('that emits %s is refused, and does not end the process', async (_title, chunks) => {
    const { webhooks, handled } = noting();
    const request = emitter({ headers: forged });
    const answered = answerTo(webhooks.router, request);
    for (const chunk of chunks) request.emit('data', chunk);
    request.emit('end');
    expect([400, 401]).toContain((await answered).status);
    expect(handled).toStrictEqual([]);
  });

  test.each([
    ['nothing but headers', (headers: object) => ({ method: 'POST', headers }), 401],
    ['no body', (headers: object) => emitter({ headers }), 401],
    ['a parsed body', (headers: object) => emitter({ headers, body: { event: 'notes_created' } }), 500],
    [
      'a parsed body, without a length, when it can be paused',
      (headers: object) => emitter({ headers, body: { event: 'notes_created' }, pause: () => undefined }),
      500,
    ],
    ['no headers', () => emitter({}), 401],
    ['null for headers', () => emitter({ headers: null }), 401],
    [
      'a header of several values',
      (headers: object) => emitter({ headers: { ...headers, 'x-multi': ['a', 'b'] } }),
      401,
    ],
    ['nothing but a method', () => ({ method: 'POST' }), 401],
    ['no method', (headers: object) => emitter({ method: undefined, headers }), 405],
    ['set-cookie as text', (headers: object) => emitter({ headers: { ...headers, 'set-cookie': 'a=1' } }), 401],
  ])('is answered at once with %s', async (_title, make, status) => {
    const { webhooks, handled } = noting();
    const begun = performance.now();
    expect((await answerTo(webhooks.router, make(forged))).status).toBe(status);
    expect(performance.now() - begun).toBeLessThan(atOnceMs);
    expect(handled).toStrictEqual([]);
  });
});

test.each([
  ['whose length says that it had bytes was read before us', { 'content-length': '17' }, undefined, 500],
  ['whose length is zero had none', { 'content-length': '0' }, undefined, 401],
  ['without a length had none, with null for its body', {}, null, 401],
  ['without a length had none, with a text for its body', {}, '', 401],
])('a stream that has ended %s', async (_title, length, body, status) => {
  const { webhooks, handled } = noting();
  const request = Object.assign(Readable.from([]), { method: 'POST', headers: { ...forged, ...length }, body });
  await once(request.resume(), 'end');
  expect((await answerTo(webhooks.router, request)).status).toBe(status);
  expect(handled).toStrictEqual([]);
});

test('a stream of objects is refused as one that was parsed, and counts as nothing', async () => {
  const { webhooks, handled } = noting();
  for (const fields of [{ headers: forged }, { headers: { 'X-Signature': 'a'.repeat(64) } }]) {
    const request = Object.assign(Readable.from([{ event: 'notes_created' }]), { method: 'POST', ...fields });
    const { status, body } = await answerTo(webhooks.router, request);
    expect([status, JSON.parse(body)]).toEqual([500, expect.objectContaining({ code: 'BODY_ALREADY_PARSED' })]);
  }
  expect(handled).toStrictEqual([]);
  expect((await webhooks.health()).inFlight).toMatchObject({ bytes: 0 });
});

test('of a stream without a length the chunks count together: one byte over the limit is too large', async () => {
  const { headers, body } = genuine();
  for (const over of [0, 1]) {
    const { webhooks, handled } = noting({ limit: body.length - over });
    const chunks = [body.slice(0, 99), body.slice(99)].map((text) => Buffer.from(text));
    const request = Object.assign(Readable.from(chunks), { method: 'POST', url: '/', headers });
    expect((await answerTo(webhooks.router, request)).status).toBe(over === 0 ? 200 : 413);
    expect(handled).toHaveLength(1 - over);
  }
});

test('a stream without headers is read to its end, and refused', async () => {
  const { webhooks, handled } = noting({ signature: { name: 'mine', verify: () => false } });
  const request = Object.assign(Readable.from([Buffer.from('{"a":'), Buffer.from('1}')]), { method: 'POST' });
  expect((await answerTo(webhooks.router, request)).status).toBe(401);
  expect(request.readableEnded).toBe(true);
  expect(handled).toStrictEqual([]);
});

describe.each([
  ...expresses.map(({ name, express }) => ({
    name,
    app: (router: never) => express().use(path, router) as RequestListener,
  })),
  { name: 'no framework', app: (router: never) => router as RequestListener },
])('under light-my-request with $name', ({ app }) => {
  const { webhooks, handled } = noting({ limit: '100kb' });
  const listener = app(webhooks.router as never);
  beforeEach(() => handled.splice(0));

  test.each(['a text', 'a stream'])('handles a genuine delivery once and refuses a forged one, as %s', async (kind) => {
    const { headers, body } = genuine();
    for (const text of [`${body} `, body]) {
      const payload = kind === 'a text' ? text : Readable.from([Buffer.from(text)]);
      const reply = await inject(listener, { method: 'POST', url: path, headers, payload });
      expect(reply.statusCode).toBe(text === body ? 200 : 401);
    }
    expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
  });

  test.each([
    ['no signature', {}, '{}', 401],
    ['a body over the limit', forged, 'x'.repeat(200_000), 413],
  ])('answers at once what is refused before its end: %s', async (_title, headers, payload, status) => {
    const begun = performance.now();
    const reply = await inject(listener, { method: 'POST', url: path, headers, payload });
    expect([reply.statusCode, performance.now() - begun < atOnceMs]).toEqual([status, true]);
    expect(reply.headers.connection).not.toBe('close');
    expect(handled).toStrictEqual([]);
  });
});
