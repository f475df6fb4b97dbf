// The receiver, the same in both processes: one verifies deliveries, the other runs their handlers.
import { bigmindWebhooks } from 'bigmind-webhooks';
import { redisStore } from 'bigmind-webhooks/redis';
import { Redis } from 'ioredis';
import { registerHandlers } from './handlers.js';
import { queueName } from './queue.js';

/** Connects when it is first needed: the store is asked where handlers run. */
export const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
  lazyConnect: true,
  // A connection may die without a word: after five seconds without an answer it is made anew.
  socketTimeout: 5000,
  retryStrategy: () => 500,
});
redis.on('error', (error) => console.error('Redis:', error.message || error.code));

export const webhooks = bigmindWebhooks({
  deduplicate: { store: redisStore({ client: redis, namespace: queueName }) },
});
registerHandlers(webhooks);
