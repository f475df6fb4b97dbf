// What an adapter of a queue adds to its engine: enqueueing to the engine's own call with the same bytes, and a worker
// to the engine's own that does nothing. The engines are real: a Redis of the bench's own that keeps what it
// acknowledges, and a database of its own in the PostgreSQL at DATABASE_URL.
import { createHash } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import bigmind from '../../dist/index.js';
import bullmq from '../../dist/queues/bullmq/index.js';
import pgBoss from '../../dist/queues/pg-boss/index.js';
import postgres from '../../dist/stores/postgres/index.js';
import redis from '../../dist/stores/redis/index.js';
import { ownDatabase, ownRedis } from '../../scripts/scaling/engines.mjs';
import { sizeText } from '../harness/size-text.mjs';
import { event, payloads, secret } from '../load/deliveries.mjs';

const namespace = 'bench';
const atOnce = 10;
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const stages = { bullmq: bullmqStage, 'pg-boss': pgBossStage };

/** @param engine 'bullmq' or 'pg-boss' */
export async function enqueueing(engine, bytes) {
  const stage = await stages[engine]();
  const make = jobs(bytes);
  const count = bytes > 10_000 ? 100 : 300;
  const at = `${engine}, ${sizeText(bytes)}`;
  const sample = (hold) => async () => {
    const made = Array.from({ length: count }, make);
    globalThis.gc?.({ type: 'minor' });
    const start = process.hrtime.bigint();
    await eachOf(made, hold);
    return Number(process.hrtime.bigint() - start) / 1000 / count;
  };
  return {
    name: `enqueueing, ${at}`,
    unit: 'µs a delivery',
    contenders: { adapter: sample(stage.queue.enqueue), engine: sample(stage.send) },
    rows: [
      {
        what: 'enqueue to the engine',
        at,
        means: 'the time in which the adapter enqueues a delivery. Divided by the time of the engine’s own call.',
        goal: { atMost: 1.15 },
        ratio: (took) => took.adapter / took.engine,
      },
    ],
    close: stage.close,
  };
}

/** Microseconds a job, from the first that runs to the last: without what it takes to begin. */
function workSample(make, count) {
  return (hold, work) => async () => {
    await eachOf(Array.from({ length: count }, make), hold);
    let first;
    let handled = 0;
    let end;
    const all = new Promise((resolve) => {
      end = resolve;
    });
    const stop = await work(() => {
      first ??= process.hrtime.bigint();
      handled += 1;
      if (handled === count) end(process.hrtime.bigint());
    });
    const last = await all;
    await stop();
    return Number(last - first) / 1000 / (count - 1);
  };
}

/**
 * As people run it: `work()` with a handler that does nothing, and the store that is in the engine's own server.
 *
 * @param engine 'bullmq' or 'pg-boss'
 */
export async function workingFully(engine, bytes, concurrency) {
  const stage = await stages[engine](concurrency);
  const at = `${engine}, ${sizeText(bytes)}, ${concurrency} at once`;
  const sample = workSample(jobs(bytes), concurrency === 1 ? 200 : 500);
  const store = await stage.store();
  return {
    name: `work() with a store, ${at}`,
    unit: 'µs a job',
    rounds: 12,
    warmUps: 3,
    contenders: {
      'work()': sample(stage.queue.enqueue, receiveWith(stage.queue, { deduplicate: { store } }, concurrency)),
      engine: sample(stage.send, stage.work),
    },
    rows: [
      {
        what: 'jobs a second of work() with a store to the engine’s own',
        at,
        means:
          'jobs a second in `work()` with a handler that does nothing and the store in the engine’s server. Divided by ' +
          'those of the engine’s own worker.',
        goal: { atLeast: 0.85 },
        ratio: (took) => took.engine / took['work()'],
      },
    ],
    close: stage.close,
  };
}

/** @param engine 'bullmq' or 'pg-boss' */
export async function working(engine, bytes) {
  const stage = await stages[engine]();
  const at = `${engine}, ${sizeText(bytes)}, ${atOnce} at once`;
  const sample = workSample(jobs(bytes), 500);
  return {
    name: `a worker, ${at}`,
    unit: 'µs a job',
    rounds: 15,
    warmUps: 3,
    contenders: {
      adapter: sample(stage.queue.enqueue, workWith(stage.queue)),
      'work(), in memory': sample(stage.queue.enqueue, receiveWith(stage.queue)),
      engine: sample(stage.send, stage.work),
    },
    rows: [
      {
        what: 'a worker to the engine',
        at,
        means: 'the time in which the adapter takes and ends a job. Divided by the time of the engine’s own worker.',
        goal: { atMost: 1.25 },
        ratio: (took) => took.adapter / took.engine,
      },
      {
        what: 'work() with an empty handler to the engine',
        at,
        means:
          'the time of a job in `work()`, with the store in memory. Divided by the time of the engine’s own worker.',
        goal: { atMost: 1.25 },
        ratio: (took) => took['work(), in memory'] / took.engine,
      },
    ],
    close: stage.close,
  };
}

function jobs(bytes) {
  const next = payloads(bytes);
  return () => {
    const body = Buffer.from(next());
    const key = createHash('sha256').update(body).update(String(process.hrtime.bigint())).digest('hex');
    const headers = { 'content-type': 'application/json', 'user-agent': 'Bigmind' };
    const rawBody = body.toString('base64');
    return { version: 1, key, event, scheme: 'hmac', receivedAt: Date.now(), headers, params: {}, rawBody };
  };
}

async function eachOf(made, hold) {
  const pending = made.values();
  async function some() {
    for (const job of pending) await hold(job);
  }
  await Promise.all(Array.from({ length: atOnce }, some));
}

function workWith(queue) {
  return async (handle) => {
    const run = async () => {
      handle();
      return 'done';
    };
    const worker = await queue.work(run, { concurrency: atOnce });
    return () => worker.close(10_000);
  };
}

/** All of it. Without options, the store is in memory, as that in the engine is as fast as the engine is. */
function receiveWith(queue, options, concurrency = atOnce) {
  return async (handle) => {
    const kept = { ...queue, close: undefined };
    const webhooks = bigmind.bigmindWebhooks({ secret, queue: kept, logger: silent, ...options });
    webhooks.on(event, handle);
    await webhooks.work({ concurrency });
    return () => webhooks.close();
  };
}

async function bullmqStage(concurrency = atOnce) {
  const server = await ownRedis();
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  const own = new Queue('own', { connection: client });
  const queue = bullmq.bullmqQueue({ connection: client, namespace });
  queue.open({ maxRunMs: 900_000, logger: silent });
  return {
    queue,
    send: (job) => own.add(job.event, job, { jobId: job.key }),
    async work(handle) {
      const worker = new Worker('own', async () => handle(), { connection: client, concurrency });
      worker.on('error', () => {});
      return () => worker.close();
    },
    store: () => redis.redisStore({ client, namespace }),
    async close() {
      await queue.close();
      await own.close();
      client.disconnect();
      await server.remove();
    },
  };
}

async function pgBossStage(concurrency = atOnce) {
  const server = await ownDatabase();
  const boss = new PgBoss({ connectionString: server.url, max: 10 });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue('own');
  const pool = new Pool({ connectionString: server.url, max: 10 });
  const queue = pgBoss.pgBossQueue({ boss, namespace });
  queue.open({ maxRunMs: 900_000, logger: silent });
  return {
    queue,
    send: (job) => boss.send('own', job, { id: uuidOf(job.key) }),
    // Its own work() waits half a second between two batches; this is as fast as its calls are, with one for each job.
    async work(handle) {
      const done = takeAll(boss, handle, concurrency);
      return () => done;
    },
    async store() {
      const store = postgres.postgresStore({ pool, namespace });
      await store.migrate();
      return store;
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
      await server.remove();
    },
  };
}

async function takeAll(boss, handle, concurrency) {
  async function settle({ id }) {
    handle();
    await boss.complete('own', id);
  }
  for (;;) {
    const taken = await boss.fetch('own', { batchSize: concurrency });
    if (taken.length === 0) return;
    await Promise.all(taken.map(settle));
  }
}

function uuidOf(key) {
  return `${key.slice(0, 8)}-${key.slice(8, 12)}-8${key.slice(13, 16)}-a${key.slice(17, 20)}-${key.slice(20, 32)}`;
}
