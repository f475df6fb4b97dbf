import type { DeliveryQueue, QueueSettings } from '../../foundations/contracts/queue';
import { engineErrors } from '../engine-errors';
import { type BullmqClient, type BullmqConnectionOptions, connectTo, connectWorker } from './connection';
import { deadJobsOf } from './dead-jobs';
import { type Durability, durabilityOf, notDurable } from './durability';
import { type BullQueue, placeOf } from './engine';
import { errorCode } from './error-code';
import { engineOf } from './load-driver';
import { type BullmqQueueOptions, parseOptions } from './options';
import { type Producer, producerOn } from './producer';
import { startWorker } from './worker';

/** A {@link DeliveryQueue} of BullMQ. */
export interface BullmqQueue extends DeliveryQueue {
  /** Lets go of the client that was passed, and closes the one that was made of options. Workers have a `close` of their own. */
  close(): Promise<void>;
}

/**
 * Queues deliveries with BullMQ in Redis 6.2 or later, on a single server or a cluster. One queue, `deliveries`, below
 * the prefix `{bigmind-webhooks:<namespace>}`, with the delivery's key as the id of its job: whatever shows queues of
 * BullMQ shows it.
 *
 * The server has to write an append-only file. With `appendfsync everysec`, Redis' default, a power cut loses up to a
 * second of what was acknowledged, a crash of Redis alone nothing; `always` loses nothing.
 *
 * @throws WebhookError `BAD_OPTION`, also where BullMQ is not installed
 */
export function bullmqQueue(options: BullmqQueueOptions): BullmqQueue {
  const { connection, isUsersClient, namespace, jobOptions, lostAfterMs, allowVolatile } = parseOptions(options);
  const engine = engineOf(options.bullmq);
  const place = placeOf(namespace);
  let settings: QueueSettings | undefined;
  let source: { readonly client: BullmqClient; readonly producer: Producer } | undefined;
  let checked: Promise<unknown> | undefined;
  const told = new Set<string>();
  const trouble = engineErrors('Redis', () => settings?.logger, errorCode);

  /** Another server may be behind a connection that came up, or a node that joined. */
  const onUp = (): void => {
    trouble.up();
    checked = undefined;
  };

  function makeQueue(client: BullmqClient): BullQueue {
    const { prefix } = place;
    // Its version matters to workers alone, and a server that hides it would break the queue for good.
    const made = { connection: client, prefix, defaultJobOptions: jobOptions, skipVersionCheck: true };
    const queue = new engine.Queue(place.name, made);
    queue.on('error', trouble.tell);
    return queue;
  }

  /** Made when it is first needed: a receiver that is constructed opens no connection. */
  function open(): { readonly client: BullmqClient; readonly producer: Producer } {
    if (source === undefined) {
      const client = isUsersClient ? (connection as BullmqClient) : connectTo(connection as BullmqConnectionOptions);
      client.on('error', trouble.tell);
      client.on('ready', onUp);
      client.on('+node', onUp);
      source = { client, producer: producerOn(client, () => makeQueue(client)) };
    }
    return source;
  }

  function warnOnce(code: string, message: string): void {
    if (told.has(code)) return;
    told.add(code);
    settings?.logger.warn({ code }, message);
  }

  async function requireDurable(client: BullmqClient): Promise<Durability> {
    const found = await durabilityOf(client);
    if (allowVolatile) return found;
    if (found.appends === false) throw notDurable();
    if (found.appends === undefined) {
      warnOnce('QUEUE_DURABILITY_UNKNOWN', 'The queue’s Redis hides INFO: make sure that it has appendonly yes.');
    }
    if (found.evicts) {
      warnOnce('QUEUE_EVICTS', 'The queue’s Redis drops deliveries when full: set maxmemory-policy noeviction.');
    }
    return found;
  }

  return {
    open(given) {
      settings = given;
    },
    async enqueue(job) {
      const { client, producer } = open();
      const queue = await producer.connected();
      checked ??= requireDurable(client).catch((error: unknown) => {
        // It may be set right while we run.
        checked = undefined;
        throw error;
      });
      await checked;
      await queue.add(job.event, job, { jobId: job.key });
    },
    async work(run, { concurrency }) {
      const connections = connectWorker(open().client);
      connections.client.on('error', trouble.tell);
      connections.client.on('ready', trouble.up);
      try {
        // Waits for a server that is not there yet.
        const { refused } = await requireDurable(connections.client);
        const onLost = (key: string): void => {
          settings?.logger.warn({ key }, 'A worker was lost: its delivery is handled by another.');
        };
        const shared = { engine, place, connections, concurrency, lostAfterMs };
        return startWorker(run, { ...shared, isSecretive: refused, onError: trouble.tell, onLost });
      } catch (error) {
        connections.disconnect();
        throw error;
      }
    },
    deadJobs: deadJobsOf(() => open().producer.connected()),
    async close() {
      if (source === undefined) return;
      const { client, producer } = source;
      source = undefined;
      await producer.close();
      client.off('error', trouble.tell);
      client.off('ready', onUp);
      client.off('+node', onUp);
      if (!isUsersClient && client.status !== 'end') client.disconnect();
    },
  };
}
