import { askedOnce } from '../../foundations/asked-once';
import type { Logger } from '../../foundations/contracts/logger';
import type { DeliveryQueue, QueueSettings } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { OpenReceivers } from '../../foundations/open-receivers';
import { receiverIsClosing } from '../../foundations/receiver-is-closing';
import { logSafely } from '../../foundations/tell';
import { engineErrors } from '../engine-errors';
import { tellLost } from '../lost-worker';
import { SharedNamespace } from '../shared-namespace';
import { connectWorker } from './connect-worker';
import { type BullmqClient, connectTo } from './connection';
import { deadJobsOf } from './dead-jobs';
import { type Durability, durabilityOf, notDurable } from './durability';
import { endClient, rejectUnansweredAtEnd } from './end-client';
import { type BullQueue, placeOf } from './engine';
import { loadBullmq } from './load-drivers';
import { type BullmqQueueOptions, parseOptions } from './options';
import { type Producer, producerOn } from './producer';
import { type Replication, replicationOn } from './replicas';
import { statsOf } from './stats';
import { startWorker } from './worker';
import { keepWorkerRecord } from './worker-records';

/** Jobs without a priority go first. */
const lowPriority = 10;

/** How long Redis may take to tell how durable it is, in milliseconds: each delivery waits for it. */
const longestCheckMs = 5000;

/** How long a ping leaves its key, in milliseconds. */
const pingMs = 1000;

/** What enqueues. */
interface Source {
  readonly client: BullmqClient;
  readonly producer: Producer;
  /** Enqueues, and resolves when enough replicas have it. */
  readonly replication: Replication | undefined;
}

/** A {@link DeliveryQueue} of BullMQ. */
export interface BullmqQueue extends DeliveryQueue {
  /** Detaches from a client that you passed; closes one made from options. Workers have their own `close`. */
  close(): Promise<void>;
}

/**
 * Queues deliveries with BullMQ in Redis 6.2 or later, on a single server or a cluster. The queue is named `deliveries`
 * and has the prefix `{bigmind-webhooks:<namespace>}`; a job's id is the delivery's key. Any viewer for BullMQ shows
 * it.
 *
 * The server must write an append-only file. With `appendfsync everysec`, Redis' default, a power cut loses up to a
 * second of acknowledged deliveries, and a crash of Redis alone loses none. `always` loses none. A failover loses what
 * the promoted replica did not have, unless you set `waitForReplicas`.
 *
 * @throws WebhookError `BAD_OPTION`, also if BullMQ is not installed
 */
export function bullmqQueue(options: BullmqQueueOptions): BullmqQueue {
  const parsed = parseOptions(options);
  const { connection, namespace, jobOptions, lostAfterMs, allowVolatile, waitForReplicas } = parsed;
  const engine = loadBullmq(options.bullmq);
  const place = placeOf(namespace);
  const receivers = new OpenReceivers<QueueSettings>();
  let source: Source | undefined;
  /** For each worker that waits for a server that is not reachable yet: gives it up. */
  const starting = new Set<() => void>();
  const told = new Set<string>();
  const logger = (): Logger | undefined => receivers.settings?.logger;
  const errors = engineErrors('Redis', logger);

  /** A new connection or node may lead to another server, so its durability is checked again. */
  const onUp = (): void => {
    errors.up();
    checkedDurability.forget();
  };

  function makeQueue(client: BullmqClient): BullQueue {
    const { prefix } = place;
    // Only workers need the server's version. A server that hides it would break this queue for good.
    const made = { connection: client, prefix, defaultJobOptions: jobOptions, skipVersionCheck: true };
    const queue = new engine.Queue(place.name, made);
    queue.on('error', errors.tell);
    return queue;
  }

  /**
   * Opens the connection when it is first needed: constructing a receiver opens none. After the last receiver has closed it,
   * nobody would end another one, and it would keep the process alive.
   */
  function open(): Source {
    if (receivers.isClosed)
      throw new Error(
        'bullmqQueue: the queue is closed, as its last receiver is. Make another one for another receiver.',
      );
    if (source === undefined) {
      const isOurs = 'settings' in connection;
      const client = isOurs ? connectTo(connection.settings) : connection.client;
      if (isOurs) rejectUnansweredAtEnd(client);
      client.on('error', errors.tell);
      client.on('ready', onUp);
      client.on('+node', onUp);
      const producer = producerOn(client, () => makeQueue(client));
      source = {
        client,
        producer,
        replication: waitForReplicas === undefined ? undefined : replicationOn(client, waitForReplicas),
      };
    }
    return source;
  }

  function warnOnce(code: string, message: string): void {
    if (told.has(code)) return;
    told.add(code);
    logSafely(logger(), 'warn', { code }, message);
  }

  async function requireDurable(client: BullmqClient): Promise<Durability> {
    const found = await durabilityOf(client);
    if (found.evicts) {
      warnOnce('QUEUE_EVICTS', "The queue's Redis drops deliveries when full: set maxmemory-policy noeviction.");
    }
    if (allowVolatile) return found;
    if (found.appends === false) throw notDurable();
    if (found.appends === undefined) {
      warnOnce('QUEUE_DURABILITY_UNKNOWN', "The queue's Redis hides INFO: make sure that it has appendonly yes.");
    }
    return found;
  }

  /** A refusal is not kept: the setting may be corrected while we run. */
  const checkedDurability = askedOnce(() => requireDurable(open().client), longestCheckMs, 'Redis');

  /** BullMQ's queue, on a server that keeps what it takes. */
  async function durableQueue({ producer }: Source): Promise<BullQueue> {
    const queue = await producer.connected();
    await checkedDurability();
    return queue;
  }

  return {
    open: (settings) => receivers.add(settings),
    async enqueue(job) {
      const from = open();
      const queue = await durableQueue(from);
      const add = async (): Promise<void> => {
        await queue.add(job.event, job, { jobId: job.key, ...(job.priority === 'low' && { priority: lowPriority }) });
      };
      const { replication } = from;
      await (replication === undefined ? add() : replication.written(add));
    },
    async ping() {
      const from = open();
      // Somebody may have changed the server's settings without a reconnection.
      checkedDurability.forget();
      await durableQueue(from);
      // A replica and a full server answer to reads alone.
      await from.client.set(`${place.prefix}:${place.name}:bigmind-ping`, '', 'PX', pingMs);
    },
    async stats() {
      const { client, producer } = open();
      return statsOf(await producer.connected(), client);
    },
    async work(run, { concurrency, handlers = () => [] }) {
      const connections = connectWorker(open().client, errors.tell);
      let giveUp = (): void => undefined;
      const givenUp = new Promise<never>((_resolve, reject) => {
        giveUp = () => reject(new WebhookError('UNAVAILABLE', `work: ${receiverIsClosing}`));
      });
      starting.add(giveUp);
      try {
        // Waits for a server that is not reachable yet.
        const { refused } = await Promise.race([requireDurable(connections.client), givenUp]);
        connections.client.on('ready', () => {
          errors.up();
          // The worker goes on: what is held has to be handled.
          requireDurable(connections.client).catch(errors.tell);
        });
        const shared = new SharedNamespace(handlers, logger, lostAfterMs);
        const onError = errors.tell;
        const forget = keepWorkerRecord({ client: connections.client, place, lostAfterMs, shared, onError });
        const given = { engine, place, connections, concurrency, lostAfterMs, isSecretive: refused };
        return startWorker(run, { ...given, onError, onLost: tellLost(logger), forget });
      } catch (error) {
        connections.end();
        throw error;
      } finally {
        starting.delete(giveUp);
      }
    },
    deadJobs: deadJobsOf(async () => {
      const { client, producer } = open();
      return { client, queue: await producer.connected() };
    }),
    async close() {
      // The others go on with it.
      if (!receivers.remove()) return;
      for (const giveUp of starting) giveUp();
      if (source === undefined) return;
      const { client, producer, replication } = source;
      source = undefined;
      await producer.close();
      client.off('error', errors.tell);
      client.off('ready', onUp);
      client.off('+node', onUp);
      replication?.detach();
      if ('settings' in connection) void endClient(client);
    },
  };
}
