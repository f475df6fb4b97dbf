import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { GetMessage } from 'amqplib';
import type { Redis } from 'ioredis';
import { examplePayload, type SignedDelivery, signDelivery } from '../../../src/testing/index';
import { makeWorkspace, removeWorkspace, root, write } from '../../docs/workspace';
import { proxyTo } from '../kit/proxy';
import { closeConnections, post, secret } from '../kit/sender';
import { connectRedis, forgetNamespaces } from '../services';
import { exampleIn, seen, startCrm } from './kit';
import { accepted, amqpUrl, type Deployment, deploy, end } from './sqs-like-deployment';
import { startBoth } from './web-and-worker';

let workspace: string;
let folder: string;
let redis: Redis;

/** Handlers that tell what they did, beside the example's own; `slow` waits until it may go on. */
const told = `
  import { redis, webhooks } from './webhooks.js';
  const { EFFECTS, GO } = process.env;
  const tell = (...words) => redis.rpush(EFFECTS, words.join(' '));
  webhooks.on('summary_created', ({ data }) => tell('quick', data.meeting_id), { name: 'quick' });
  webhooks.on('summary_created', async ({ data }, { key }) => {
    await tell('begun', key);
    while (!(await redis.exists(GO))) await new Promise((resolve) => setTimeout(resolve, 20));
    await tell('slow', data.meeting_id);
  }, { name: 'slow' });
  webhooks.on('email_sent', (_event, { rawBody }) => tell('bytes', rawBody.toString('base64')));
  webhooks.on('document_updated', () => tell('before'), { name: 'before' });
  webhooks.on('document_updated', async (_event, { attempt }) => {
    await tell('tried', attempt);
    throw new Error('the CRM refuses');
  }, { name: 'failing' });
  await import('./worker.js');
`;

beforeAll(async () => {
  workspace = makeWorkspace();
  folder = join(workspace, 'sqs-like');
  cpSync(join(root, 'examples', 'sqs-like'), folder, { recursive: true });
  write(folder, 'told.js', told);
  redis = await connectRedis();
});

afterAll(async () => {
  closeConnections();
  await redis.quit();
  await forgetNamespaces();
  removeWorkspace(workspace);
});

function signed(payload: unknown): SignedDelivery {
  return signDelivery({ payload, secret });
}

function summary(meeting: string): SignedDelivery {
  return signed(examplePayload('summary_created', { data: { meeting_id: meeting } }));
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)].toSorted();

let here: Deployment;

beforeEach(async () => {
  here = await deploy(folder, redis);
});

afterEach(() => here.remove());

test('every delivery that was answered 200 is handled although a worker is killed, and no handler twice that was recorded', async () => {
  const { port } = await here.startWeb();
  const first = here.startWorker();
  const meetings = Array.from({ length: 40 }, (_, index) => `meeting-${index}`);
  const deliveries = meetings.flatMap((meeting) => {
    const delivery = summary(meeting);
    return [delivery, delivery, delivery];
  });
  const forged = signDelivery({ payload: examplePayload('summary_created'), secret: 'another' });
  const statuses = await Promise.all([...deliveries, forged, forged].map((delivery) => accepted(here, port, delivery)));
  expect(statuses).toEqual([...deliveries.map(() => 200), 401, 401]);

  // Some handlers are recorded as done, others run: the moment for a crash.
  let begun: string[] = [];
  await here.until('handlers to have been recorded', async () => {
    begun = unique(await here.effectsOf('begun'));
    const keys = begun.map((key) => `bigmind-webhooks:${here.namespace}:${key}`);
    const recorded = await Promise.all(keys.map((key) => redis.hexists(key, '+quick')));
    return begun.length >= 3 && recorded.every((found) => found === 1);
  });
  await end(first, 'SIGKILL');
  await here.go();
  here.startWorker();
  await here.until('every delivery to be handled', async () => unique(await here.effectsOf('slow')).length >= 40);
  expect((await here.effectsOf('slow')).toSorted()).toEqual(meetings.toSorted());
  await here.until('every copy to be acknowledged', async () => (await here.waiting()) === 0);
  expect((await here.effectsOf('slow')).toSorted()).toEqual(meetings.toSorted());
  expect((await here.effectsOf('quick')).toSorted()).toEqual(meetings.toSorted());
  expect(await here.takeDead()).toBeUndefined();
});

test('a handler that fails is tried again, alone, and at last the delivery is in the dead-letter queue, with the reason', async () => {
  const { port } = await here.startWeb();
  here.startWorker();
  expect(await accepted(here, port, signed(examplePayload('document_updated')))).toBe(200);
  let dead: GetMessage | undefined;
  await here.until('a dead letter', async () => {
    dead = await here.takeDead();
    return dead !== undefined;
  });
  expect(await here.effects()).toEqual(['before', 'tried 1', 'tried 2', 'tried 3']);
  expect(dead?.properties.headers).toMatchObject({
    'x-failed': 3,
    'x-reason': expect.stringContaining('the CRM refuses'),
  });
  const job: unknown = JSON.parse(dead?.content.toString() ?? '');
  expect(job).toMatchObject({ event: examplePayload('document_updated'), key: expect.any(String) });
  expect(await here.waiting()).toBe(0);
});

test('what JSON and UTF-8 can hardly say arrives byte for byte', async () => {
  const { port } = await here.startWeb();
  here.startWorker();
  const payload = examplePayload('email_sent', { data: { subject: '\0, \uD83C\uDF88 and SURROGATE' } });
  const delivery = signed(JSON.stringify(payload).replace('SURROGATE', '\\ud800'));
  expect(await accepted(here, port, delivery)).toBe(200);
  await here.until('the handler to be called', async () => (await here.effects()).length > 0);
  expect(await here.effectsOf('bytes')).toEqual([Buffer.from(delivery.body).toString('base64')]);
});

test('a worker that is told to stop waits for its handlers, and leaves nothing behind', async () => {
  const { port } = await here.startWeb();
  const worker = here.startWorker();
  expect(await accepted(here, port, summary('last'))).toBe(200);
  await here.until('the handler to have begun', async () => (await here.effectsOf('begun')).length === 1);
  const ended = end(worker, 'SIGTERM');
  expect(await accepted(here, port, summary('next'))).toBe(200);
  await here.go();
  expect(await ended).toBe(0);
  expect(await here.effectsOf('slow')).toContain('last');
  here.startWorker();
  await here.until('the other worker to go on', async () => (await here.effectsOf('slow')).length === 2);
  await here.until('the queue to be empty', async () => (await here.waiting()) === 0);
  expect((await here.effectsOf('slow')).toSorted()).toEqual(['last', 'next']);
});

test('one command starts both processes, another sends a delivery, and the handler tells the CRM', async () => {
  const crm = await startCrm();
  const example = await exampleIn(workspace, 'sqs-like', { ...here.environment, CRM_URL: crm.url });
  try {
    const command = await startBoth(example);
    // It listens before it has a connection to RabbitMQ.
    await seen(command, async () => (await example.finish('send', 'note_1')) === '200 OK\n');
    await seen(command, () => crm.told.length > 0);
    expect(crm.told).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{64}$/), what: { note: 'note_1' } }]);
    expect(await command.stop()).toMatchObject({ code: 0, signal: null });
  } finally {
    crm.close();
  }
});

test('RabbitMQ out of reach: 503 with Retry-After within 3 seconds, and it recovers without a restart', async () => {
  const { hostname, port: amqpPort } = new URL(amqpUrl);
  const wire = await proxyTo(hostname, Number(amqpPort || 5672));
  try {
    const { port, process: web } = await here.startWeb(amqpUrl.replace(/@[^/]+/, `@127.0.0.1:${wire.port}`));
    expect(await accepted(here, port, summary('before'))).toBe(200);
    for (const trouble of [wire.cut, wire.stall]) {
      trouble();
      const startedAt = performance.now();
      const reply = await post(port, summary('meanwhile'));
      expect(performance.now() - startedAt).toBeLessThan(3000);
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
      wire.mend();
      expect(await accepted(here, port, summary('after'))).toBe(200);
    }
    expect(await end(web, 'SIGTERM')).toBe(0);
  } finally {
    await wire.close();
  }
});
