// A receiver in a process of its own, which dies where it is told to.
import type { AddressInfo } from 'node:net';
import { bigmindWebhooks, type DeliveryStore } from 'bigmind-webhooks';
import { postgresStore } from 'bigmind-webhooks/postgres';
import { redisStore } from 'bigmind-webhooks/redis';
import express from 'express';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

/** Where in the course of a delivery the process is killed. */
export type Step =
  | 'before the claim'
  | 'after the claim'
  | 'between the handlers'
  | 'after the last handler, before it is completed'
  | 'after it is completed, before the answer';

export interface ReceiverConfig {
  readonly secret: string;
  readonly store: 'redis' | 'postgres';
  readonly storeUrl: string;
  readonly namespace: string;
  /** A list in the Redis at `effectsUrl` that handlers write to. */
  readonly effects: string;
  readonly effectsUrl: string;
  readonly dieAt?: Step | undefined;
}

const config = JSON.parse(process.env['RECEIVER'] ?? '') as ReceiverConfig;
const effects = new Redis(config.effectsUrl);

async function openStore(): Promise<DeliveryStore> {
  const { store, storeUrl, namespace } = config;
  if (store === 'redis') return redisStore({ client: new Redis(storeUrl), namespace });
  const opened = postgresStore({ pool: new Pool({ connectionString: storeUrl, max: 5 }), namespace });
  await opened.migrate();
  return opened;
}

/** Ends the process at once if this is the step; nothing after it happens. */
async function dieAt(step: Step): Promise<void> {
  if (config.dieAt !== step) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

function mortal(store: DeliveryStore): DeliveryStore {
  return {
    ...store,
    async claim(key, leaseMs, ttlMs) {
      await dieAt('before the claim');
      const claimed = await store.claim(key, leaseMs, ttlMs);
      await dieAt('after the claim');
      return claimed;
    },
    async complete(key, token, ttlMs) {
      await dieAt('after the last handler, before it is completed');
      const held = await store.complete(key, token, ttlMs);
      await dieAt('after it is completed, before the answer');
      return held;
    },
    async succeeded(key, token, handlerName, ttlMs) {
      const held = await store.succeeded(key, token, handlerName, ttlMs);
      firstRecorded();
      return held;
    },
  };
}

let firstRecorded: () => void = () => undefined;
const afterFirst = new Promise<void>((resolve) => {
  firstRecorded = resolve;
});

function serve(store: DeliveryStore): void {
  const webhooks = bigmindWebhooks({
    secret: config.secret,
    deduplicate: { store: mortal(store) },
    logger: { level: 'error' },
  });
  webhooks.on('notes_created', async (_event, { key }) => void (await effects.rpush(config.effects, `first ${key}`)), {
    name: 'first',
  });
  webhooks.on(
    'notes_created',
    async (_event, { key }) => {
      if (config.dieAt === 'between the handlers') {
        await afterFirst;
        await dieAt('between the handlers');
      }
      await effects.rpush(config.effects, `second ${key}`);
      // The last to end is recorded by the completion, so let it be this one.
      if (config.dieAt !== undefined) await afterFirst;
    },
    { name: 'second' },
  );

  const app = express();
  app.use('/webhooks/bigmind', webhooks.router);
  const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

void openStore().then(serve);
