// The queue of the engine that is named as argument, on a server of its own where it needs one: the whole contract of a queue,
// then deliveries that another receiver works on.
import { spawn } from 'node:child_process';
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
  async bullmq() {
    const { bullmqQueue } = await import('bigmind-webhooks/bullmq');
    const { default: Redis } = await import('ioredis');
    const { port, remove } = await startRedis();
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    const make = (namespace) => bullmqQueue({ connection: client, namespace, attempts: 3, backoffMs: 40 });
    const close = async () => {
      client.disconnect();
      await remove();
    };
    return { make, close, pauseMs: 20 };
  },
  async 'pg-boss'() {
    const { pgBossQueue } = await import('bigmind-webhooks/pg-boss');
    const module = await import('pg-boss');
    const PgBoss = module.PgBoss ?? module.default;
    const schema = `compatibility_${randomUUID().replaceAll('-', '')}`;
    const boss = new PgBoss({
      connectionString: process.env.DATABASE_URL,
      schema,
      schedule: false,
      maintenanceIntervalSeconds: 1,
      max: 5,
    });
    boss.on('error', console.error);
    await boss.start();
    const make = (namespace) => pgBossQueue({ boss, schema, namespace, attempts: 3, backoffMs: 1, pollMs: 50 });
    const close = async () => {
      await boss.stop({ graceful: false });
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    };
    return { make, close, pauseMs: 1000 };
  },
};

const { make, close, pauseMs } = await engines[process.argv[2]]();
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
