// `npm run build && node scripts/scaling/measure.mjs`: what one process can do in each way to run, and what a delivery
// takes in memory and on disk. The numbers of docs/scaling.md. Needs `redis-server`, of which it starts one, and a
// PostgreSQL at DATABASE_URL or where it usually is, in which it makes a database; both are removed. Some five minutes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
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
  const [{ port }] = await once(child, 'message');
  return {
    port,
    async tell() {
      child.send('tell');
      return (await once(child, 'message'))[0];
    },
    async stop() {
      child.send('stop');
      await once(child, 'exit');
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
}

/** What one job takes while it waits and when it is done, and how many a worker does. */
async function measureQueue(mode, servers, engine, bytes) {
  const waiting = [];
  const done = [];
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
  }
  return { mode, bytes, waiting: waiting.at(-1), done: done.at(-1) };
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
  row(mode, 'any', '', round(((await engine.bytes()) - before) / 10_000));
  await close();
}

const redis = await ownRedis();
const database = await ownDatabase();
const servers = { redis: redis.url, postgres: database.url };
const engineOf = { redisStore: redis, bullmqQueue: redis, postgresStore: database, pgBossQueue: database };
try {
  const { length, 0: cpu } = cpus();
  console.log(
    `Node ${process.version}, ${length} × ${cpu.model}, Redis ${redis.version}, PostgreSQL ${database.version}`,
  );
  console.log(`Load average of the machine before: ${loadavg()[0].toFixed(1)}`);
  head('One web process', 'mode', 'payload', 'deliveries/s', 'p50, ms', 'p99, ms', 'CPU, ms each', 'MB');
  for (const bytes of sizes) {
    for (const mode of names) {
      await engineOf[mode]?.empty();
      await measureWeb(mode, servers, bytes);
    }
  }
  head('One worker process, empty handler', 'queue', 'payload', 'concurrency', 'deliveries/s', 'CPU, ms each');
  const held = [];
  for (const bytes of sizes) {
    for (const mode of ['bullmqQueue', 'pgBossQueue']) {
      held.push(await measureQueue(mode, servers, engineOf[mode], bytes));
    }
  }
  head('Bytes a delivery', 'what', 'payload', 'waiting', 'done');
  for (const { mode, bytes, waiting, done } of held) row(mode, `${bytes} B`, round(waiting), round(done));
  for (const mode of ['redisStore', 'postgresStore']) await measureStore(mode, servers, engineOf[mode]);
} finally {
  await redis.remove();
  await database.remove();
}
