import type { BullmqClient } from './connection';

/**
 * Ends a client, and hears its last errors. Between two attempts to connect ioredis has nothing to disconnect: it ends as
 * soon as the next one begins.
 */
export async function endClient(client: BullmqClient): Promise<void> {
  client.on('error', () => undefined);
  if (client.status === 'reconnecting') await oneOf(client, ['connecting', 'end']);
  // Disconnecting an ended client would keep the process alive for two more seconds.
  if (client.status !== 'end') client.disconnect();
}

/**
 * When a client ends, rejects the commands sent before its connection broke: ioredis keeps them to send them again, and
 * leaves them there if it gives up. Their callers would wait for ever.
 */
export function rejectUnansweredAtEnd(client: BullmqClient): void {
  client.on('end', () => {
    const { prevCommandQueue } = client as { readonly prevCommandQueue?: Unanswered | null };
    for (let left = prevCommandQueue?.shift(); left !== undefined; left = prevCommandQueue?.shift()) {
      left.command.reject(new Error('Connection is closed.'));
    }
  });
}

interface Unanswered {
  shift(): { readonly command: { reject(error: Error): void } } | undefined;
}

/** Resolves at the next of these events. */
export async function oneOf(client: BullmqClient, events: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const hear = (): void => {
      for (const event of events) client.off(event, hear);
      resolve();
    };
    for (const event of events) client.on(event, hear);
  });
}
