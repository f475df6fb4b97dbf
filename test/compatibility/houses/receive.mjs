// `receive()` in the framework that is named as argument, with a handler that takes its time.
import { once } from 'node:events';
import kit from './kit.cjs';

const webhooks = kit.receiver();
const path = '/webhooks/bigmind';

async function answer(headers, body) {
  const reply = await webhooks.receive({ headers, body });
  return new Response(reply.body, reply);
}

const servers = {
  async fastify() {
    const { default: fastify } = await import('fastify');
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post(path, ({ headers, body }) => answer(headers, body));
    await app.ready();
    return app.server;
  },
  async hono() {
    const [{ Hono }, { createAdaptorServer }] = await Promise.all([import('hono'), import('@hono/node-server')]);
    const app = new Hono();
    app.post(path, async ({ req }) => answer(req.raw.headers, await req.arrayBuffer()));
    return createAdaptorServer({ fetch: app.fetch });
  },
  async koa() {
    const { default: Koa } = await import('koa');
    const app = new Koa();
    app.use(async (context) => {
      context.respond = false;
      webhooks.router(context.req, context.res);
    });
    return app.listen(0);
  },
  async h3() {
    const { H3, toNodeHandler } = await import('h3');
    const { createServer } = await import('node:http');
    const app = new H3().post(path, async ({ req }) => answer(req.headers, await req.arrayBuffer()));
    return createServer(toNodeHandler(app));
  },
};

const server = await servers[process.argv[2]]();
if (process.argv[2] === 'koa' && !server.listening) await once(server, 'listening');
await kit.proveServed(server);
