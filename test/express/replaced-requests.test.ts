import type { RequestHandler } from 'express';
import { until } from '../deduplication/kit';
import { dial, expresses, genuine, headLines, notedLog, noting, path, post, type Served, serve } from './serve';

// What a middleware before the router may have replaced on Node's own request.

const headers: Record<string, (given: Readonly<Record<string, string>>) => unknown> = {
  'a Fetch Headers': (given) => new Headers(given),
  'an object in upper case': (given) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toUpperCase(), value])),
  'an object of arrays': (given) => Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value]])),
};

describe.each(expresses)('under $name', ({ express }) => {
  const { logger, lines } = notedLog();
  const { webhooks, handled } = noting({ logger, limit: '100kb' });
  let served: Served;

  beforeEach(() => {
    for (const noted of [handled, lines]) noted.splice(0);
  });
  afterEach(() => served.close());

  async function behind(replace: (request: Parameters<RequestHandler>[0]) => void): Promise<Served> {
    const earlier: RequestHandler = (request, _response, next) => {
      replace(request);
      next();
    };
    served = await serve(express().use(earlier).use('/used', webhooks.router).post(path, webhooks.router));
    return served;
  }

  describe.each(Object.entries(headers))('headers by %s', (_title, shape) => {
    const replace = (request: { headers: object }) =>
      Object.assign(request, { headers: shape(request.headers as Record<string, string>) });

    test('are read: a genuine delivery is handled once, a forged one is refused', async () => {
      const { origin } = await behind(replace);
      const { headers: signed, body } = genuine();
      expect((await post(origin + path, { headers: signed, body: `${body} ` })).status).toBe(401);
      expect(handled).toStrictEqual([]);
      expect((await post(origin + path, { headers: signed, body })).status).toBe(200);
      expect(handled.map(({ context }) => context.rawBody.toString())).toEqual([body]);
    });

    test('of an upload that is refused end it, and no more is read', async () => {
      const { port } = await behind(replace);
      const { socket, ended } = dial(port);
      socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', 'content-length': '90000' })}\r\nx`);
      expect(await ended).toMatch(/^HTTP\/1.1 401 .*\r\nconnection: close\r\n/is);
      expect(handled).toStrictEqual([]);
    });

    test('of an upload that is aborted hold nothing, and the log says so', async () => {
      const { port } = await behind(replace);
      const { headers: signed, body } = genuine();
      const { socket } = dial(port);
      socket.write(`POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', 'content-length': '900', ...signed })}\r\n`);
      socket.write(body.slice(0, 9));
      await until(() => served.sockets.some(({ bytesRead }) => bytesRead > 0));
      socket.destroy();
      await until(() => lines.length > 0);
      expect(lines).toEqual([expect.objectContaining({ outcome: 'malformed' })]);
      expect((await webhooks.health()).inFlight.bytes).toBe(0);
    });
  });

  test.each(['/used', path])('a method in lower case is the same method, at %s', async (to) => {
    const { origin } = await behind((request) => {
      request.method = request.method.toLowerCase();
    });
    expect((await post(origin + to, genuine())).status).toBe(200);
    expect(handled).toHaveLength(1);
    expect((await fetch(origin + to)).status).toBe(404);
    expect((await fetch(origin + to, { method: 'PUT' })).status).toBe(to === path ? 404 : 405);
  });
});
