import { request, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { keepRawBody } from '../../src/index';
import { expresses, genuine, notedLog, noting, path, post, type Served, secret, serve } from './serve';

/** What middlewares do to headers: a request keeps its stream all the same. */
const spellings: readonly { readonly headers: string; readonly spell: RequestHandler }[] = [
  { headers: 'as they came', spell: (_request, _response, next) => next() },
  {
    headers: 'of which one was set in capitals',
    spell(request, _response, next) {
      request.headers['X-Request-Id'] = 'a';
      next();
    },
  },
  {
    headers: 'of which one was removed and one is a number',
    spell(request, _response, next) {
      Object.assign(request.headers, { 'x-none': undefined, 'x-number': 7 });
      next();
    },
  },
];
const stages = expresses.flatMap((each) => spellings.map((spelling) => ({ ...each, ...spelling })));

describe.each(stages)('under $name, with headers $headers', ({ express, spell }) => {
  const errors: unknown[] = [];
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ limit: '100kb', logger });
  webhooks.onError((error) => errors.push(error));
  let served: Served | undefined;

  beforeEach(() => {
    for (const noted of [handled, lines, errors]) noted.splice(0);
  });
  afterEach(() => served?.close());

  async function behind(...earlier: readonly RequestHandler[]): Promise<string> {
    served = await serve(express().use(path, spell, ...earlier, webhooks.router));
    return served.origin + path;
  }

  test.each<[string, RequestHandler]>([
    [
      'read the body as text',
      (request, _response, next) => {
        request.setEncoding('utf8');
        next();
      },
    ],
    [
      'paused the request',
      (request, _response, next) => {
        request.pause();
        void pause(20).then(() => next());
      },
    ],
    [
      'collects the bytes, and waits for something else before it calls us',
      (request, _response, next) => {
        const collecting = Object.assign(request, { rawBody: Buffer.alloc(0) });
        request.on('data', (part: Buffer) => {
          collecting.rawBody = Buffer.concat([collecting.rawBody, part]);
        });
        setImmediate(next);
      },
    ],
    [
      'counts the bytes',
      (request, _response, next) => {
        let bytes = 0;
        request.on('data', (part: Buffer) => {
          bytes += part.length;
        });
        request.on('end', () => void expect(bytes).toBeGreaterThan(0));
        next();
      },
    ],
    [
      'counts the bytes, but only begins when it has called us',
      (request, _response, next) => {
        let bytes = 0;
        next();
        request.on('data', (part: Buffer) => {
          bytes += part.length;
        });
        request.on('end', () => void expect(bytes).toBeGreaterThan(0));
      },
    ],
    ['took its time', (_request, _response, next) => void pause(20).then(() => next())],
    [
      'froze the headers',
      (request, _response, next) => {
        Object.freeze(request.headers);
        next();
      },
    ],
  ])('takes a delivery after a middleware that %s', async (_title, earlier) => {
    const url = await behind(earlier);
    const { headers, body } = genuine();
    const text = body.replace('note ', 'nöte 🎉 ');
    const signed = { headers, body: text };
    expect((await post(url, signed)).status).toBe(401);
    expect(handled).toStrictEqual([]);
    expect((await post(url, { headers, body })).status).toBe(200);
    expect(handled[0]?.context.rawBody.toString()).toBe(body);
  });

  test.each<[string, RequestHandler]>([
    ['express.json()', express.json()],
    ['express.urlencoded()', express.urlencoded({ type: '*/*', extended: false })],
    [
      'one that drained the request',
      (request, _response, next) => {
        request.resume().on('end', () => next());
      },
    ],
    [
      'one whose tracer wraps the methods of the stream',
      (request, _response, next) => {
        Object.assign(request, { on: request.on.bind(request), read: request.read.bind(request) });
        request.resume().on('end', () => next());
      },
    ],
    [
      'one that took the first bytes',
      (request, _response, next) => {
        request.once('data', () => next());
      },
    ],
  ])('says how to mount when the body was read before by %s', async (_title, earlier) => {
    const url = await behind(earlier);
    const reply = await post(url, genuine());
    expect(reply.status).toBe(500);
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await reply.json()).toEqual({
      type: expect.stringMatching(/docs\/errors\.md#body_already_parsed$/),
      title: 'The receiver is not set up correctly',
      status: 500,
      code: 'BODY_ALREADY_PARSED',
    });
    expect(handled).toStrictEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 50, outcome: 'misconfigured', code: 'BODY_ALREADY_PARSED' });
    const [line] = lines as { reason: string }[];
    expect(line?.reason).toMatch(/^The body was read before it reached bigmind-webhooks/);
    expect(line?.reason).toContain('Mount the router before express.json()');
    expect(line?.reason).toContain('express.json({ limit: 102400, verify: keepRawBody })');
    expect(errors).toEqual([expect.objectContaining({ code: 'BODY_ALREADY_PARSED', status: 500 })]);
  });

  test('a stranger’s body that is put back as what is no bytes is answered, and does not end the process', async () => {
    const url = await behind((request, _response, next) => {
      request.resume().on('end', () => {
        const again = Readable.from([{ event: 'notes_created' }]);
        Object.assign(request, { on: again.on.bind(again), read: again.read.bind(again) });
        next();
      });
    });
    expect((await post(url, genuine())).status).toBe(500);
    expect(handled).toStrictEqual([]);
  });

  test('says so too when the body came in chunks, without a length', async () => {
    const url = await behind((request, _response, next) => {
      request.resume().on('end', () => next());
    });
    const { headers, body } = genuine();
    const chunks = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode(body));
        stream.close();
      },
    });
    const reply = await fetch(url, { method: 'POST', headers, body: chunks, duplex: 'half' });
    expect([reply.status, await reply.json()]).toEqual([500, expect.objectContaining({ code: 'BODY_ALREADY_PARSED' })]);
    expect(handled).toStrictEqual([]);
  });

  test('says so at once when bytes without a length were looked at and put back', async () => {
    const url = await behind((request, _response, next) => {
      request.once('data', (part: Buffer) => {
        request.pause().unshift(part);
        next();
      });
    });
    const { headers, body } = genuine();
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers }, (reply) => resolve(reply.statusCode));
      // It does not end.
      sent.on('error', reject).write(body);
    });
    expect([status, lines]).toEqual([500, [expect.objectContaining({ code: 'BODY_ALREADY_PARSED' })]]);
    expect(handled).toStrictEqual([]);
  });

  test.each<[string, RequestHandler]>([
    ['express.raw()', express.raw({ type: '*/*', limit: '1mb' })],
    ['keepRawBody', express.json({ verify: keepRawBody, limit: '1mb' })],
  ])('holds bytes that %s kept to the limit', async (_title, earlier) => {
    const url = await behind(earlier);
    const { headers, body } = genuine();
    const reply = await post(url, { headers, body: body + ' '.repeat(100 * 1024) });
    expect([reply.status, await reply.json()]).toEqual([413, expect.objectContaining({ code: 'TOO_LARGE' })]);
    expect(handled).toStrictEqual([]);
    expect((await post(url, { headers, body })).status).toBe(200);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['answered', (response) => void response.writeHead(202).end('mine')],
    [
      'begun to answer',
      (response) => {
        response.writeHead(202).write('mi');
        setTimeout(() => response.end('ne'), 50);
      },
    ],
  ])('writes nothing where somebody has %s already, and hands no error on', async (_title, reply) => {
    const passedOn: unknown[] = [];
    const onError: ErrorRequestHandler = (error, _request, _response, next) => {
      passedOn.push(error);
      next(error);
    };
    const answering: RequestHandler = (_request, response, next) => {
      reply(response);
      next();
    };
    served = await serve(express().use(path, answering, webhooks.router).use(onError));
    const { headers, body } = genuine();
    for (const sent of [`${body} `, body]) {
      const got = await post(served.origin + path, { headers, body: sent });
      expect([got.status, await got.text()]).toEqual([202, 'mine']);
    }
    while (lines.filter((line) => 'outcome' in line).length < 2) await pause(2);
    expect([handled.length, passedOn]).toStrictEqual([1, []]);
  });

  test('hands on every value of a repeated set-cookie', async () => {
    served = await serve(express().use(path, webhooks.router));
    const { headers, body } = genuine();
    const to = { method: 'POST', headers: { ...headers, 'set-cookie': ['a=1', 'b=2'] } };
    await new Promise<void>((resolve, reject) => {
      request(`${served?.origin}${path}`, to, (reply) => void reply.resume().on('end', resolve))
        .on('error', reject)
        .end(body);
    });
    expect(handled.map(({ context }) => context.headers['set-cookie'])).toEqual(['a=1, b=2']);
  });

  test('refuses a request without a body after express.json()', async () => {
    const url = await behind(express.json({ verify: keepRawBody }));
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(reply.status).toBe(401);
    expect(handled).toStrictEqual([]);
  });

  test('shows the path parameters and headers to the secret function', async () => {
    const asked: unknown[] = [];
    const { webhooks: tenants, handled: seen } = noting({
      secret: ({ headers, params }) => {
        asked.push([headers['user-agent'], params]);
        const { tenant } = params;
        return tenant === 'acme' ? { tenant, secret } : undefined;
      },
    });
    served = await serve(express().use('/hooks/:tenant', tenants.router));
    expect((await post(`${served.origin}/hooks/acme`, genuine())).status).toBe(200);
    expect(seen[0]?.context.tenant).toBe('acme');
    expect((await post(`${served.origin}/hooks/other`, genuine())).status).toBe(401);
    expect(seen).toHaveLength(1);
    expect(asked).toEqual([
      ['bigmind-webhooks/testing', { tenant: 'acme' }],
      ['bigmind-webhooks/testing', { tenant: 'other' }],
    ]);
  });
});
