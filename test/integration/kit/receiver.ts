import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type BigmindWebhooks, bigmindWebhooks, type DeliveryStore, type HandlerContext } from '../../../src/index';
import { path, secret } from './sender';

/** A receiver in this process, over real HTTP. */
export interface Receiver {
  readonly port: number;
  readonly webhooks: BigmindWebhooks;
  /** Keys of the deliveries that the handler was called for, in order. */
  readonly handled: string[];
  stop(): Promise<void>;
}

export interface ReceiverTimes {
  readonly storeTimeoutMs: number;
  readonly timeoutMs: number;
}

export async function receiverWith(
  store: DeliveryStore,
  { storeTimeoutMs, timeoutMs }: ReceiverTimes,
  work: (context: HandlerContext) => unknown = () => undefined,
): Promise<Receiver> {
  const handled: string[] = [];
  const webhooks = bigmindWebhooks({ secret, deduplicate: { store, storeTimeoutMs }, timeoutMs, logger: false });
  webhooks.on('notes_created', (_event, context) => {
    handled.push(context.key);
    return work(context);
  });
  const app = express();
  app.use(path, webhooks.router);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    webhooks,
    handled,
    async stop() {
      server.close();
      server.closeAllConnections();
      await webhooks.close({ timeoutMs: 0 });
    },
  };
}
