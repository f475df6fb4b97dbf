import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as bullmq from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { connectWorker } from '../../../src/queues/bullmq/connect-worker';
import { type BullmqQueueOptions, bullmqQueue } from '../../../src/queues/bullmq/index';
import { freePort } from '../kit/free-port';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { proxyTo } from '../kit/proxy';
import { Cast, newDelivery, until } from './bullmq-kit';

let server: OwnRedis;
let cast: Cast;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());

beforeEach(() => {
  cast = new Cast();
});
afterEach(() => cast.end());

/** Runs a job that fails once, and one that does not. */
async function runTwo(connection: BullmqQueueOptions['connection']): Promise<void> {
  const queue = cast.queue({ connection });
  await queue.enqueue(newDelivery());
  await queue.enqueue(newDelivery());
  let runs = 0;
  await cast.worker(queue, () => {
    runs += 1;
    if (runs === 1) throw new Error('once more');
  });
  await until(() => runs === 3);
  expect(await queue.deadJobs.redrive('all')).toBe(0);
}

test.each([
  ['as it comes', {}],
  ['that connects when it is used', { lazyConnect: true }],
  ['that gives up a request', { maxRetriesPerRequest: 1 }],
  ['that never gives up a request', { maxRetriesPerRequest: null }],
  ['that never connects again', { retryStrategy: () => null }],
  ['that waits for no server', { enableOfflineQueue: false }],
  ['that waits for no answer', { commandTimeout: 1000, socketTimeout: 1000 }],
  ['that pipelines', { enableAutoPipelining: true }],
  ['of RESP2', { protocol: 2 }],
])('a client %s works, and stays open and free of listeners', async (_what, options) => {
  const client = cast.client(server.port, options);
  if (!('lazyConnect' in options)) await until(() => client.status === 'ready');
  const listeners = (): number[] => ['error', 'ready', 'close', 'end'].map((event) => client.listenerCount(event));
  const before = listeners();
  await runTwo(client);
  await Promise.all(cast.workers.map((worker) => worker.close(1000)));
  await Promise.all(cast.queues.map((queue) => queue.close()));
  expect(await client.ping()).toBe('PONG');
  expect(listeners()).toEqual(before);
});

test.each([
  ['a host and a port', () => ({ host: '127.0.0.1', port: server.port })],
  ['an address', () => ({ url: server.url })],
])('the options of a client do: %s', async (_what, options) => {
  await runTwo(options());
});

test('a client made from options tries a server that is away every half second, not ever more seldom', async () => {
  const triedAt: number[] = [];
  const door = createServer((socket) => {
    triedAt.push(performance.now());
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const queue = cast.queue({ connection: { port: (door.address() as AddressInfo).port, host: '127.0.0.1' } });
  await expect(queue.enqueue(newDelivery())).rejects.toThrow();
  // By then, the usual pauses of ioredis are five seconds long.
  await until(() => triedAt.length === 9);
  expect((triedAt[8] ?? 0) - (triedAt[7] ?? 0)).toBeLessThan(3000);
  await queue.close();
  door.close();
});

test('a worker goes on after its connections broke, also with a client that sends nothing again', async () => {
  const wire = await proxyTo('127.0.0.1', server.port);
  const settings = { autoResendUnfulfilledCommands: false, enableAutoPipelining: true };
  const queue = cast.queue({ connection: cast.client(wire.port, settings) });
  const ran: string[] = [];
  await cast.worker(queue, ({ key }) => ran.push(key));
  const run = async () => {
    const job = newDelivery();
    await until(() => queue.enqueue(job).then(...settled));
    await until(() => ran.includes(job.key));
  };
  await run();
  for (let times = 0; times < 3; times += 1) {
    wire.cut();
    wire.mend();
    await run();
  }
  await cast.end();
  await wire.close();
});

/** Whether a promise was fulfilled. */
const settled = [() => true, () => false] as const;

test('a worker takes jobs of the database that its client has selected', async () => {
  const client = cast.client(server.port);
  await client.select(3);
  await runTwo(client);
});

test('before ioredis 6, too, a worker’s copies of a cluster have what the cluster has for each connection', () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], {
    lazyConnect: true,
    redisOptions: { password: 'secret', tls: {}, commandTimeout: 5 },
  });
  const copies: { readonly redisOptions: object }[] = [];
  const duplicate = jest.spyOn(cluster, 'duplicate').mockImplementation((_nodes, options) => {
    copies.push(options as never);
    return new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true, clusterRetryStrategy: () => null });
  });
  const connections = connectWorker(cluster as never, () => undefined);
  expect(copies.map(({ redisOptions }) => redisOptions)).toEqual(
    Array.from({ length: 2 }, () =>
      expect.objectContaining({ password: 'secret', tls: {}, commandTimeout: undefined }),
    ),
  );
  connections.end();
  duplicate.mockRestore();
  cluster.disconnect();
});

test('a ping tells of a server that takes no writes', async () => {
  const full = await startRedis();
  const client = cast.client(full.port);
  const queue = cast.queue({ connection: client });
  await queue.ping?.();
  await client.config('SET', 'maxmemory', '1');
  await expect(queue.ping?.()).rejects.toThrow(/OOM/);
  await client.config('SET', 'maxmemory', '0');
  await queue.ping?.();
  await cast.end();
  await full.remove();
});

test('a cluster works, and the user’s client of it stays open', async () => {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  const nodes = await Promise.all([startRedis(...settings), startRedis(...settings), startRedis(...settings)]);
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const made = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { encoding: 'utf8' });
  expect(made.stdout).toContain('All 16384 slots covered');
  const cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  await runTwo(cluster);
  const [one] = nodes;
  const admin = cast.client(one?.port ?? 0);
  await admin.config('SET', 'appendonly', 'no');
  const volatile = cast.queue({ connection: cluster });
  await expect(volatile.enqueue(newDelivery())).rejects.toMatchObject({ code: 'QUEUE_NOT_DURABLE' });
  await expect(cast.worker(volatile, () => undefined)).rejects.toMatchObject({ code: 'QUEUE_NOT_DURABLE' });
  await cast.end();
  expect(await cluster.ping()).toBe('PONG');
  await cluster.quit();
  await Promise.all(nodes.map((node) => node.remove()));
});

test('a worker that waits for the names of a cluster’s nodes is given up when the queue closes', async () => {
  const { port } = server;
  const nodes = [{ host: 'nodes.example', port }];
  // Names that come late, and then are right.
  const dnsLookup = (_name: string, found: (error: null, address: string, family: number) => void) =>
    void setTimeout(() => found(null, '127.0.0.1', 4), 1000);
  const cluster = new Cluster(nodes, { lazyConnect: true, dnsLookup: dnsLookup as never });
  const queue = cast.queue({ connection: cluster });
  const working = cast.worker(queue, () => undefined);
  await queue.close();
  await expect(working).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a worker that is given up between two attempts to connect connects no more', async () => {
  const port = await freePort();
  const queue = cast.queue({ connection: cast.client(port, { lazyConnect: true }) });
  const refused = expect(cast.worker(queue, () => undefined)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  // The first attempts have failed.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await queue.close();
  const sockets = new Set<Socket>();
  // As a server that loads its data: it takes connections, and is not ready.
  const door = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', () => void socket.write('$9\r\nloading:1\r\n'));
  }).listen(port, '127.0.0.1');
  await once(door, 'listening');
  await refused;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(sockets.size).toBe(0);
  door.close();
});

test('constructing and opening a queue connects nothing', async () => {
  const client = new Redis(server.port, { lazyConnect: true });
  cast.queue({ connection: client });
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.status).toBe('wait');
  client.disconnect();
});

describe('refuses at once, with what to do', () => {
  const good = { connection: { port: 1 }, namespace: 'crm' };
  const prefixed = new Redis({ lazyConnect: true, keyPrefix: 'crm:' });
  const textual = new Redis({ lazyConnect: true, stringNumbers: true });

  test.each<[string, object, RegExp]>([
    ['no connection', { connection: undefined }, /bullmqQueue\.connection: expected a client of ioredis, or options/],
    ['an address as text', { connection: 'redis://localhost' }, /or options such as \{ url \} or \{ host, port \}/],
    ['a client of node-redis', { connection: createClient() }, /got one of another library/],
    ['a client with a prefix', { connection: prefixed }, /keyPrefix: expected none.*use namespace/],
    ['options with a prefix', { connection: { keyPrefix: 'crm:' } }, /keyPrefix: expected none/],
    ['a client with numbers as text', { connection: textual }, /stringNumbers: expected false/],
    ['no namespace', { namespace: undefined }, /bullmqQueue\.namespace: expected a string with text/],
    ['a blank namespace', { namespace: ' ' }, /bullmqQueue\.namespace/],
    [
      'a namespace of a variable that is not set',
      { namespace: 'undefined' },
      /It is "undefined": is a variable not set\?/,
    ],
    ['no attempt', { attempts: 0 }, /bullmqQueue\.attempts: expected a whole number from 1 to 20/],
    ['no pause', { backoffMs: 0 }, /bullmqQueue\.backoffMs/],
    ['a short life', { lostAfterMs: 999 }, /bullmqQueue\.lostAfterMs/],
    ['a life longer than timers are', { lostAfterMs: 2 ** 31 }, /bullmqQueue\.lostAfterMs: expected .* to 2147483647/],
    ['an age that is none', { rememberDone: { ageMs: -1 } }, /bullmqQueue\.rememberDone\.ageMs/],
    ['an unknown age', { rememberDone: { age: 1 } }, /bullmqQueue\.rememberDone\.age is unknown/],
    ['an unknown option', { attempt: 1 }, /bullmqQueue\.attempt is unknown\. Did you mean attempts\?/],
    ['another module', { bullmq: { Queue: bullmq.Queue } }, /bullmqQueue\.bullmq: expected the module bullmq/],
  ])('%s', (_what, bad, message) => {
    expect(() => bullmqQueue({ ...good, ...bad } as BullmqQueueOptions)).toThrow(message);
    expect(() => bullmqQueue({ ...good, ...bad } as BullmqQueueOptions)).toThrow(/^BAD_OPTION /);
  });

  test('takes the module from the user where the application is bundled', () => {
    expect(() => bullmqQueue({ ...good, bullmq })).not.toThrow();
  });
});
