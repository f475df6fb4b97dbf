// The receiver, the same in every process: one takes deliveries, others handle them.
import { bigmindWebhooks } from 'bigmind-webhooks';
import { bullmqQueue } from 'bigmind-webhooks/bullmq';
import { redisStore } from 'bigmind-webhooks/redis';
import { Redis } from 'ioredis';
import { registerHandlers } from './handlers.js';

const namespace = 'example';
/** A connection may die without a word: after five seconds without an answer it is made anew. */
const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
  socketTimeout: 5000,
  retryStrategy: () => 500,
});
redis.on('error', (error) => console.error('Redis:', error.message));

export const webhooks = bigmindWebhooks({
  queue: bullmqQueue({ connection: redis, namespace, attempts: Number(process.env.ATTEMPTS ?? 12) }),
  deduplicate: { store: redisStore({ client: redis, namespace }) },
});
registerHandlers(webhooks);

/** To be called when `webhooks` is closed. */
export function disconnect() {
  redis.disconnect();
}
