import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bundle, bundle } from '../kit/bundle';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { proxyTo, type Wire } from '../kit/proxy';
import { freshNamespace } from '../services';
import { newDelivery } from './bullmq-kit';

/** A process whose job ends when it is told to. When it has lost Redis, it closes all that it opened. */
const program = `
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import * as bullmq from 'bullmq';
import { bullmqQueue } from './src/queues/bullmq/index';
const { port, namespace, job } = JSON.parse(process.argv[2]);
const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 }).on('error', () => undefined);
const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const queue = bullmqQueue({ connection: client, namespace, bullmq });
queue.open({ maxRunMs: 60_000, logger });
await queue.enqueue(job);
const worker = await queue.work(async () => {
  process.send('started');
  await once(process, 'message');
  return 'done';
}, { concurrency: 1 });
await new Promise((resolve) => client.once('reconnecting', resolve));
// So that the worker has tried in vain to connect, too.
await pause(1000);
await worker.close(0);
await queue.close();
client.disconnect();
process.disconnect();
`;

let server: OwnRedis;
let wire: Wire;
let app: Bundle;

beforeAll(async () => {
  app = await bundle({ entry: { text: program } });
  server = await startRedis();
  wire = await proxyTo('127.0.0.1', server.port);
});

afterAll(async () => {
  await wire.close();
  await server.remove();
  app.remove();
});

test('a process ends by itself that was closed while Redis had not answered that its job is done', async () => {
  const config = { port: wire.port, namespace: freshNamespace(), job: newDelivery() };
  const child = fork(app.file, [JSON.stringify(config)]);
  try {
    await once(child, 'message');
    wire.stall('answers');
    child.send('end');
    await pause(500);
    wire.cut();
    const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(12_000) })) as [number];
    expect(code).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
