import { readWholeNumber } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';

const timeoutMs = 1000;

/** Writes through a client, and then waits until enough replicas have it. */
export type Replicated = (write: () => Promise<void>) => Promise<void>;

/**
 * Makes a function that resolves once `least` replicas have what was written, and rejects if they do not within a second.
 * Calls of one turn of the event loop share a `WAIT`, which holds up the connection.
 *
 * `WAIT` counts the writes of its own connection. After a failover, the client sends it again to the promoted server,
 * which knows of no write and so resolves at once. Then nobody can say whether the write is there.
 */
export function replication(client: BullmqClient, least: number): Replicated {
  let next: Promise<unknown> | undefined;
  let connection = 0;
  client.on('close', () => {
    connection += 1;
  });

  async function wait(): Promise<unknown> {
    await new Promise((resolve) => setImmediate(resolve));
    next = undefined;
    return await client.wait(least, timeoutMs);
  }
  return async (write) => {
    const writing = connection;
    await write();
    next ??= wait();
    const reached = readWholeNumber(await next, 'bullmqQueue.connection: WAIT');
    if (connection !== writing) {
      throw new Error(
        'bullmqQueue.waitForReplicas: the connection broke before it was known that replicas have the delivery',
      );
    }
    if (reached < least) {
      throw new Error(`bullmqQueue.waitForReplicas: ${reached} of ${least} had the delivery within ${timeoutMs} ms`);
    }
  };
}
