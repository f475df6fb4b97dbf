import type { Express, RequestHandler } from 'express';
import { dial, expresses, genuine, headLines, notedLog, noting, path, post, type Served, serve } from './serve';

describe.each(expresses)('under $name', ({ express }) => {
  const { webhooks, handled } = noting();
  const apps: Served[] = [];
  let used: Served;
  let posted: Served;

  beforeAll(async () => {
    used = await serve(express().use(path, webhooks.router));
    posted = await serve(express().post(path, webhooks.router));
    apps.push(used, posted);
  });
  afterAll(() => Promise.all(apps.map((app) => app.close())));
  beforeEach(() => handled.splice(0));

  test.each(['/more', '/more?x=1', '/%2F', '/webhooks/bigmind'])(
    'leaves %s below the mount path to the app',
    async (below) => {
      for (const app of [used, posted]) {
        const reply = await post(`${app.origin}${path}${below}`, genuine());
        expect(reply.status).toBe(404);
        expect(await reply.text()).toContain('Cannot POST');
      }
      expect(handled).toStrictEqual([]);
    },
  );

  test.each(['/', '/webhooks', '/webhooks/bigmindful'])(
    'leaves %s beside the mount path to the app',
    async (beside) => {
      for (const app of [used, posted]) expect((await post(app.origin + beside, genuine())).status).toBe(404);
      expect(handled).toStrictEqual([]);
    },
  );

  const passOn: RequestHandler = (_request, _response, next) => next();
  /** As a tracer wraps what is mounted. */
  const wrapped: RequestHandler = (request, response, next) => webhooks.router(request, response, () => next());

  test.each<[string, (app: Express) => Express]>([
    ['its own path', (app) => app.post(`${path}/more`, passOn).use(path, webhooks.router)],
    ['its own path, where the router is wrapped', (app) => app.post(`${path}/more`, passOn).use(path, wrapped)],
    ['every path', (app) => app.all(/.*/, passOn).use(path, webhooks.router)],
  ])('leaves a path below to the app, also after a route for %s that calls next()', async (_title, mount) => {
    const app = await serve(mount(express()));
    apps.push(app);
    expect((await post(`${app.origin}${path}/more`, genuine())).status).toBe(404);
    expect(handled).toStrictEqual([]);
    expect((await post(app.origin + path, genuine())).status).toBe(200);
  });

  test.each<[string, (app: Express) => Express]>([
    ['alone', (app) => app.all('/', webhooks.router)],
    ['behind another function', (app) => app.all('/', passOn, webhooks.router)],
  ])('answers every method in a route at the root, %s', async (_title, mount) => {
    const app = await serve(mount(express()));
    apps.push(app);
    expect((await fetch(app.origin)).status).toBe(405);
    expect((await post(app.origin, genuine())).status).toBe(200);
  });

  test('takes what is signed in a route for every path where it is wrapped, and leaves the rest to the app', async () => {
    const app = await serve(express().all(/.*/, wrapped));
    apps.push(app);
    const { headers, body } = genuine();
    expect((await post(`${app.origin}/any/where`, { headers, body })).status).toBe(200);
    expect((await post(`${app.origin}/any/where`, { headers: {}, body })).status).toBe(404);
    expect(handled).toHaveLength(1);
  });

  test('leaves what is below a router at the root to the app, and its body unread', async () => {
    const app = await serve(
      express()
        .use(webhooks.router)
        .use(express.json())
        .post('/notes', (request, response) => void response.json(request.body)),
    );
    apps.push(app);
    const { body } = genuine();
    const headers = { 'content-type': 'application/json' };
    const reply = await post(`${app.origin}/notes`, { headers, body });
    expect(await reply.json()).toEqual(JSON.parse(body));
    expect(handled).toStrictEqual([]);
  });

  test.each([
    ['with its path', path],
    ['with a query', `${path}?x=1`],
    ['with a trailing slash', `${path}/`],
  ])('takes an absolute request target %s', async (_title, to) => {
    for (const { port } of [used, posted]) {
      const { headers, body } = genuine();
      const { socket, ended } = dial(port);
      const all = { host: 'x', 'content-length': String(Buffer.byteLength(body)), connection: 'close', ...headers };
      socket.write(`POST http://hooks.example.com:8080${to} HTTP/1.1\r\n${headLines(all)}\r\n${body}`);
      expect(await ended).toContain('{"status":"processed"}');
    }
    expect(handled).toHaveLength(2);
  });

  test('leaves an absolute request target below the mount path to the app', async () => {
    const { headers, body } = genuine();
    const { socket, ended } = dial(used.port);
    const all = { host: 'x', 'content-length': String(Buffer.byteLength(body)), connection: 'close', ...headers };
    socket.write(`POST http://hooks.example.com${path}/more HTTP/1.1\r\n${headLines(all)}\r\n${body}`);
    expect(await ended).toMatch(/^HTTP\/1.1 404 /);
    expect(handled).toStrictEqual([]);
  });
});

test('needs no Express to run', async () => {
  const { webhooks, handled } = noting();
  const app = await serve((request, response) =>
    webhooks.router(request, response, () => void response.writeHead(404).end()),
  );
  expect((await post(app.origin, genuine())).status).toBe(200);
  expect((await post(`${app.origin}/more`, genuine())).status).toBe(404);
  expect(handled).toHaveLength(1);
  await app.close();
});

test('answers every path where nobody stands behind it', async () => {
  const { webhooks, handled } = noting();
  const app = await serve(webhooks.router);
  for (const to of ['/', '/more', '/webhooks/bigmind?x=1']) {
    const { headers, body } = genuine();
    expect((await post(app.origin + to, { headers, body: `${body} ` })).status).toBe(401);
    expect((await post(app.origin + to, { headers, body })).status).toBe(200);
  }
  expect(handled).toHaveLength(3);
  await app.close();
});

test('cuts the connection and logs why when the answer cannot be written and nobody stands behind it', async () => {
  const { logger, lines } = notedLog();
  const { webhooks } = noting({ logger });
  const app = await serve((request, response) => {
    response.writeHead = () => {
      throw new Error('a listener of on-headers');
    };
    webhooks.router(request, response);
  });
  await expect(post(app.origin, genuine())).rejects.toThrow();
  expect(lines.at(-1)).toMatchObject({ level: 50, cause: { message: 'a listener of on-headers' } });
  await app.close();
});
