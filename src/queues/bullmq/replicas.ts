import { readWholeNumber } from '../../foundations/foreign-values';
import type { BullmqClient } from './connection';

/**
 * How long replicas have, in milliseconds. A delivery may wait for the `WAIT` before its own, too: a refusal must come so
 * soon that nobody takes it for silence.
 */
const timeoutMs = 400;

export interface Replication {
  /** Writes through the client, and then waits until enough replicas have it. */
  written(write: () => Promise<void>): Promise<void>;
  /** Detaches from the client. */
  detach(): void;
}

/**
 * `written` resolves once `least` replicas have what was written, and rejects if they do not soon. Calls of one
 * turn of the event loop share a `WAIT`, which holds up the connection.
 *
 * `WAIT` counts the writes of its own connection. After a failover, the client sends it again to the promoted server,
 * which knows of no write and so resolves at once. Then nobody can say whether the write is there.
 */
export function replicationOn(client: BullmqClient, least: number): Replication {
  let next: Promise<unknown> | undefined;
  let connection = 0;
  const onClose = (): void => {
    connection += 1;
  };
  client.on('close', onClose);

  async function wait(): Promise<unknown> {
    await new Promise((resolve) => setImmediate(resolve));
    next = undefined;
    return await client.wait(least, timeoutMs);
  }
  async function written(write: () => Promise<void>): Promise<void> {
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
  }
  return { written, detach: () => client.off('close', onClose) };
}
