import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Logger } from '../../../src/foundations/contracts/logger';
import type { DeliveryQueue, QueuedDelivery, QueueWorker } from '../../../src/foundations/contracts/queue';
import { type BullmqQueue, type BullmqQueueOptions, bullmqQueue } from '../../../src/queues/bullmq/index';
import { startRedis } from '../kit/own-redis';
import { freshNamespace } from '../services';

export { gate } from '../../kit/gate';
export { until } from '../../kit/until';

/** A delivery that no other is the same as. */
export function newDelivery(body = Buffer.from('{}')): QueuedDelivery {
  return {
    version: 1,
    key: randomBytes(32).toString('hex'),
    event: 'notes_created',
    scheme: 'hmac',
    receivedAt: Date.now(),
    headers: { 'content-type': 'application/json' },
    params: {},
    locals: { region: 'eu' },
    rawBody: body.toString('base64'),
  };
}

/** What was logged, as objects with `message`. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, message?: string): void => void lines.push({ ...fields, message });
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  return { logger, lines };
}

/** A Redis of the test's own, and a client of it. */
export interface RedisStage {
  readonly port: number;
  readonly client: Redis;
  /** Leaves nothing. */
  remove(): Promise<void>;
}

export async function redisStage(options: object = {}): Promise<RedisStage> {
  const server = await startRedis();
  const client = new Redis({ port: server.port, host: '127.0.0.1', ...options });
  return {
    port: server.port,
    client,
    remove() {
      client.disconnect();
      return server.remove();
    },
  };
}

/** Clients, queues and workers of a test, and how to end them all. */
export class Cast {
  readonly clients: Redis[] = [];
  readonly queues: BullmqQueue[] = [];
  readonly workers: QueueWorker[] = [];

  client(port: number, options: object = {}): Redis {
    const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50, ...options });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  queue(options: Partial<BullmqQueueOptions> & Pick<BullmqQueueOptions, 'connection'>, logger?: Logger): BullmqQueue {
    const queue = bullmqQueue({ namespace: freshNamespace(), backoffMs: 1, lostAfterMs: 1000, ...options });
    queue.open({ maxRunMs: 60_000, logger: logger ?? recordingLogger().logger });
    this.queues.push(queue);
    return queue;
  }

  async worker(queue: DeliveryQueue, run: (job: QueuedDelivery) => unknown, concurrency = 5): Promise<QueueWorker> {
    const runJob = async (job: unknown): Promise<'done' | 'forget'> =>
      (await run(job as QueuedDelivery)) === 'forget' ? 'forget' : 'done';
    const worker = await queue.work(runJob, { concurrency });
    this.workers.push(worker);
    return worker;
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close(0)));
    await Promise.all(this.queues.map((queue) => queue.close()));
    for (const client of this.clients) if (client.status !== 'end') client.disconnect();
  }
}
