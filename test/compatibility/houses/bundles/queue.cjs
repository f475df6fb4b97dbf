'use strict';
// An app with a queue on BullMQ that is bundled, with the engine and its client inside: the engine is passed.
const { randomUUID } = require('node:crypto');
const bullmq = require('bullmq');
const { Redis } = require('ioredis');
const { bullmqQueue } = require('bigmind-webhooks/bullmq');
const { delay, delivery, proved, receiver, seen } = require('./kit.cjs');

(async () => {
  const client = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null });
  const namespace = `compatibility-${randomUUID()}`;
  const queue = bullmqQueue({ bullmq, connection: client, namespace, allowVolatile: true });
  const webhooks = receiver({ queue });
  await webhooks.work();
  const { status } = await webhooks.receive(delivery('notes_created'));
  const forged = await webhooks.receive(delivery('notes_created', 'the secret of somebody else'));
  for (let waited = 0; seen.length === 0 && waited < 20_000; waited += 50) await delay(50);
  if (status !== 200 || forged.status !== 401 || seen.length !== 1) {
    throw new Error(`answered ${status} and ${forged.status}, handled ${seen.length}`);
  }
  await webhooks.close();
  for await (const keys of client.scanStream({ match: `{bigmind-webhooks:${namespace}}*` })) {
    if (keys.length > 0) await client.unlink(keys);
  }
  await client.quit();
  proved('bundle', 'signed', 'forged');
  process.exit(0);
})();
