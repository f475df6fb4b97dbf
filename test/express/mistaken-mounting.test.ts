import type { ErrorRequestHandler, Express } from 'express';
import { bigmindWebhooks } from '../../src/index';
import { refusalOf } from '../options/refusal';
import { expresses, genuine, notedLog, noting, path, post, receiver, type Served, serve } from './serve';

/** Serves an app; what its routes fail with is noted. */
async function failing(app: Express): Promise<{ readonly failures: readonly unknown[]; readonly served: Served }> {
  const failures: unknown[] = [];
  const note: ErrorRequestHandler = (error, _request, response, _next) => {
    failures.push(error);
    response.status(500).end();
  };
  return { failures, served: await serve(app.use(note)) };
}

describe.each(expresses)('under $name', ({ express }) => {
  test('a receiver in place of its router is refused when it is mounted, with the line to write', () => {
    const whole = receiver().webhooks as never;
    const expected = { code: 'BAD_OPTION', message: expect.stringContaining("app.use('/path', webhooks.router)") };
    expect(refusalOf(() => express().use(path, whole))).toMatchObject(expected);
    expect(refusalOf(() => express().use(whole))).toMatchObject(expected);
  });

  test.each<[string, (app: Express, whole: never) => unknown]>([
    ['Router().use', (app, whole) => app.use(express.Router().use(path, whole))],
    ['Router().post', (app, whole) => app.use(express.Router().post(path, whole))],
    ['app.post', (app, whole) => app.post(path, whole)],
    ['app.all', (app, whole) => app.all(path, whole)],
    ['app.route', (app, whole) => app.route(path).post(whole)],
  ])('a receiver in place of its router fails each request where nothing looks at it before: %s', async (_, mount) => {
    const { webhooks, handled } = noting();
    const app = express();
    mount(app, webhooks as never);
    const { failures, served } = await failing(app);
    expect((await post(served.origin + path, genuine())).status).toBe(500);
    expect(failures).toMatchObject([
      { code: 'BAD_OPTION', message: expect.stringContaining("app.use('/path', webhooks.router)") as string },
    ]);
    expect(handled).toStrictEqual([]);
    await served.close();
  });

  test.each(['receive', 'verify'] as const)('%s as a route fails each request, and runs no handler', async (method) => {
    const { webhooks, handled } = noting();
    const app = express();
    app.use(express.text({ type: '*/*' })).post(path, webhooks[method] as never);
    const { failures, served } = await failing(app);
    expect((await post(served.origin + path, genuine())).status).toBe(500);
    expect(failures).toMatchObject([
      {
        code: 'BAD_OPTION',
        message: expect.stringMatching(`${method}: called as a route. In Express, mount the router: app.use`) as string,
      },
    ]);
    expect(handled).toStrictEqual([]);
    await served.close();
  });

  test('bigmindWebhooks in place of what it returns fails each request, with the lines to write', async () => {
    const { failures, served } = await failing(express().use(path, bigmindWebhooks as never));
    expect((await post(served.origin + path, genuine())).status).toBe(500);
    expect(failures).toMatchObject([
      { code: 'BAD_OPTION', message: expect.stringContaining('const webhooks = bigmindWebhooks();') as string },
    ]);
    await served.close();
  });
});

test('the router called while it is mounted is refused, with the line to write', () => {
  const router = receiver().webhooks.router as () => void;
  expect(refusalOf(() => router())).toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringMatching(
      /router: called without a request\. .*app\.use\('\/path', webhooks\.router\)\./,
    ) as string,
  });
});

test('receive and verify take a request, whatever is passed behind it but a response', async () => {
  const { webhooks, handled } = noting();
  const { receive, verify } = webhooks as unknown as Record<
    'receive' | 'verify',
    (...args: unknown[]) => Promise<object>
  >;
  for (const second of [undefined, null, { requestContext: {} }, () => undefined]) {
    expect(await receive(genuine(), second)).toMatchObject({ status: 200 });
    expect(await verify(genuine(), second)).toMatchObject({ event: { event: 'notes_created' } });
  }
  expect(handled).toHaveLength(4);
});

test.each(['receive', 'verify'] as const)('%s as a route of Fastify throws, and runs no handler', async (method) => {
  const { webhooks, handled } = noting();
  const route = webhooks[method] as unknown as (request: unknown, reply: unknown) => Promise<unknown>;
  const { headers, body } = genuine();
  // What Fastify passes, as far as it matters here: its reply has Node's response.
  const request = { headers, body, raw: {} };
  const served = await serve((_incoming, response) => {
    try {
      void route(request, { raw: response, send: () => undefined });
    } catch (error) {
      response.end((error as Error).message);
    }
  });
  expect(await (await fetch(served.origin)).text()).toMatch(`BAD_OPTION ${method}: called as a route.`);
  expect(handled).toStrictEqual([]);
  await served.close();
});

describe('the router given to what is no server of Node', () => {
  const { headers, body } = genuine();
  const asNodeHas = { writeHead: () => undefined, end: () => undefined };

  test.each<[string, readonly unknown[]]>([
    ['Koa, (context, next)', [{ method: 'POST', headers, req: {}, res: asNodeHas }, () => Promise.resolve()]],
    ['Fastify, (request, reply, done)', [{ method: 'POST', headers, body }, { raw: asNodeHas }, () => undefined]],
    ['Next.js, (request, route)', [new Request('http://127.0.0.1', { method: 'POST', headers, body }), { params: {} }]],
    ['Lambda, (event, context, callback)', [{ httpMethod: 'POST', headers, body }, {}, () => undefined]],
    ['a server of Fetch, (request)', [new Request('http://127.0.0.1', { method: 'POST', headers, body })]],
    ['a response that cannot be ended', [{ method: 'POST', headers, body }, { writeHead: () => undefined }]],
  ])('fails each call at once, with the lines to write: %s', (_title, args) => {
    const { webhooks, handled } = noting();
    const router = webhooks.router as unknown as (...args: readonly unknown[]) => void;
    expect(refusalOf(() => router(...args))).toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(
        /router: .* webhooks\.router\(context\.req, context\.res\)\. .*webhooks\.receive\(\{ headers, body \}\)/,
      ) as string,
    });
    expect(handled).toStrictEqual([]);
  });

  test('a response that fails and cannot be cut off does not end the process, and the log says why', () => {
    const { logger, lines } = notedLog();
    const { webhooks } = receiver({ logger });
    const response = {
      writeHead: () => {
        throw new Error('the gateway has gone');
      },
      end: () => undefined,
    };
    webhooks.router({ method: 'GET', headers: {} } as never, response as never);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'The answer could not be written' }));
  });
});

test('a receiver shows no property that it has only to refuse', () => {
  expect(Object.keys(receiver().webhooks)).not.toContain('handle');
});

test.each(['status', 'sendStatus', 'json', 'send', 'end', 'set', 'setHeader'])(
  'a handler that was written as a route, and calls response.%s(), fails its delivery, and the log says what it gets',
  async (method) => {
    const { logger, lines } = notedLog();
    const { webhooks } = receiver({ logger });
    const failures: unknown[] = [];
    webhooks.onError((error) => void failures.push(error));
    const answer = (_request: unknown, response: unknown) => (response as Record<string, () => void>)[method]?.();
    webhooks.on('notes_created', answer as never, { name: 'as a route' });
    const reply = await webhooks.receive(genuine());
    expect(reply.status).toBe(500);
    expect(failures).toMatchObject([{ code: 'BAD_HANDLER' }]);
    expect(JSON.stringify(lines)).toContain('A handler gets (event, context), not (request, response)');
  },
);
