// A process of a service with a queue: it answers deliveries, or handles them, or both. What happens is written down.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BigmindEvent, bigmindWebhooks, type HandlerContext } from 'bigmind-webhooks';
import express from 'express';
import { Redis } from 'ioredis';
import { diaryIn } from '../../kit/diary';
import { type EngineConfig, type OpenEngine, openEngine } from './engine';

export interface AppConfig extends EngineConfig {
  readonly secret: string;
  readonly role: 'web' | 'worker' | 'both';
  /** Always the same, so that the sender finds the process that follows one that was killed. Workers need none. */
  readonly port: number;
  /** The Redis that is not stopped, where everything is written down. */
  readonly logUrl: string;
  readonly maxRunMs: number;
  /** How often a handler fails at its first attempt, from 0 to 1. */
  readonly failing: number;
}

const config = JSON.parse(process.env['RECEIVER'] ?? '') as AppConfig;
const { secret, role, port, logUrl, namespace, maxRunMs, failing } = config;
const log = new Redis(logUrl);
const diary = diaryIn(log, namespace);

function handler(name: string, longestMs: number, failures: number) {
  return async (_event: BigmindEvent, { key, attempt }: HandlerContext): Promise<void> => {
    await diary.started(key, name);
    await sleep(Math.random() * longestMs);
    if (attempt === 1 && Math.random() < failures) throw new Error('failing at first');
    await diary.effect(key, name);
  };
}
async function serve({ queue, store, end }: OpenEngine): Promise<void> {
  const webhooks = bigmindWebhooks({
    secret,
    queue,
    deduplicate: { store: diary.recorded(store) },
    maxRunMs,
    logger: false,
  });
  webhooks.on('notes_created', handler('quick', 10, 0), { name: 'quick' });
  webhooks.on('notes_created', handler('slow', 80, failing), { name: 'slow' });

  const app = express();
  app.use('/webhooks/bigmind', webhooks.router);
  const server = role === 'worker' ? undefined : app.listen(port, '127.0.0.1');
  if (server !== undefined) await once(server, 'listening');
  if (role !== 'web') await webhooks.work({ concurrency: 10 });

  async function stop(): Promise<void> {
    const closed = server && once(server, 'close');
    server?.close();
    await webhooks.close({ timeoutMs: 5000 });
    const sweep = setInterval(() => server?.closeIdleConnections(), 50);
    await closed;
    clearInterval(sweep);
    await end();
    await log.quit();
    // It ends by itself: what keeps it alive now is a defect.
    process.disconnect();
  }
  process.on('SIGTERM', () => void stop());
  process.send?.({ port });
}

void openEngine(config).then(serve);
