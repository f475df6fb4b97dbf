// A receiver whose handlers are slow, fail and hang, for the soak. All that happens is written to a list, in order.
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BigmindEvent, bigmindWebhooks, type HandlerContext } from 'bigmind-webhooks';
import { redisStore } from 'bigmind-webhooks/redis';
import express from 'express';
import { Redis } from 'ioredis';
import { diaryIn } from '../kit/diary';

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

const diary = diaryIn(log, namespace);

const webhooks = bigmindWebhooks({
  secret: config.secret,
  deduplicate: { store: diary.recorded(redisStore({ client, namespace })), storeTimeoutMs: 300 },
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
    await diary.started(key, name);
    await misbehave(signal);
    await diary.effect(key, name);
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
