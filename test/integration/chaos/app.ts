// A process of a service that runs into a fault: set up and stopped as the documentation shows. What happens is written
// to a Redis that no fault reaches.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bigmindWebhooks, memoryStore } from 'bigmind-webhooks';
import express from 'express';
import { Redis } from 'ioredis';
import { diaryIn } from '../kit/diary';
import { type Opened, openSetup, type SetupConfig } from './setup';

export interface AppConfig extends SetupConfig {
  readonly role: 'web' | 'worker';
  readonly port: number;
  readonly secret: string;
  readonly ledgerUrl: string;
  /** How long the second handler takes. */
  readonly handlerMs: number;
}

const config = JSON.parse(process.env['RECEIVER'] ?? '') as AppConfig;
const ledger = new Redis(config.ledgerUrl);
const diary = diaryIn(ledger, config.namespace);

async function serve({ options, store = memoryStore(), onSilence, end }: Opened): Promise<void> {
  const webhooks = bigmindWebhooks({
    ...options,
    secret: config.secret,
    deduplicate: { store: diary.recorded(store), onSilence },
    logger: { level: 'warn' },
  });
  for (const [name, ms] of [
    ['quick', 0],
    ['slow', config.handlerMs],
  ] as const) {
    webhooks.on(
      'notes_created',
      async (_event, { key, signal }) => {
        await diary.started(key, name);
        if (ms > 0) await sleep(ms, undefined, { signal });
        await diary.effect(key, name);
      },
      { name },
    );
  }
  const app = express();
  app.use('/webhooks/bigmind', webhooks.router);
  const server = config.role === 'web' ? app.listen(config.port, '127.0.0.1') : undefined;
  if (server === undefined) await webhooks.work();
  else await once(server, 'listening');

  // As docs/deployment.md says.
  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    let waitsFor = 'the receiver';
    setTimeout(() => {
      console.error(`It waits for ${waitsFor}:`, process.getActiveResourcesInfo().join(' '));
      process.exit(1);
    }, 30_000).unref();
    const closed = server && once(server, 'close');
    server?.close();
    await webhooks.close({ timeoutMs: 20_000 });
    setTimeout(() => server?.closeAllConnections(), 1000).unref();
    waitsFor = 'its server';
    await closed;
    waitsFor = 'its clients';
    await end();
    waitsFor = 'the ledger';
    await ledger.quit();
    waitsFor = 'its end';
    process.disconnect();
  }
  process.on('SIGTERM', () => void stop());
  process.on('disconnect', () => stopping || process.exit(1));
  process.send?.({ port: config.port });
}

// A process that cannot start ends, and is started again.
void openSetup(config)
  .then(serve)
  .catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
