// @fastify/aws-lambda around an app of Fastify that uses the router through @fastify/middie.
import awsLambda from '@fastify/aws-lambda';
import middie from '@fastify/middie';
import fastify from 'fastify';
import events from './events.cjs';
import kit from './kit.cjs';

for (const { name, eventOf } of events.events) {
  const app = fastify();
  await app.register(middie);
  app.use('/webhooks/bigmind', kit.receiver().router);
  const handler = awsLambda(app, { albMultiValueHeaders: name.includes('multi-value') });
  await kit.prove(async (delivery) => (await handler(eventOf(delivery), {})).statusCode);
}
kit.proved(`${events.events.length} shapes of events`);
