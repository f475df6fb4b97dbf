// The queue of the engine that is named as argument, on a server of its own where it needs one: the whole contract of a queue,
// a worker that is killed, then deliveries that another receiver works on. Started again with the place of the queue as second
// argument, it is the worker that is killed.
import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kit from './kit.cjs';

const { queueContract } = await import('bigmind-webhooks/testing');

/** A Redis that keeps everything on disk. */
async function startRedis() {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  const folder = mkdtempSync(join(tmpdir(), 'compatibility-redis-'));
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--appendonly', 'yes'];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  await once(server, 'spawn');
  while (!(await answers(port))) await kit.delay(50);
  const remove = async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, remove };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const engines = {
  async bullmq(place) {
    const { bullmqQueue } = await import('bigmind-webhooks/bullmq');
    const { default: Redis } = await import('ioredis');
    const { port, remove } = place ?? (await startRedis());
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    const make = (namespace, options) =>
      bullmqQueue({ connection: client, namespace, attempts: 3, backoffMs: 40, ...options });
    const close = async () => {
      client.disconnect();
      await remove();
    };
    return { make, close, place: { port }, pauseMs: 20 };
  },
  async 'pg-boss'(place) {
    const { pgBossQueue } = await import('bigmind-webhooks/pg-boss');
    const module = await import('pg-boss');
    const PgBoss = module.PgBoss ?? module.default;
    const schema = place?.schema ?? `compatibility_${randomUUID().replaceAll('-', '')}`;
    const boss = new PgBoss({
      connectionString: process.env.DATABASE_URL,
      schema,
      schedule: false,
      maintenanceIntervalSeconds: 1,
      max: 5,
    });
    boss.on('error', console.error);
    await boss.start();
    const make = (namespace, options) =>
      pgBossQueue({ boss, schema, namespace, attempts: 3, backoffMs: 1, pollMs: 50, ...options });
    const close = async () => {
      await boss.stop({ graceful: false });
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    };
    return { make, close, place: { schema }, pauseMs: 1000 };
  },
};

const [, program, engine, given] = process.argv;
const { make, close, place, pauseMs } = await engines[engine](given && JSON.parse(given));
const oneAttempt = { attempts: 1, lostAfterMs: 1000 };
if (given !== undefined) {
  const hanging = make(JSON.parse(given).namespace, oneAttempt);
  hanging.open({ maxRunMs: 60_000, logger: console });
  await hanging.work(
    async ({ key }) => {
      process.send(key);
      await new Promise(() => {});
    },
    { concurrency: 1 },
  );
  await new Promise(() => {});
}
const failed = [];
// Made one by one: PostgreSQL lets only one of two go on that would make its tables at the same time.
const queues = [];
const open = () => ({ queue: queues.pop() });
const cases = queueContract({ open, pauseMs, patienceMs: 30_000 });
for (let count = 0; count < cases.length; count += 1) {
  const queue = make(`compatibility-${randomUUID()}`);
  await queue.deadJobs.list({ limit: 1, offset: 0 });
  queues.push(queue);
}
const runCase = ({ name, run }) => run().catch((error) => failed.push(new Error(name, { cause: error })));
// With pg-boss, whose pauses are whole seconds, the cases wait nearly all the time.
if (pauseMs > 500) await Promise.all(cases.map(runCase));
else for (const each of cases) await runCase(each);
if (failed.length > 0) {
  for (const error of failed) console.error(error);
  await close();
  process.exit(1);
}
kit.proved(`${cases.length} promises of a queue`);

{
  const namespace = `compatibility-${randomUUID()}`;
  const queue = make(namespace, oneAttempt);
  const front = kit.receiver({ queue });
  const { status } = await front.receive(kit.delivery('notes_created'));
  const child = fork(program, [engine, JSON.stringify({ ...place, namespace })]);
  const [key] = await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const ran = [];
  const run = async (job) => {
    ran.push(job.key);
    return 'done';
  };
  const worker = await queue.work(run, { concurrency: 1 });
  for (let waited = 0; ran.length === 0 && waited < 20_000; waited += 50) await kit.delay(50);
  await worker.close(1000);
  const dead = await front.deadLetters.list();
  if (status !== 200 || ran.join() !== key || dead.length > 0) {
    throw new Error(`A worker was killed: ${status}, ran ${ran.length} times, ${dead.length} dead`);
  }
  kit.proved('what a killed worker had runs elsewhere');
  await front.close();
}

const namespace = `compatibility-${randomUUID()}`;
const front = kit.receiver({ queue: make(namespace) });
const worker = kit.receiver({ queue: make(namespace) });
await worker.work();
const before = kit.seen.length;
const { status } = await front.receive(kit.delivery('notes_created'));
const forged = await front.receive(kit.delivery('notes_created', 'the secret of somebody else'));
for (let waited = 0; kit.seen.length === before && waited < 20_000; waited += 50) await kit.delay(50);
if (status !== 200 || forged.status !== 401 || kit.seen.length !== before + 1) {
  throw new Error(`answered ${status} and ${forged.status}, handled ${kit.seen.length - before}`);
}
kit.proved('signed', 'forged');
await Promise.all([front.close(), worker.close()]);
await close();
process.exit(0);
