// `npm run build && node scripts/scaling/measure.mjs`: what one process can do in each way to run, and what a delivery
// takes in memory and on disk. Writes results.json beside it, and docs/scaling.md. Needs `redis-server`, of which it starts one,
// and a PostgreSQL at DATABASE_URL or where it usually is, in which it makes a database; both are removed. Some five minutes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deliveries, requests } from './deliveries.mjs';
import { ownDatabase, ownRedis } from './engines.mjs';
import { names, receiverIn } from './modes.mjs';
import { sendAll } from './send.mjs';

const sizes = [700, 20_000];
const connections = 16;
const warmUps = 300;
const workerRuns = [
  { concurrency: 1, jobs: 300 },
  { concurrency: 10, jobs: 1500 },
  { concurrency: 50, jobs: 2500 },
];
const round = (number) => Math.round(number).toLocaleString('en');
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

function head(title, ...columns) {
  console.log(`\n${title}\n`);
  row(...columns);
  row(...columns.map(() => '---'));
}

async function startRole(role, mode, servers, concurrency = 0) {
  const script = fileURLToPath(new URL('role.mjs', import.meta.url));
  const child = fork(script, [role, mode, JSON.stringify(servers), String(concurrency)]);
  const exit = once(child, 'exit');
  /** What it says next. One that ends before would be waited for without end. */
  async function said() {
    const [message] = await Promise.race([once(child, 'message'), exit]);
    if (typeof message !== 'object' || message === null) throw new Error(`The ${role} process in ${mode} has ended`);
    return message;
  }
  const { port } = await said();
  return {
    port,
    tell() {
      child.send('tell');
      return said();
    },
    async stop() {
      child.send('stop');
      await exit;
    },
  };
}

/** One web process, as busy as it can be. */
async function measureWeb(mode, servers, bytes) {
  const web = await startRole('web', mode, servers);
  const warmUp = await sendAll(web.port, requests(warmUps, bytes), connections);
  const count = Math.round(Math.min((warmUps / warmUp.seconds) * 2, 150_000_000 / bytes, 30_000));
  const made = requests(count, bytes);
  const before = await web.tell();
  const { seconds, latencies } = await sendAll(web.port, made, connections);
  const after = await web.tell();
  await web.stop();
  const at = (part) => latencies[Math.floor(latencies.length * part)].toFixed(1);
  const cpu = ((after.cpuMs - before.cpuMs) / count).toFixed(2);
  row(mode, `${bytes} B`, round(count / seconds), at(0.5), at(0.99), cpu, round(after.rss / 1e6));
  return { mode, bytes, perSecond: Math.round(count / seconds), p50: Number(at(0.5)) };
}

/** What one job takes while it waits and when it is done, and how many a worker does. */
async function measureQueue(mode, servers, engine, bytes) {
  const waiting = [];
  const done = [];
  const perSecond = {};
  for (const { concurrency, jobs } of workerRuns) {
    await engine.empty();
    const { webhooks, close } = await receiverIn(mode, servers);
    // The tables, or the first keys, are not counted.
    await fill(webhooks, 20, bytes);
    const before = await engine.bytes();
    await fill(webhooks, jobs, bytes);
    waiting.push(((await engine.bytes()) - before) / jobs);
    await close();
    const worker = await startRole('worker', mode, servers, concurrency);
    const start = await worker.tell();
    let last = start;
    while (last.handled < jobs + 20) {
      await pass(20);
      last = await worker.tell();
    }
    const rate = (last.handled - start.handled) / ((last.at - start.at) / 1000);
    await worker.stop();
    done.push(((await engine.bytes()) - before) / jobs);
    const cpu = (last.cpuMs - start.cpuMs) / (last.handled - start.handled);
    row(mode, `${bytes} B`, concurrency, round(rate), cpu.toFixed(2));
    perSecond[concurrency] = Math.round(rate);
  }
  return { mode, bytes, perSecond, waiting: Math.round(waiting.at(-1)), done: Math.round(done.at(-1)) };
}

async function fill(webhooks, count, bytes) {
  const pending = deliveries(count, bytes).values();
  async function sendSome() {
    for (const delivery of pending) {
      const { status } = await webhooks.receive(delivery);
      if (status !== 200) throw new Error(`A delivery was answered ${status}`);
    }
  }
  await Promise.all(Array.from({ length: 20 }, sendSome));
}

/** What a store keeps of a delivery that is done. */
async function measureStore(mode, servers, engine) {
  await engine.empty();
  const { webhooks, close } = await receiverIn(mode, servers);
  await fill(webhooks, 20, 700);
  const before = await engine.bytes();
  await fill(webhooks, 10_000, 700);
  const bytesEach = Math.round(((await engine.bytes()) - before) / 10_000);
  row(mode, 'any', '', round(bytesEach));
  await close();
  return { mode, bytesEach };
}

/** The packages that are measured, in the versions that are installed. */
function versions(redis, database) {
  const of = (name) =>
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
  const engines = `BullMQ ${of('bullmq')} on Redis ${redis.version}, pg-boss ${of('pg-boss')} on PostgreSQL ${database.number}`;
  return `Node ${process.version.slice(1)}, Express ${of('express')}, ${engines}, PGlite ${of('@electric-sql/pglite')}`;
}

const redis = await ownRedis();
const database = await ownDatabase();
const servers = { redis: redis.url, postgres: database.url };
const engineOf = { redisStore: redis, bullmqQueue: redis, postgresStore: database, pgBossQueue: database };
try {
  const { length, 0: cpu } = cpus();
  const machine = `${cpu.model.trim()}, ${length} cores`;
  const before = loadavg()[0].toFixed(1);
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${versions(redis, database)}; ${database.version}; ${machine}`);
  console.log(`Load average of the machine before: ${before}`);
  const web = [];
  head('One web process', 'mode', 'payload', 'deliveries/s', 'p50, ms', 'p99, ms', 'CPU, ms each', 'MB');
  for (const bytes of sizes) {
    for (const mode of names) {
      await engineOf[mode]?.empty();
      web.push(await measureWeb(mode, servers, bytes));
    }
  }
  head('One worker process, empty handler', 'queue', 'payload', 'concurrency', 'deliveries/s', 'CPU, ms each');
  const queues = [];
  for (const mode of ['bullmqQueue', 'pgBossQueue']) {
    for (const bytes of sizes) queues.push(await measureQueue(mode, servers, engineOf[mode], bytes));
  }
  head('Bytes a delivery', 'what', 'payload', 'waiting', 'done');
  for (const { mode, bytes, waiting, done } of queues) row(mode, `${bytes} B`, round(waiting), round(done));
  const keys = [];
  for (const mode of ['redisStore', 'postgresStore']) keys.push(await measureStore(mode, servers, engineOf[mode]));
  const run = {
    date,
    machine,
    load: `${before} before and ${loadavg()[0].toFixed(1)} after it`,
    versions: versions(redis, database),
  };
  const workers = queues.map(({ mode, bytes, perSecond }) => ({ mode, bytes, perSecond }));
  const held = queues.map(({ mode, bytes, waiting, done }) => ({ mode, bytes, waiting, done }));
  const results = new URL('results.json', import.meta.url);
  writeFileSync(results, `${JSON.stringify({ run, web, workers, held, keys }, null, 2)}\n`);
  await import('./page.mjs');
} finally {
  await redis.remove();
  await database.remove();
}
