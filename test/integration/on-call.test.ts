import { Redis } from 'ioredis';
import { type BigmindWebhooks, bigmindWebhooks, type Health } from '../../src/index';
import { bullmqQueue } from '../../src/queues/bullmq/index';
import { redisStore } from '../../src/stores/redis/index';
import { examplePayload, signDelivery } from '../../src/testing/index';
import { notedLog } from '../pipeline/receiver';
import { observed, seriesValue } from '../telemetry/kit';
import { type OwnRedis, startRedis } from './kit/own-redis';
import { proxyTo, type Wire } from './kit/proxy';
import { pause } from './kit/sender';
import { until } from './queues/bullmq-kit';
import { freshNamespace } from './services';

// An on-call exercise: for each trouble, health(), the metrics and one line of the log say which it is.
const secret = 'a secret of the night';
const prefix = 'bigmind.webhooks.';
let server: OwnRedis;
let wire: Wire;
let client: Redis;
let services: Service[] = [];
let gone: (() => void)[] = [];
let counter = 0;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.remove());

beforeEach(async () => {
  wire = await proxyTo('127.0.0.1', server.port);
  client = new Redis(wire.port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
});

afterEach(async () => {
  for (const end of gone) end();
  gone = [];
  wire.mend();
  await Promise.all(services.map(({ webhooks }) => webhooks.close({ timeoutMs: 0 })));
  client.disconnect();
  await Promise.all([wire.close(), ...services.map(({ sdk }) => sdk.end())]);
  services = [];
});

interface Service {
  readonly webhooks: BigmindWebhooks;
  readonly sdk: ReturnType<typeof observed>;
  readonly lines: object[];
}

/** The service of the exercise; its store is in Redis, and so is its queue, if it has one. */
function service(options: { readonly withQueue?: boolean; readonly timeoutMs?: number } = {}): Service {
  const namespace = freshNamespace();
  const { logger, lines } = notedLog();
  const sdk = observed();
  const webhooks = bigmindWebhooks({
    secret,
    logger,
    telemetry: sdk.telemetry,
    timeoutMs: options.timeoutMs,
    deduplicate: { store: redisStore({ client, namespace }), storeTimeoutMs: 500 },
    ...(options.withQueue && { queue: bullmqQueue({ connection: client, namespace, attempts: 1, backoffMs: 1 }) }),
  });
  const made = { webhooks, sdk, lines };
  services.push(made);
  return made;
}

function delivery(changes: object = {}, by = secret) {
  const payload = { ...examplePayload('notes_created', { data: { content: `note ${counter++}` } }), ...changes };
  return signDelivery({ payload, secret: by });
}

/** The line of an outcome. */
function lineOf(outcome: string, lines: object[]): unknown {
  const found = lines.filter((line) => (line as { outcome?: string }).outcome === outcome);
  expect(found.length).toBeGreaterThan(0);
  return found[0];
}

async function deliveriesOf(outcome: string, sdk: Service['sdk']): Promise<unknown> {
  return seriesValue(await sdk.metrics(), `${prefix}deliveries`, { 'bigmind.outcome': outcome });
}

const healthy: Partial<Health> = { status: 'ok', store: expect.objectContaining({ ok: true }) as Health['store'] };

/** How long Redis is gone, in milliseconds. */
const goneMs = 20_000;

test('Redis is gone for 20 s, and with it the store and the queue: each is down, by name, all the time until it is back', async () => {
  const withStore = service();
  const withQueue = service({ withQueue: true });
  const both = [
    { ...withStore, down: ['store'], reason: /^The delivery store could not be asked/ },
    { ...withQueue, down: ['store', 'queue'], reason: /^The queue could not hold/ },
  ] as const;
  const delivered: string[] = [];
  withStore.webhooks.on('*', (_event, { key }) => void delivered.push(key));
  for (const each of both) {
    expect((await each.webhooks.receive(delivery())).status).toBe(200);
    expect((await each.webhooks.health()).status).toBe('ok');
  }
  wire.cut();
  await until(() => client.status !== 'ready');
  const missed = delivery();
  const since = performance.now();
  let rounds = 0;
  for (; performance.now() - since < goneMs; rounds += 1) {
    for (const { webhooks, down } of both) {
      expect((await webhooks.receive(missed)).status).toBe(503);
      const health = await webhooks.health();
      expect(health.status).toBe('degraded');
      for (const name of down)
        expect(health[name]).toMatchObject({ ok: false, error: expect.stringMatching(/./) as string });
    }
    await pause(1000);
  }
  expect(rounds).toBeGreaterThan(goneMs / 3000);
  for (const { sdk, lines, down, reason } of both) {
    const metrics = await sdk.metrics();
    for (const name of down) {
      expect(seriesValue(metrics, `${prefix}dependency.up`, { 'bigmind.dependency': name })).toBe(0);
    }
    expect(seriesValue(metrics, `${prefix}deliveries`, { 'bigmind.outcome': 'unavailable' })).toBe(rounds);
    expect(lineOf('unavailable', lines)).toMatchObject({ reason: expect.stringMatching(reason) as string });
  }

  wire.mend();
  await until(() => client.status === 'ready');
  for (const { webhooks, sdk, down } of both) {
    expect((await webhooks.receive(missed)).status).toBe(200);
    const health = await webhooks.health();
    expect(health.status).toBe('ok');
    const metrics = await sdk.metrics();
    for (const name of down) {
      expect(health[name]).toMatchObject({ ok: true, lastError: {} });
      expect(seriesValue(metrics, `${prefix}dependency.up`, { 'bigmind.dependency': name })).toBe(1);
    }
  }
  // That of before, and the one that was missed: no attempt of the outage ran.
  expect(delivered).toHaveLength(2);
});

test('a handler hangs: it runs on after the answer, and its name is a label', async () => {
  const { webhooks, sdk, lines } = service({ timeoutMs: 100 });
  webhooks.on('*', () => new Promise<void>((resolve) => gone.push(resolve)), { name: 'hanging' });
  expect((await webhooks.receive(delivery())).status).toBe(503);
  expect(await webhooks.health()).toMatchObject({ ...healthy, inFlight: { deliveries: 0, running: 1, bytes: 0 } });
  const metrics = await sdk.metrics();
  expect(seriesValue(metrics, `${prefix}active_handlers`, { 'bigmind.handler': 'hanging' })).toBe(1);
  expect(await deliveriesOf('timeout', sdk)).toBe(1);
  expect(lineOf('timeout', lines)).toMatchObject({ event: 'notes_created', key: expect.any(String) as string });
});

test('a handler fails: the services are well, and its name is a label and in the line, with its error', async () => {
  const { webhooks, sdk, lines } = service();
  webhooks.on('*', () => Promise.reject(new Error('the CRM said no')), { name: 'failing' });
  expect((await webhooks.receive(delivery())).status).toBe(500);
  expect(await webhooks.health()).toMatchObject({ ...healthy, inFlight: { running: 0 } });
  const failed = { 'bigmind.handler': 'failing', 'bigmind.result': 'failed' };
  expect(seriesValue(await sdk.metrics(), `${prefix}handler.duration`, failed)).toMatchObject({ count: 1 });
  expect(lineOf('failed', lines)).toMatchObject({ failures: [{ handler: 'failing', message: 'the CRM said no' }] });
});

test('the dead letters are many: the queue counts them, and each has its line', async () => {
  const { webhooks, sdk, lines } = service({ withQueue: true });
  webhooks.on('*', () => Promise.reject(new Error('the CRM said no')), { name: 'failing' });
  await webhooks.work();
  for (let sent = 0; sent < 5; sent += 1) expect((await webhooks.receive(delivery())).status).toBe(200);
  await until(async () => (await webhooks.health()).queue?.dead === 5);
  expect(await webhooks.health()).toMatchObject({ ...healthy, queue: { ok: true, waiting: 0, dead: 5 } });
  const metrics = await sdk.metrics();
  expect(seriesValue(metrics, `${prefix}queue.dead`)).toBe(5);
  expect(seriesValue(metrics, `${prefix}dead_letters`, { 'bigmind.event': 'notes_created' })).toBe(5);
  expect(lineOf('failed', lines)).toMatchObject({ failures: [{ handler: 'failing' }] });
});

test('the secret is wrong: nothing is genuine, and the services are well', async () => {
  const { webhooks, sdk, lines } = service();
  webhooks.on('*', () => undefined);
  expect((await webhooks.receive(delivery({}, 'the secret of yesterday'))).status).toBe(401);
  expect(await webhooks.health()).toMatchObject(healthy);
  expect(await deliveriesOf('unauthenticated', sdk)).toBe(1);
  expect(await deliveriesOf('processed', sdk)).toBeUndefined();
  expect(lineOf('unauthenticated', lines)).toMatchObject({ reason: expect.any(String) as string });
});

test('the sender changed a payload: the event is a label, and the line names the place', async () => {
  const { webhooks, sdk, lines } = service();
  webhooks.on('*', () => undefined);
  expect((await webhooks.receive(delivery({ data: 'all new' }))).status).toBe(422);
  expect(await webhooks.health()).toMatchObject(healthy);
  const labels = { 'bigmind.event': 'notes_created', 'bigmind.outcome': 'invalid' };
  expect(seriesValue(await sdk.metrics(), `${prefix}deliveries`, labels)).toBe(1);
  expect(lineOf('invalid', lines)).toMatchObject({ event: 'notes_created', schemaError: { pointer: '/data' } });
});
