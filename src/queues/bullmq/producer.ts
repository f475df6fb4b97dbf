import { withinMs } from '../../foundations/timeouts';
import { type BullmqClient, isStarting, isUp } from './connection';
import type { BullQueue } from './engine';

/** How long the first connection may take, in milliseconds. */
const patienceMs = 2000;

/** BullMQ's queue on a client whose server may be unreachable at times. */
export interface Producer {
  /** The queue. Rejects at once if the server is known to be unreachable, so that no command waits in the client. */
  readonly connected: () => Promise<BullQueue>;
  close(): Promise<void>;
}

export function producerOn(client: BullmqClient, makeQueue: () => BullQueue): Producer {
  let queue: BullQueue | undefined;
  let ready: Promise<unknown> | undefined;
  let wasUp = false;

  async function connect(): Promise<void> {
    queue = makeQueue();
    try {
      await queue.waitUntilReady();
      wasUp = true;
    } catch (error) {
      // If its first connection fails, a queue of BullMQ never works.
      ready = undefined;
      throw error;
    }
  }
  return {
    async connected() {
      if (!isUp(client) && (wasUp || !isStarting(client))) {
        throw new Error(`bullmqQueue.connection: not connected to Redis (${client.status})`);
      }
      ready ??= connect();
      if (!wasUp) await withinMs(ready, patienceMs, 'Redis');
      return queue as BullQueue;
    },
    async close() {
      await queue?.close();
    },
  };
}
