import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { until } from '../deduplication/kit';
import { earlier, type Mount, mounts, wrappers } from './houses';
import { expresses, genuine, notedLog, noting, path, post, type Served, serve } from './serve';

describe.each(expresses)('under $name', ({ express, name }) => {
  const { webhooks, handled } = noting();
  const served: Served[] = [];

  beforeEach(() => handled.splice(0));
  afterEach(() => Promise.all(served.splice(0).map((app) => app.close())));

  async function house(wrap: (typeof wrappers)[string], mount: Mount, before: (typeof earlier)[string]) {
    const app = express();
    before(app, express);
    mount.at(app, wrap(webhooks.router), express);
    app.use((_request, response) => void response.status(299).end('later'));
    const one = await serve(app);
    served.push(one);
    return { url: one.origin + (mount.to ?? path), origin: one.origin };
  }

  const kinds = fc.record({
    wrapper: fc.constantFrom(...Object.keys(wrappers)),
    mount: fc.constantFrom(...Object.keys(mounts)),
    before: fc.constantFrom(...Object.keys(earlier)),
  });

  test('a genuine delivery is handled once and a forged one refused, however the router is wrapped and mounted', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, async ({ wrapper, mount, before }) => {
        handled.splice(0);
        const { url } = await house(wrappers[wrapper] as never, mounts[mount] as Mount, earlier[before] as never);
        const { headers, body } = genuine();
        expect((await post(url, { headers, body: `${body} ` })).status).toBe(401);
        expect(handled).toStrictEqual([]);
        const reply = await post(url, { headers, body });
        expect([reply.status, await reply.text()]).toEqual([200, '{"status":"processed"}']);
        expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
      }),
      { numRuns: 60 },
    );
  });

  test('a probe at a use mount goes to later middleware, however the router is wrapped', async () => {
    const used = Object.keys(mounts).filter((name) => mounts[name]?.used);
    const before: (typeof earlier)[string] = (app, library) => {
      for (const mounted of [path, '/webhooks', '/']) {
        app.use(
          mounted,
          library.Router().all('/', (_request, _response, next) => next()),
        );
      }
    };
    for (const wrapper of Object.values(wrappers)) {
      for (const mount of used) {
        const { url } = await house(wrapper, mounts[mount] as Mount, before);
        for (const method of ['GET', 'HEAD', 'OPTIONS']) expect((await fetch(url, { method })).status).toBe(299);
        expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
      }
    }
    expect(handled).toStrictEqual([]);
  });

  test('a probe of a path with more segments than a route before it goes to later middleware, with next() wrapped', async () => {
    const wrap = wrappers['an APM that wraps next() too'] as (typeof wrappers)[string];
    const { origin } = await house(wrap, mounts['app.use at the root'] as Mount, (app, library) =>
      app.use(
        '/webhooks',
        library.Router().all('/:sender', (_request, _response, next) => next()),
      ),
    );
    for (const method of ['GET', 'PUT']) expect((await fetch(origin + path, { method })).status).toBe(299);
    expect(handled).toStrictEqual([]);
  });

  test('what is below a use mount and not signed goes to later middleware, however the router is wrapped', async () => {
    const used = Object.keys(mounts).filter((name) => mounts[name]?.used);
    await fc.assert(
      fc.asyncProperty(kinds, fc.constantFrom(...used), async ({ wrapper, before }, mount) => {
        const { url } = await house(wrappers[wrapper] as never, mounts[mount] as Mount, earlier[before] as never);
        const below = `${url.replace(/\/$/, '')}/more`;
        for (const method of ['POST', 'PUT', 'GET']) {
          const reply = await fetch(below, { method, ...(method !== 'GET' && { body: '{}' }) });
          expect([method, reply.status, await reply.text()]).toEqual([method, 299, 'later']);
        }
        expect(handled).toStrictEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('what is below a use mount and not signed goes to later middleware after a wildcard of every path, with next() wrapped', async () => {
    const every = name === 'Express 4' ? '/*' : '/*rest';
    const wrap = wrappers['an APM that wraps next() too'] as (typeof wrappers)[string];
    const { url } = await house(wrap, mounts['app.use'] as Mount, (app) =>
      app.all(every, (_request, _response, next) => next()),
    );
    expect((await post(`${url}/more`, { headers: {}, body: '{}' })).status).toBe(299);
    expect((await post(url, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  test('what is below a use mount and not signed goes to later middleware after a route of several paths, with next() wrapped', async () => {
    const wrap = wrappers['an APM that wraps next() too'] as (typeof wrappers)[string];
    const { url } = await house(wrap, mounts['app.use'] as Mount, (app) =>
      app.all([`${path}/more`, '/other', path], (_request, _response, next) => next()),
    );
    expect((await post(`${url}/more`, { headers: {}, body: '{}' })).status).toBe(299);
    expect(handled).toStrictEqual([]);
    expect((await post(url, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  test.each(Object.keys(wrappers).filter((name) => !/APM|next/.test(name)))(
    'leaves a signed POST below a use mount to later middleware after an earlier route, wrapped in %s',
    async (wrapper) => {
      for (const before of Object.values(earlier)) {
        const { url } = await house(wrappers[wrapper] as never, mounts['app.use'] as Mount, before);
        expect((await post(`${url}/more`, genuine())).status).toBe(299);
      }
      expect(handled).toStrictEqual([]);
    },
  );

  test.each(Object.keys(wrappers))(
    'refuses what is not signed, and other methods, in a route wrapped in %s',
    async (wrapper) => {
      const { url } = await house(wrappers[wrapper] as never, mounts['app.all'] as Mount, () => {});
      expect((await post(url, { headers: {}, body: '{}' })).status).toBe(401);
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
        const reply = await fetch(url, { method });
        expect([method, reply.status, reply.headers.get('allow')]).toEqual([method, 405, 'POST']);
      }
      expect(handled).toStrictEqual([]);
    },
  );

  test.each(Object.keys(wrappers))(
    'lets nobody past who signed nothing, in a route with a wildcard wrapped in %s',
    async (wrapper) => {
      const wildcard = name === 'Express 4' ? '/webhooks/*' : '/webhooks/*rest';
      const wild: Record<string, Mount['at']> = {
        'a wildcard': (app, handler) => app.post(wildcard, handler),
        'one of several': (app, handler) => app.post(['/other', wildcard], handler),
        'a pattern': (app, handler) => app.post(/^\/webhooks\/big/, handler),
      };
      for (const at of Object.values(wild)) {
        const { url } = await house(wrappers[wrapper] as never, { used: false, at }, () => {});
        expect((await post(url, { headers: {}, body: '{}' })).status).toBe(401);
        expect(handled).toStrictEqual([]);
        expect((await post(url, genuine())).status).toBe(200);
        handled.splice(0);
      }
    },
  );

  test('lets nobody past who signed nothing in a route of every path, behind another handler', async () => {
    const every = name === 'Express 4' ? '/*' : '/*rest';
    const at: Mount['at'] = (app, handler) => app.post(every, (_request, _response, next) => next(), handler);
    const { url } = await house(
      (router) => router,
      { used: false, at },
      () => {},
    );
    expect((await post(url, { headers: {}, body: '{}' })).status).toBe(401);
    expect(handled).toStrictEqual([]);
    expect((await post(url, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  test.each(Object.keys(wrappers))(
    'lets nobody past who signed nothing with a slash behind the path of a route, wrapped in %s',
    async (wrapper) => {
      const { url } = await house(wrappers[wrapper] as never, mounts['app.post'] as Mount, () => {});
      expect((await post(`${url}/`, { headers: {}, body: '{}' })).status).toBe(401);
      expect(handled).toStrictEqual([]);
      expect((await post(`${url}/`, genuine())).status).toBe(200);
      expect(handled).toHaveLength(1);
    },
  );

  test('warns once a path of a signed POST that is passed on, saying how to mount', async () => {
    const { logger, lines } = notedLog();
    const { webhooks: warning, handled: seen } = noting({ logger });
    const { url, origin } = await house(
      () => warning.router,
      mounts['app.use'] as Mount,
      () => {},
    );
    for (const to of ['/more', '/more?x=1', '/other', '/more']) await post(url + to, genuine());
    await post(`${url}/unsigned`, { headers: {}, body: '{}' });
    await post(`${origin}/beside`, genuine());
    await until(() => lines.length === 2);
    expect(lines).toEqual(
      ['/more', '/other'].map((below) =>
        expect.objectContaining({
          level: 40,
          code: 'PASSED_ON',
          path: path + below,
          msg: expect.stringContaining("app.use('/its/path', webhooks.router)") as unknown,
        }),
      ),
    );
    expect(seen).toStrictEqual([]);
  });
});

test('warns of a header that the pinned scheme signs in, and stops after many paths', async () => {
  const { logger, lines } = notedLog();
  const { webhooks } = noting({
    logger,
    signature: { name: 'mine', signatureHeaders: ['X-Seal'], verify: () => false },
  });
  let passed = 0;
  function send(url: string, headers: Record<string, string>): void {
    const request = { method: 'POST', url, headers } as unknown as IncomingMessage;
    webhooks.router(request, {} as ServerResponse, () => {
      passed += 1;
    });
  }
  send('/plain', { 'x-other': '1' });
  expect(lines).toStrictEqual([]);
  send(`/${'long'.repeat(1000)}`, { 'x-seal': '1' });
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines[0]).length).toBeLessThan(1000);
  for (let number = 0; number < 3000; number += 1) send(`/${number}`, { 'x-seal': '1' });
  expect(lines).toHaveLength(1000);
  expect(passed).toBe(3002);
});

test('passes a request on when the logger throws', () => {
  const { logger } = notedLog();
  const { webhooks } = noting({ logger });
  logger.warn = () => {
    throw new Error('disk full');
  };
  const request = { method: 'POST', url: '/other', headers: { 'x-signature': '1' } } as unknown as IncomingMessage;
  const next = jest.fn();
  webhooks.router(request, {} as ServerResponse, next);
  expect(next.mock.calls).toStrictEqual([[]]);
});

test('says what was meant when it is called by hand', () => {
  const { webhooks } = noting();
  const call = webhooks.router as unknown as () => void;
  expect(() => call()).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTION',
      message: expect.stringContaining("app.use('/path', webhooks.router)") as unknown,
    }),
  );
});
