import type { Redis } from 'ioredis';
import { bigmindWebhooks } from '../../../src/index';
import { type BullmqQueue, bullmqQueue } from '../../../src/queues/bullmq/index';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { proxyTo } from '../kit/proxy';
import { pause, secret, signedNote } from '../kit/sender';
import { freshNamespace } from '../services';
import { Cast, newDelivery, recordingLogger, until } from './bullmq-kit';

let primary: OwnRedis;
let replica: OwnRedis;
let cast: Cast;

beforeEach(async () => {
  cast = new Cast();
  primary = await startRedis('--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1');
  replica = await startRedis('--replicaof', '127.0.0.1', String(primary.port));
  const admin = cast.client(primary.port);
  await until(async () => /^connected_slaves:1\r?$/m.test(await admin.info('replication')));
  await until(async () => (await admin.wait(1, 1000)) === 1);
});
afterEach(async () => {
  replica.resume();
  await cast.end();
  await Promise.all([primary.remove(), replica.remove()]);
});

/** Whether the queue holds a delivery. */
function isHeld(queue: BullmqQueue, job: ReturnType<typeof newDelivery>): Promise<boolean> {
  return queue.enqueue(job).then(
    () => true,
    () => false,
  );
}

/** Enqueues a delivery as often as it is refused. */
const untilHeld = (queue: BullmqQueue, job: ReturnType<typeof newDelivery>) => until(() => isHeld(queue, job));

/** Enqueues at once, and says of each whether it is held. */
async function enqueueSome(queue: BullmqQueue, count: number): Promise<{ key: string; held: boolean }[]> {
  const jobs = Array.from({ length: count }, () => newDelivery());
  return await Promise.all(jobs.map(async (job) => ({ key: job.key, held: await isHeld(queue, job) })));
}

/** On a busy machine, a replica may be late for the first deliveries, which are refused and yet in the queue. */
async function enqueueWhenReady(queue: BullmqQueue): Promise<void> {
  await until(async () => (await enqueueSome(queue, 1)).every(({ held }) => held));
}

/** How often a client has been asked to wait for replicas since. */
function countWaits(client: Redis): () => number {
  let waits = 0;
  const wait = client.wait.bind(client);
  client.wait = ((...given: Parameters<typeof wait>) => {
    waits += 1;
    return wait(...given);
  }) as typeof client.wait;
  return () => waits;
}

test('what is acknowledged with waitForReplicas is on the replica that is promoted; what is not there, is not', async () => {
  const connection = cast.client(primary.port);
  const queue = cast.queue({ connection, waitForReplicas: 1 });
  await enqueueWhenReady(queue);
  const before = (await enqueueSome(queue, 50)).filter(({ held }) => held);
  expect(before.length).toBeGreaterThan(0);
  replica.stall();
  const during = await enqueueSome(queue, 20);
  expect(during.some(({ held }) => held)).toBe(false);
  await primary.kill();
  replica.resume();
  const promoted = cast.client(replica.port);
  await promoted.replicaof('NO', 'ONE');
  const keys = new Set((await promoted.keys('*')).map((key) => key.split(':').at(-1)));
  expect(before.filter(({ key }) => !keys.has(key))).toHaveLength(0);
});

test('a delivery that too few replicas have is refused within seconds, and is one job when it is repeated', async () => {
  const connection = cast.client(primary.port);
  const queue = cast.queue({ connection, waitForReplicas: 1 });
  await enqueueWhenReady(queue);
  const job = newDelivery();
  replica.stall();
  const started = performance.now();
  await expect(queue.enqueue(job)).rejects.toThrow('waitForReplicas: 0 of 1 had the delivery within 400 ms');
  expect(performance.now() - started).toBeLessThan(5000);
  replica.resume();
  await untilHeld(queue, job);
  const ran: string[] = [];
  await cast.worker(queue, ({ key }) => ran.push(key));
  // One that comes later runs later: a second job of the delivery would have run before it.
  const last = newDelivery();
  await untilHeld(queue, last);
  await until(() => ran.includes(last.key));
  // The last one runs anew where it was refused, had run, and was enqueued again.
  const others = ran.filter((key) => key !== last.key);
  expect(others).toContain(job.key);
  expect(new Set(others).size).toBe(others.length);
});

test('deliveries that too few replicas have are refused for that reason, and never for a silent queue', async () => {
  const { logger, lines } = recordingLogger();
  const queue = bullmqQueue({ connection: cast.client(primary.port), namespace: freshNamespace(), waitForReplicas: 1 });
  const webhooks = bigmindWebhooks({ secret, queue, logger, deduplicate: false });
  webhooks.on('notes_created', () => undefined);
  await until(async () => (await webhooks.receive(signedNote('first'))).status === 200);
  lines.splice(0);
  replica.stall();
  const sent: Promise<{ status: number }>[] = [];
  for (let count = 0; count < 50; count += 1) {
    sent.push(webhooks.receive(signedNote(`later ${count}`)));
    await pause(40);
  }
  expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([503]));
  await webhooks.close();
  const refused = lines.filter(({ outcome }) => outcome === 'unavailable');
  const reasons = refused.map(({ cause }) => (cause as { readonly message: string }).message);
  expect(reasons).toHaveLength(50);
  expect(new Set(reasons)).toEqual(new Set(['bullmqQueue.waitForReplicas: 0 of 1 had the delivery within 400 ms']));
  expect(lines.filter((line) => 'silent' in line)).toStrictEqual([]);
});

test('a delivery whose connection breaks before replicas have it is refused', async () => {
  const wire = await proxyTo('127.0.0.1', primary.port);
  const connection = cast.client(wire.port);
  const queue = cast.queue({ connection, waitForReplicas: 1 });
  await enqueueWhenReady(queue);
  replica.stall();
  const waits = countWaits(connection);
  const refused = queue.enqueue(newDelivery()).then(
    () => 'held',
    (error: Error) => error.message,
  );
  await until(() => waits() > 0);
  wire.cut();
  wire.mend();
  expect(await refused).toContain('the connection broke');
  await wire.close();
});

test('without waitForReplicas nothing waits for a replica', async () => {
  replica.stall();
  const queue = cast.queue({ connection: cast.client(primary.port) });
  expect((await enqueueSome(queue, 10)).every(({ held }) => held)).toBe(true);
});

test('many at once share the waiting', async () => {
  const connection = cast.client(primary.port);
  const queue = cast.queue({ connection, waitForReplicas: 1 });
  await enqueueWhenReady(queue);
  const waits = countWaits(connection);
  let asked = 0;
  await until(async () => {
    const before = waits();
    const all = await enqueueSome(queue, 200);
    asked = waits() - before;
    return all.every(({ held }) => held);
  });
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(100);
});

test('durability and eviction are looked at again after each reconnection, in web and worker', async () => {
  const { logger, lines } = recordingLogger();
  const connection = cast.client(primary.port);
  const queue = cast.queue({ connection }, logger);
  await queue.enqueue(newDelivery());
  await cast.worker(queue, () => undefined);
  expect(lines).toHaveLength(0);
  const admin = cast.client(primary.port);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await admin.config('SET', 'appendonly', 'no');
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  // The worker asks by itself.
  await until(() => lines.some(({ trouble }) => trouble === 'QUEUE_NOT_DURABLE'));
  expect(lines).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('Set appendonly yes') as string }),
  );
  await until(() => connection.status === 'ready');
  await expect(queue.enqueue(newDelivery())).rejects.toMatchObject({ code: 'QUEUE_NOT_DURABLE' });
  await admin.config('SET', 'appendonly', 'yes');
  await queue.enqueue(newDelivery());
  expect(lines).toContainEqual(expect.objectContaining({ code: 'QUEUE_EVICTS' }));
});

test.each([0, -1, 1.5, '1'])('waitForReplicas: %p is refused at once', (waitForReplicas) => {
  const connection = cast.client(primary.port);
  const make = () => bullmqQueue({ connection, namespace: 'refused', waitForReplicas: waitForReplicas as number });
  expect(make).toThrow(/^BAD_OPTION bullmqQueue\.waitForReplicas: expected a whole number from 1/);
});

test('waitForReplicas is refused with a cluster, whose WAIT would go to any server', () => {
  const connection = Object.assign(cast.client(primary.port), { isCluster: true });
  const make = () => bullmqQueue({ connection, namespace: 'refused', waitForReplicas: 1 });
  expect(make).toThrow(/^BAD_OPTION bullmqQueue\.waitForReplicas: expected none with a cluster/);
});
