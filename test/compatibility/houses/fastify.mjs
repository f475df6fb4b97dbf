// Fastify with the router through @fastify/middie, over HTTP and by `inject`, which has no connection.
import middie from '@fastify/middie';
import fastify from 'fastify';
import kit from './kit.cjs';

async function appOf() {
  const app = fastify();
  await app.register(middie);
  app.use('/webhooks/bigmind', kit.receiver().router);
  await app.ready();
  return app;
}

await kit.proveServed((await appOf()).server);
const injected = await appOf();
await kit.prove(async ({ headers, body }) => {
  const answer = await injected.inject({ method: 'POST', url: '/webhooks/bigmind', headers, payload: body });
  return answer.statusCode;
});
kit.proved('inject');
