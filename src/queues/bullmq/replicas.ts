import { readWholeNumber } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';

const timeoutMs = 1000;

/**
 * Returns a function that resolves once `least` replicas have all that was written through the client, and rejects if
 * they do not within a second. Calls of one turn of the event loop share a `WAIT`, which holds up the connection.
 */
export function replication(client: BullmqClient, least: number): () => Promise<void> {
  let next: Promise<unknown> | undefined;

  async function wait(): Promise<unknown> {
    await new Promise((resolve) => setImmediate(resolve));
    next = undefined;
    return await client.wait(least, timeoutMs);
  }
  return async () => {
    next ??= wait();
    const reached = readWholeNumber(await next, 'bullmqQueue.connection: WAIT');
    if (reached < least) {
      throw new Error(`bullmqQueue.waitForReplicas: ${reached} of ${least} had the delivery within ${timeoutMs} ms`);
    }
  };
}
