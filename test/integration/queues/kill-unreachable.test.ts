import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Redis } from 'ioredis';
import PgBoss from 'pg-boss';
import { bigmindWebhooks, type DeliveryQueue } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { pgBossQueue } from '../../../src/queues/pg-boss/index';
import { startRedis } from '../kit/own-redis';
import { proxyTo } from '../kit/proxy';
import { closeConnections, outcomeOf, path, pause, post, type Reply, secret, signedNote } from '../kit/sender';
import { connectPostgres, databaseUrl, freshNamespace } from '../services';
import { until } from './bullmq-kit';

/** An engine that can be made to fail. */
interface Failing {
  readonly queue: DeliveryQueue;
  /** Nobody answers at its address any more. */
  fail(): Promise<void>;
  /** Everything to and from it takes so many milliseconds. */
  delay(ms: number): void;
  mend(): Promise<void>;
  close(): Promise<void>;
}

async function failingRedis(): Promise<Failing> {
  const server = await startRedis();
  const wire = await proxyTo('127.0.0.1', server.port);
  const client = new Redis(wire.port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  const queue = bullmqQueue({ connection: client, namespace: freshNamespace(), backoffMs: 1 });
  return {
    queue,
    fail: () => server.kill(),
    delay: wire.delay,
    async mend() {
      wire.mend();
      await server.start();
    },
    async close() {
      client.disconnect();
      await wire.close();
      await server.remove();
    },
  };
}

async function failingPostgres(): Promise<Failing> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const wire = await proxyTo(hostname, Number(port || 5432));
  const user = password === '' ? username : `${username}:${password}`;
  const schema = `pgboss_${randomBytes(8).toString('hex')}`;
  const connectionString = `postgres://${user}@127.0.0.1:${wire.port}${pathname}`;
  const boss = new PgBoss({ connectionString, schema, schedule: false, max: 5 });
  boss.on('error', () => undefined);
  await boss.start();
  return {
    queue: pgBossQueue({ boss, schema, namespace: freshNamespace(), backoffMs: 1, pollMs: 50 }),
    fail: async () => wire.cut(),
    delay: wire.delay,
    mend: async () => wire.mend(),
    async close() {
      await boss.stop({ graceful: false });
      await wire.close();
      const pool = await connectPostgres();
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}

interface Receiver {
  readonly port: number;
  readonly handled: string[];
  stop(): Promise<void>;
}

/** A process that answers and works. */
async function receiverWith(queue: DeliveryQueue, timeoutMs: number): Promise<Receiver> {
  const handled: string[] = [];
  const webhooks = bigmindWebhooks({ secret, queue, timeoutMs, logger: false });
  webhooks.on('notes_created', ({ data }) => void handled.push(data.note_id));
  await webhooks.work();
  const app = express();
  app.use(path, webhooks.router);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    handled,
    async stop() {
      server.close();
      server.closeAllConnections();
      await webhooks.close({ timeoutMs: 0 });
    },
  };
}

/** Posts all at once; how each was answered, and after how many milliseconds at most. */
async function postAll(port: number, ids: readonly string[]): Promise<{ replies: Reply[]; ms: number }> {
  const start = performance.now();
  const replies = await Promise.all(ids.map((id) => post(port, signedNote(id))));
  return { replies, ms: performance.now() - start };
}

/** Repeats until the delivery is acknowledged, as a vendor does. */
async function repeat(port: number, id: string): Promise<string | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await post(port, signedNote(id));
    if (reply.status === 200 || attempt === 100) return outcomeOf(reply);
    await pause(100);
  }
}

const someIds = (): string[] => Array.from({ length: 10 }, () => randomUUID());
/** For machines that are busy with something else. */
const slackMs = 5000;

afterAll(closeConnections);

describe.each([
  { server: 'Redis', open: failingRedis },
  { server: 'PostgreSQL', open: failingPostgres },
])('$server', ({ open }) => {
  let failing: Failing;
  let receiver: Receiver | undefined;

  beforeAll(async () => {
    failing = await open();
  });
  afterEach(async () => {
    await failing.mend();
    await receiver?.stop();
  });
  afterAll(() => failing.close());

  test('out of reach: 503 with Retry-After within two seconds, nothing is acknowledged, and it goes on without a restart', async () => {
    receiver = await receiverWith(failing.queue, 9000);
    const { port, handled } = receiver;
    const first = randomUUID();
    expect(await repeat(port, first)).toBe('queued');
    await until(() => handled.length === 1);

    await failing.fail();
    const ids = someIds();
    for (let round = 0; round < 2; round += 1) {
      const { replies, ms } = await postAll(port, ids);
      expect(replies.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(
        ids.map(() => [503, '10']),
      );
      expect(new Set(replies.map(outcomeOf))).toEqual(new Set(['UNAVAILABLE']));
      expect(ms).toBeLessThan(2000 + slackMs);
    }
    expect(handled).toEqual([first]);

    await failing.mend();
    for (const id of ids) expect(await repeat(port, id)).toBe('queued');
    await until(() => handled.length === 1 + ids.length);
    expect(new Set(handled)).toEqual(new Set([first, ...ids]));
  });

  test('slow: 503 at timeoutMs, and what comes again when it is quick is handled once', async () => {
    const timeoutMs = 700;
    receiver = await receiverWith(failing.queue, timeoutMs);
    const { port, handled } = receiver;
    const first = randomUUID();
    expect(await repeat(port, first)).toBe('queued');
    await until(() => handled.length === 1);

    failing.delay(2 * timeoutMs);
    const ids = someIds();
    const { replies, ms } = await postAll(port, ids);
    expect(replies.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(ids.map(() => [503, '10']));
    expect(ms).toBeGreaterThan(timeoutMs - 100);
    expect(ms).toBeLessThan(timeoutMs + slackMs);

    await failing.mend();
    for (const id of ids) expect(await repeat(port, id)).toBe('queued');
    await until(() => ids.every((id) => handled.includes(id)));
    expect(handled).toHaveLength(1 + ids.length);
  });
});
