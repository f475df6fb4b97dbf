// A receiver whose handlers are slow, fail and hang, for the soak. All that happens is written to a list, in order.
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BigmindEvent, bigmindWebhooks, type DeliveryStore, type HandlerContext } from 'bigmind-webhooks';
import { redisStore } from 'bigmind-webhooks/redis';
import express from 'express';
import { Redis } from 'ioredis';

export interface SoakedConfig {
  readonly secret: string;
  /** Always the same, so that the sender finds the process that follows one that was killed. */
  readonly port: number;
  /** The Redis that is restarted. */
  readonly storeUrl: string;
  /** The one that is not, where everything is written down. */
  readonly logUrl: string;
  readonly namespace: string;
  /** Which release this is. */
  readonly release: 1 | 2;
  readonly timeoutMs: number;
}

const config = JSON.parse(process.env['RECEIVER'] ?? '') as SoakedConfig;
const log = new Redis(config.logUrl);
const client = new Redis(config.storeUrl);
client.on('error', () => undefined);
const { namespace } = config;

/** How many lines there were before each claim was asked for: what was recorded until then, the claim must know. */
const askedAt = new Map<string, number>();

function write(...words: (string | number)[]): Promise<number> {
  return log.rpush(`${namespace}:log`, words.join(' '));
}

function recorded(store: DeliveryStore): DeliveryStore {
  return {
    ...store,
    async claim(key, leaseMs, ttlMs) {
      const asked = await log.llen(`${namespace}:log`);
      const claim = await store.claim(key, leaseMs, ttlMs);
      if (typeof claim === 'object' && 'token' in claim) askedAt.set(key, asked);
      return claim;
    },
    async succeeded(key, token, handlerName, ttlMs) {
      const held = await store.succeeded(key, token, handlerName, ttlMs);
      await write('recorded', key, handlerName);
      return held;
    },
    async complete(key, token, ttlMs) {
      const held = await store.complete(key, token, ttlMs);
      if (held) await write('recorded', key, '*');
      return held;
    },
  };
}

const webhooks = bigmindWebhooks({
  secret: config.secret,
  deduplicate: { store: recorded(redisStore({ client, namespace })), storeTimeoutMs: 300 },
  timeoutMs: config.timeoutMs,
  maxRunMs: 2500,
  readTimeoutMs: 1000,
  logger: false,
});

/** Mostly quick; sometimes slow, beyond the deadline too; sometimes failing; sometimes hanging, with or without an ear for `signal`. */
async function misbehave(signal: AbortSignal): Promise<void> {
  const chance = Math.random();
  if (chance < 0.7) return;
  if (chance < 0.85) await sleep(Math.random() * 2 * config.timeoutMs);
  else if (chance < 0.97) throw new Error('failing');
  else if (chance < 0.99) await sleep(60_000, undefined, { signal, ref: false });
  else await new Promise(() => undefined);
}

function handler(name: string): (event: BigmindEvent, context: HandlerContext) => Promise<void> {
  return async (_event, { key, signal }) => {
    await write('started', key, name, askedAt.get(key) ?? 0);
    await misbehave(signal);
    // The same effect twice: as it happens, and downstream, where the key of the delivery makes it one.
    await log
      .multi()
      .rpush(`${namespace}:log`, `effect ${key} ${name}`)
      .hsetnx(`${namespace}:downstream`, `${key} ${name}`, '1')
      .exec();
  };
}

// The second release has them in another order, under other selectors, and keeps their names.
if (config.release === 1) {
  webhooks
    .on('notes_created', handler('notes_created'))
    .on('*', handler('slack'), { name: 'slack' })
    .on('notes_created', handler('archive'), { name: 'archive' });
} else {
  webhooks
    .on('*', handler('archive'), { name: 'archive' })
    .on(['notes_created', 'notes_updated'], handler('notes_created'), { name: 'notes_created' })
    .on('notes_created', handler('slack'), { name: 'slack' });
}

const app = express();
app.use('/webhooks/bigmind', webhooks.router);
const server = app.listen(config.port, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

process.on('SIGTERM', () => {
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), 50).unref();
  void webhooks.close({ timeoutMs: 2000 }).then(() => {
    clearInterval(sweep);
    process.exit(0);
  });
});
