import { type BigmindWebhooks, bigmindWebhooks, memoryStore } from '../../src';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { examplePayload, signDelivery } from '../../src/testing';
import { calm, gate, genuine, receiverWith, secret, send, until } from '../deduplication/kit';
import { ArrayQueue } from '../queueing/array-queue';
import { observed, seriesValue } from './kit';

let sdk: ReturnType<typeof observed>;

beforeEach(() => {
  sdk = observed();
});

afterEach(() => sdk.end());

const prefix = 'bigmind.webhooks.';
const todo = () => signDelivery({ payload: examplePayload('todo_created'), secret });

test('every metric has a unit of OpenTelemetry, and its name the package’s', async () => {
  const queue = new ArrayQueue({ attempts: 1 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
  webhooks.on('notes_created', () => undefined).on('todo_created', () => Promise.reject(new Error('no')));
  const delivery = genuine();
  await send(webhooks, delivery);
  await webhooks.work();
  await until(() => queue.verdicts.length === 1);
  await receiverWith({ telemetry: sdk.telemetry, deduplicate: { store: memoryStore() } }).receive(genuine());
  queue.entries.length = 0;
  await send(webhooks, delivery);
  await until(() => queue.verdicts.length === 2);
  await send(webhooks, todo());
  await until(() => queue.states.includes('dead after 1'));
  const units = Object.fromEntries([...(await sdk.metrics())].map(([name, { unit }]) => [name, unit]));
  await webhooks.close();
  expect(units).toEqual({
    [`${prefix}deliveries`]: '{delivery}',
    [`${prefix}repeats`]: '{delivery}',
    [`${prefix}dead_letters`]: '{delivery}',
    [`${prefix}delivery.duration`]: 's',
    [`${prefix}delivery.body.size`]: 'By',
    [`${prefix}handler.duration`]: 's',
    [`${prefix}active_handlers`]: '{handler}',
    [`${prefix}active_deliveries`]: '{delivery}',
    [`${prefix}active_bytes`]: 'By',
    [`${prefix}dependency.up`]: '1',
    [`${prefix}dependency.latency`]: 's',
    [`${prefix}queue.waiting`]: '{delivery}',
    [`${prefix}queue.running`]: '{delivery}',
    [`${prefix}queue.dead`]: '{delivery}',
    [`${prefix}queue.oldest.age`]: 's',
  });
});

test('deliveries are counted by event and outcome, their bytes and seconds too', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  webhooks.on('notes_created', () => undefined);
  webhooks.on('todo_created', () => Promise.reject(new Error('no')));
  const delivery = genuine();
  await send(webhooks, delivery);
  await send(webhooks, genuine());
  await send(webhooks, todo());
  await webhooks.receive({ headers: {}, body: '{}' });
  const metrics = await sdk.metrics();
  const counts = metrics.get(`${prefix}deliveries`)?.points.map(({ attributes, value }) => [attributes, value]);
  expect(counts).toEqual([
    [{ 'bigmind.event': 'notes_created', 'bigmind.outcome': 'processed' }, 2],
    [{ 'bigmind.event': 'todo_created', 'bigmind.outcome': 'failed' }, 1],
    [{ 'bigmind.event': 'unknown', 'bigmind.outcome': 'unauthenticated' }, 1],
  ]);
  const processed = { 'bigmind.outcome': 'processed' };
  const bytes = seriesValue(metrics, `${prefix}delivery.body.size`, processed) as { count: number; sum: number };
  expect(bytes).toMatchObject({ count: 2, sum: expect.any(Number) as number });
  expect(Math.abs(bytes.sum - 2 * Buffer.byteLength(delivery.body))).toBeLessThan(10);
  const seconds = seriesValue(metrics, `${prefix}delivery.duration`, processed) as { count: number; sum: number };
  expect(seconds.count).toBe(2);
  expect(seconds.sum).toBeGreaterThan(0);
  expect(seconds.sum).toBeLessThan(30);
  expect(metrics.has(`${prefix}repeats`)).toBe(false);
});

test('handlers are timed by name and result', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  webhooks.on('*', () => new Promise((resolve) => setTimeout(resolve, 30)), { name: 'slow' });
  webhooks.on('*', () => Promise.reject(new Error('no')), { name: 'failing' });
  await send(webhooks, genuine());
  const metrics = await sdk.metrics();
  const slow = { 'bigmind.handler': 'slow', 'bigmind.result': 'succeeded', 'bigmind.event': 'notes_created' };
  const { count, sum } = seriesValue(metrics, `${prefix}handler.duration`, slow) as { count: number; sum: number };
  expect(count).toBe(1);
  expect(sum).toBeGreaterThan(0.02);
  expect(sum).toBeLessThan(30);
  const failing = { 'bigmind.handler': 'failing', 'bigmind.result': 'failed' };
  expect(seriesValue(metrics, `${prefix}handler.duration`, failing)).toMatchObject({ count: 1 });
});

test('copies, repeats and further attempts count as repeats', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry });
  const time = gate();
  let failing = true;
  webhooks.on('*', async () => {
    await time.passed;
    if (failing) throw new Error('not yet');
  });
  const delivery = genuine();
  const both = Promise.all([send(webhooks, delivery), send(webhooks, delivery)]);
  time.open();
  await both;
  failing = false;
  await send(webhooks, delivery);
  await send(webhooks, delivery);
  const metrics = await sdk.metrics();
  const repeats = metrics
    .get(`${prefix}repeats`)
    ?.points.map(({ attributes, value }) => [attributes['bigmind.outcome'], value]);
  expect(repeats).toEqual([
    ['failed', 1],
    ['processed', 1],
    ['duplicate', 1],
  ]);
});

test('a delivery counts as a dead letter when its last attempt failed, by event, and not before or when it succeeds', async () => {
  const queue = new ArrayQueue({ attempts: 2 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
  const second = gate();
  let runs = 0;
  webhooks.on('todo_created', async () => {
    runs += 1;
    if (runs === 2) await second.passed;
    throw new Error('no');
  });
  webhooks.on('notes_created', () => undefined);
  await webhooks.work();
  await send(webhooks, genuine());
  await send(webhooks, todo());
  await until(() => runs === 2 && queue.verdicts.length === 1);
  expect((await sdk.metrics()).has(`${prefix}dead_letters`)).toBe(false);
  second.open();
  await until(() => queue.states.includes('dead after 2'));
  const counts = (await sdk.metrics()).get(`${prefix}dead_letters`)?.points;
  expect(counts?.map(({ attributes, value }) => [attributes, value])).toEqual([
    [{ 'bigmind.event': 'todo_created' }, 1],
  ]);
  // What a redrive makes of it is another death, or none.
  await webhooks.deadLetters.redrive('all');
  await until(() => runs === 4 && queue.states.includes('dead after 2'));
  expect(seriesValue(await sdk.metrics(), `${prefix}dead_letters`)).toBe(2);
  await webhooks.close();
});

test('10,000 unknown event names and tenants make no new label', async () => {
  const tenants = new Set<string>();
  const webhooks = bigmindWebhooks({
    secret({ params: { tenant = '' } }) {
      tenants.add(tenant);
      return { tenant, secret };
    },
    logger: false,
    telemetry: sdk.telemetry,
  }).on('*', () => undefined);
  const known = examplePayload('notes_created');
  for (let index = 0; index < 10_000; index += 1) {
    const params = { tenant: `tenant-${index}` };
    const unknown = signDelivery({ payload: { event: `event_${index}` }, secret });
    await webhooks.receive({ ...unknown, params });
    if (index % 100 === 0) await webhooks.receive({ ...signDelivery({ payload: known, secret }), params });
  }
  expect(tenants.size).toBe(10_000);
  const metrics = await sdk.metrics();
  const labels = metrics.get(`${prefix}deliveries`)?.points.map(({ attributes, value }) => [attributes, value]);
  expect(labels).toEqual([
    [{ 'bigmind.event': 'unknown', 'bigmind.outcome': 'ignored' }, 10_000],
    [{ 'bigmind.event': 'notes_created', 'bigmind.outcome': 'processed' }, 100],
  ]);
  const series = [...metrics.values()].flatMap(({ points }) => points);
  expect(series.length).toBeLessThan(20);
  expect(JSON.stringify(series.map(({ attributes }) => attributes))).not.toMatch(/tenant|event_/);
});

test('the receivers of a process share their counts: none is lost, also when one has closed before the last flush', async () => {
  const { telemetry, tracerProvider, meterProvider } = sdk;
  const [one, other] = [telemetry, openTelemetry({ tracerProvider, meterProvider })].map((each) =>
    receiverWith({ telemetry: each }).on('notes_created', () => undefined, { name: 'notes' }),
  ) as [BigmindWebhooks, BigmindWebhooks];
  for (const webhooks of [one, one, other]) await send(webhooks, genuine());
  await Promise.all([one.close(), other.close()]);
  const metrics = await sdk.metrics();
  expect(metrics.get(`${prefix}deliveries`)?.points.map(({ value }) => value)).toEqual([3]);
  expect(metrics.get(`${prefix}active_handlers`)?.points.map(({ value }) => value)).toEqual([0]);
});

test('what is in flight is observed: deliveries, their bytes, and handlers by name', async () => {
  const webhooks = receiverWith({ telemetry: sdk.telemetry, timeoutMs: 1000 });
  const time = gate();
  webhooks.on('*', () => time.passed, { name: 'hanging' });
  const delivery = genuine();
  const reply = send(webhooks, delivery);
  const during = await sdk.metrics();
  expect(seriesValue(during, `${prefix}active_deliveries`)).toBe(1);
  expect(seriesValue(during, `${prefix}active_bytes`)).toBe(Buffer.byteLength(delivery.body));
  expect(await reply).toBe('503 TIMEOUT');
  const answered = await sdk.metrics();
  expect(seriesValue(answered, `${prefix}active_deliveries`)).toBe(0);
  expect(seriesValue(answered, `${prefix}active_handlers`, { 'bigmind.handler': 'hanging' })).toBe(1);
  time.open();
  await calm();
  const ended = await sdk.metrics();
  expect(seriesValue(ended, `${prefix}active_handlers`, { 'bigmind.handler': 'hanging' })).toBe(0);
  // It was answered once, as a timeout: its late end is no other delivery.
  expect(ended.get(`${prefix}deliveries`)?.points).toHaveLength(1);
});

test('the queue and what answers are observed; one that does not answer keeps its last counts', async () => {
  const queue = new ArrayQueue({ attempts: 1 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry: sdk.telemetry });
  await send(webhooks, genuine());
  await new Promise((resolve) => setTimeout(resolve, 20));
  const waiting = await sdk.metrics();
  expect(seriesValue(waiting, `${prefix}queue.waiting`)).toBe(1);
  expect(seriesValue(waiting, `${prefix}queue.oldest.age`)).toBeGreaterThanOrEqual(0.015);
  expect(seriesValue(waiting, `${prefix}dependency.up`, { 'bigmind.dependency': 'queue' })).toBe(1);
  await webhooks.on('*', () => Promise.reject(new Error('no'))).work();
  await until(() => queue.states[0] === 'dead after 1');
  const dead = await sdk.metrics();
  expect(seriesValue(dead, `${prefix}queue.dead`)).toBe(1);
  expect(seriesValue(dead, `${prefix}queue.waiting`)).toBe(0);
  queue.stats = () => Promise.reject(new Error('canceling statement due to statement timeout'));
  const uncounted = await sdk.metrics();
  expect(seriesValue(uncounted, `${prefix}dependency.up`, { 'bigmind.dependency': 'queue' })).toBe(1);
  expect(seriesValue(uncounted, `${prefix}queue.dead`)).toBe(1);
  queue.ping = () => Promise.reject(new Error('away'));
  const away = await sdk.metrics();
  expect(seriesValue(away, `${prefix}dependency.up`, { 'bigmind.dependency': 'queue' })).toBe(0);
  expect(seriesValue(away, `${prefix}dependency.up`, { 'bigmind.dependency': 'store' })).toBe(1);
  expect(seriesValue(away, `${prefix}queue.dead`)).toBe(1);
  await webhooks.close();
});

test('a closed receiver is asked no more', async () => {
  let asked = 0;
  const store = memoryStore();
  store.ping = () => {
    asked += 1;
  };
  const webhooks = receiverWith({ telemetry: sdk.telemetry, deduplicate: { store } });
  await sdk.metrics();
  expect(asked).toBe(1);
  await webhooks.close();
  await sdk.metrics();
  expect(asked).toBe(1);
});
