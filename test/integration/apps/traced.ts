// A web process or a worker of a service whose queue is BullMQ or pg-boss; `TRACED` says which.
import { bigmindWebhooks } from 'bigmind-webhooks';
import { bullmqQueue } from 'bigmind-webhooks/bullmq';
import { openTelemetry } from 'bigmind-webhooks/opentelemetry';
import { pgBossQueue } from 'bigmind-webhooks/pg-boss';
import express from 'express';
import { Redis } from 'ioredis';
import PgBoss from 'pg-boss';

interface Settings {
  readonly role: 'web' | 'worker';
  readonly engine: 'bullmq' | 'pg-boss';
  readonly secret: string;
  readonly namespace: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly schema: string;
}

const settings = JSON.parse(process.env['TRACED'] ?? '') as Settings;

async function queueOf({ engine, namespace, redisUrl, databaseUrl, schema }: Settings) {
  if (engine === 'bullmq') {
    const connection = new Redis(redisUrl);
    return bullmqQueue({ connection, namespace, allowVolatile: true });
  }
  const boss = new PgBoss({ connectionString: databaseUrl, schema, schedule: false });
  await boss.start();
  return pgBossQueue({ boss, schema, namespace, pollMs: 20 });
}

async function start(): Promise<void> {
  const { role, secret } = settings;
  const queue = await queueOf(settings);
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: openTelemetry() });
  if (role === 'worker') {
    webhooks.on('notes_created', (event) => void process.send?.({ handled: event.event }));
    await webhooks.work();
    process.send?.({ ready: true });
    return;
  }
  const app = express();
  app.use('/webhooks', webhooks.router);
  const server = app.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ ready: true, port: typeof address === 'object' ? address?.port : undefined });
  });
}

void start();
