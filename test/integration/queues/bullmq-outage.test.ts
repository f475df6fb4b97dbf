import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { bundle } from '../kit/bundle';
import { freePort } from '../kit/free-port';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { proxyTo } from '../kit/proxy';
import { pause } from '../kit/sender';
import { freshNamespace } from '../services';
import { Cast, gate, newDelivery, recordingLogger, until } from './bullmq-kit';

let server: OwnRedis;
let cast: Cast;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());

beforeEach(async () => {
  await server.start();
  cast = new Cast();
});
afterEach(() => cast.end());

/** How long a promise took to reject, in milliseconds. */
async function msUntilRejected(promise: Promise<unknown>): Promise<number> {
  const start = Date.now();
  await expect(promise).rejects.toThrow();
  return Date.now() - start;
}

/** For machines that are busy with something else. */
const slackMs = 3000;

/** Short, unless the time by default options is to be seen, which is a minute. */
const killed = process.env['KILL_BY_DEFAULT_OPTIONS'] === undefined ? { lostAfterMs: 1000 } : {};

test('what a worker was running that is killed is run by another, at no attempt’s cost', async () => {
  const namespace = freshNamespace();
  const program = await bundle({
    entry: {
      text: `
        import * as bullmq from 'bullmq';
        import { Redis } from 'ioredis';
        import { bullmqQueue } from './src/queues/bullmq/index';
        const { port, namespace, killed } = JSON.parse(process.env.WORKER);
        const queue = bullmqQueue({ connection: new Redis(port), namespace, bullmq, ...killed });
        queue.open({ maxRunMs: 60_000, logger: console });
        await queue.work(async (job) => {
          process.send(job.key);
          await new Promise(() => undefined);
        }, { concurrency: 10 });
      `,
    },
  });
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection: cast.client(server.port), namespace, attempts: 1, ...killed }, logger);
  const jobs = Array.from({ length: 5 }, () => newDelivery());
  for (const job of jobs) await queue.enqueue(job);
  const env = { PATH: process.env['PATH'], WORKER: JSON.stringify({ port: server.port, namespace, killed }) };
  const child = fork(program.file, { execArgv: [], env });
  const started: unknown[] = [];
  child.on('message', (key) => started.push(key));
  await until(() => started.length === jobs.length);
  const killedAt = performance.now();
  child.kill('SIGKILL');
  await once(child, 'exit');
  program.remove();
  const ran: string[] = [];
  await cast.worker(queue, ({ key }) => ran.push(key));
  await until(() => ran.length === jobs.length, 60_000);
  process.stdout.write(
    `${JSON.stringify({ engine: 'bullmq', fromKillToStart: (performance.now() - killedAt) / 1000 })}\n`,
  );
  expect(ran.sort()).toEqual(jobs.map(({ key }) => key).sort());
  expect(await queue.deadJobs.list({ limit: 10, offset: 0 })).toStrictEqual([]);
  await until(() => lines.length === jobs.length);
  expect(lines.map(({ key }) => key).sort()).toEqual(ran);
}, 120_000);

test('a server that is killed and started again has lost nothing, and is worked on', async () => {
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection: cast.client(server.port) }, logger);
  const ran = new Set<string>();
  await cast.worker(queue, ({ key }) => ran.add(key), 3);
  const held: string[] = [];
  let stopped = false;
  const enqueueing = (async () => {
    while (!stopped) {
      const job = newDelivery();
      await queue.enqueue(job).then(
        () => held.push(job.key),
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    }
  })();
  for (const times of [1, 2]) {
    await until(() => held.length > times * 50);
    const told = lines.length;
    await server.kill();
    // A server that is back before the worker has tried it again is no outage.
    await until(() => lines.length > told);
    await server.start();
  }
  await until(() => held.length > 200);
  stopped = true;
  await enqueueing;
  await until(() => held.every((key) => ran.has(key)));
  const { length } = lines;
  expect(length).toBeGreaterThan(0);
  // Two outages, a few kinds of trouble each.
  expect(length).toBeLessThan(20);
});

test('while the server is away enqueueing rejects at once, and what was rejected does not come later', async () => {
  const client = cast.client(server.port);
  const queue = cast.queue({ connection: client });
  await queue.enqueue(newDelivery());
  await server.kill();
  await until(() => client.status !== 'ready');
  for (let count = 0; count < 20; count += 1) {
    expect(await msUntilRejected(queue.enqueue(newDelivery()))).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await server.start();
  const last = newDelivery();
  await until(() =>
    queue.enqueue(last).then(
      () => true,
      () => false,
    ),
  );
  const ran: string[] = [];
  await cast.worker(queue, ({ key }) => ran.push(key), 1);
  await until(() => ran.includes(last.key));
  expect(ran).toHaveLength(2);
});

test('a server that was never there rejects within 2 s; once it is there, all works without a restart', async () => {
  await server.kill();
  const queue = cast.queue({ connection: cast.client(server.port) });
  const ran: string[] = [];
  const working = cast.worker(queue, ({ key }) => ran.push(key));
  for (let count = 0; count < 3; count += 1) {
    expect(await msUntilRejected(queue.enqueue(newDelivery()))).toBeLessThan(2000 + slackMs);
  }
  await server.start();
  const job = newDelivery();
  await until(() =>
    queue.enqueue(job).then(
      () => true,
      () => false,
    ),
  );
  await working;
  await until(() => ran.includes(job.key));
});

test('a worker that is closed while the server is away is closed soon, and ends its connections', async () => {
  const client = cast.client(server.port);
  const queue = cast.queue({ connection: client, attempts: 1 });
  const job = newDelivery();
  const started = gate();
  await queue.enqueue(job);
  const worker = await cast.worker(queue, () => {
    started.open();
    return new Promise(() => undefined);
  });
  await started.passed;
  await server.kill();
  await until(() => client.status !== 'ready');
  const start = Date.now();
  await worker.close(500);
  expect(Date.now() - start).toBeLessThan(10_000);
  await server.start();
  await until(() => client.status === 'ready');
  await until(async () => !String(await client.client('LIST')).includes('cmd=bzpopmin'));
  const ran: string[] = [];
  await cast.worker(queue, ({ key }) => ran.push(key));
  await until(() => ran.includes(job.key));
});

test('a receiver that is closed while its worker waits for a server is closed soon, and the process ends', async () => {
  const program = await bundle({
    entry: {
      text: `
        import * as bullmq from 'bullmq';
        import { Redis } from 'ioredis';
        import { bigmindWebhooks } from './src/index';
        import { bullmqQueue } from './src/queues/bullmq/index';
        const connection = new Redis({ port: Number(process.env.PORT), lazyConnect: true });
        const queue = bullmqQueue({ connection, namespace: 'crm', bullmq });
        const logger = { debug() {}, info() {}, warn: (fields, text) => console.log(text), error() {}, child: () => logger };
        const webhooks = bigmindWebhooks({ secret: 'a secret of an outage', queue, logger });
        const working = webhooks.on('*', () => undefined).work().catch(({ code }) => console.log('work:', code));
        setTimeout(() => void webhooks.close().then(() => console.log('closed')), 2500);
      `,
    },
  });
  const env = { PATH: process.env['PATH'], PORT: String(await freePort()) };
  const child = fork(program.file, { execArgv: [], env, silent: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      printed += text.toString();
    });
  }
  const start = Date.now();
  const [code] = (await once(child, 'exit')) as [number | null];
  program.remove();
  expect({ code, printed }).toEqual({ code: 0, printed });
  expect(Date.now() - start).toBeLessThan(2500 + 1000 + slackMs);
  // There were no jobs to take back.
  expect(printed).not.toContain('did not take its jobs back');
  expect(printed.split('\n')).toEqual(expect.arrayContaining(['work: UNAVAILABLE', 'closed']));
  // No connection is without a listener.
  expect(printed).not.toContain('Unhandled');
}, 30_000);

test('a worker whose blocking connection alone is dead is back within 10 s, and says so once', async () => {
  const wire = await proxyTo('127.0.0.1', server.port);
  const connection = cast.client(server.port);
  // The first copy that a worker makes is the one that blocks.
  const duplicate = connection.duplicate.bind(connection);
  jest.spyOn(connection, 'duplicate').mockImplementationOnce((settings) => duplicate({ ...settings, port: wire.port }));
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection }, logger);
  const runs: string[] = [];
  await cast.worker(queue, ({ key }) => runs.push(key));
  await until(() => wire.connections === 1);
  // The worker waits for its first delivery by then.
  await pause(1000);
  wire.halfOpen();
  await queue.enqueue(newDelivery());
  await until(() => runs.length === 1, 10_000);
  expect(lines).toEqual([
    {
      silent: 'worker',
      trouble: "The worker's blocking connection to Redis did not answer in time",
      message: "The worker's blocking connection to Redis did not answer in time",
    },
  ]);
  await cast.end();
  await wire.close();
});

test('a worker that was cut off for a while does not say that its connection was silent', async () => {
  const wire = await proxyTo('127.0.0.1', server.port);
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection: cast.client(wire.port) }, logger);
  await cast.worker(queue, () => undefined);
  await pause(1000);
  wire.cut();
  await pause(4000);
  wire.mend();
  // BullMQ gives up the wait that began before.
  await pause(4000);
  expect(lines.filter((line) => 'silent' in line)).toStrictEqual([]);
  await cast.end();
  await wire.close();
});

test('an outage is told of by its code, without payload', async () => {
  const { logger, lines } = recordingLogger();
  const port = await freePort();
  const queue = cast.queue({ connection: { host: '127.0.0.1', port } }, logger);
  await expect(queue.enqueue(newDelivery())).rejects.toThrow();
  await until(() => lines.some(({ trouble }) => trouble === 'ECONNREFUSED'));
  expect(JSON.stringify(lines)).not.toContain('rawBody');
});

describe('a Redis that keeps nothing on disk', () => {
  let volatile: OwnRedis;
  beforeAll(async () => {
    volatile = await startRedis('--appendonly', 'no');
  });
  afterAll(() => volatile.remove());

  test('is refused, by workers too, until it keeps things; nothing is enqueued', async () => {
    const client = cast.client(volatile.port);
    const queue = cast.queue({ connection: client });
    const refusal = { code: 'QUEUE_NOT_DURABLE', message: expect.stringContaining('appendonly yes') as string };
    await expect(queue.enqueue(newDelivery())).rejects.toMatchObject(refusal);
    await expect(cast.worker(queue, () => undefined)).rejects.toMatchObject(refusal);
    expect(await client.keys('*:wait')).toStrictEqual([]);
    await client.config('SET', 'appendonly', 'yes');
    await queue.enqueue(newDelivery());
    // What is behind a connection that came up again may be another server.
    await client.config('SET', 'appendonly', 'no');
    await queue.enqueue(newDelivery());
    client.disconnect(true);
    await until(() => client.status !== 'ready');
    await until(() => client.status === 'ready');
    await expect(queue.enqueue(newDelivery())).rejects.toMatchObject(refusal);
  });

  test('is noticed by a ping, also where it kept things when its connection was made', async () => {
    const admin = cast.client(volatile.port);
    await admin.config('SET', 'appendonly', 'yes');
    const { logger, lines } = recordingLogger();
    const queue = cast.queue({ connection: cast.client(volatile.port) }, logger);
    await queue.enqueue(newDelivery());
    await queue.ping?.();
    expect(lines).toStrictEqual([]);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await queue.ping?.();
    expect(lines).toEqual([expect.objectContaining({ code: 'QUEUE_EVICTS' })]);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'appendonly', 'no');
    await expect(queue.ping?.()).rejects.toMatchObject({ code: 'QUEUE_NOT_DURABLE' });
    await expect(queue.enqueue(newDelivery())).rejects.toMatchObject({ code: 'QUEUE_NOT_DURABLE' });
  });

  test('may be used with allowVolatile', async () => {
    const { logger, lines } = recordingLogger();
    const queue = cast.queue({ connection: cast.client(volatile.port), allowVolatile: true }, logger);
    await queue.enqueue(newDelivery());
    const ran: QueuedDelivery[] = [];
    await cast.worker(queue, (job) => ran.push(job));
    await until(() => ran.length === 1);
    expect(lines).toStrictEqual([]);
  });
});

test('a Redis that drops keys when it is full is warned about once', async () => {
  const admin = cast.client(server.port);
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection: cast.client(server.port) }, logger);
  await queue.enqueue(newDelivery());
  await queue.enqueue(newDelivery());
  // Who accepts that a restart loses deliveries does not accept that they are dropped before.
  const careless = recordingLogger();
  const volatile = cast.queue({ connection: cast.client(server.port), allowVolatile: true }, careless.logger);
  await volatile.enqueue(newDelivery());
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
  for (const told of [lines, careless.lines]) expect(told).toEqual([expect.objectContaining({ code: 'QUEUE_EVICTS' })]);
});

test.each([
  ['refuses', '-info'],
  ['answers nothing to', undefined],
])('a server that %s INFO is warned about once, and used', async (_how, rule) => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const admin = cast.client(server.port);
  if (rule !== undefined) await admin.acl('SETUSER', 'web', 'on', '>pw', '~*', '&*', '+@all', rule);
  const client = cast.client(
    server.port,
    rule === undefined ? { enableReadyCheck: false } : { username: 'web', password: 'pw' },
  );
  if (rule === undefined) client.info = () => Promise.resolve('') as never;
  const { logger, lines } = recordingLogger();
  const queue = cast.queue({ connection: client }, logger);
  await queue.enqueue(newDelivery());
  await queue.enqueue(newDelivery());
  let runs = 0;
  await cast.worker(queue, () => {
    runs += 1;
    if (runs === 1) throw new Error('once more');
  });
  await until(() => runs === 3);
  expect(lines).toEqual([expect.objectContaining({ code: 'QUEUE_DURABILITY_UNKNOWN' })]);
  warn.mockRestore();
});
