// The servers that are measured: a Redis of the script's own, which keeps what it acknowledges as in production, and a
// database of its own in the PostgreSQL at DATABASE_URL.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';

/** `appendonly yes` with Redis' default, `appendfsync everysec`. */
export async function ownRedis() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'scaling-redis-'));
  const settings = ['--bind', '127.0.0.1', '--port', port, '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const server = spawn('redis-server', settings.map(String), { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const client = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: 200 });
  client.on('error', () => {});
  const numberIn = async (section, name) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await client.info(section))[1]);
  const about = await Promise.race([client.info('server'), ended.then(() => {})]).catch((cause) => cause);
  if (typeof about !== 'string') {
    client.disconnect();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
    throw new Error('redis-server could not be started', { cause: about });
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    version: /redis_version:(\S+)/.exec(about)[1],
    bytes: () => numberIn('memory', 'used_memory'),
    empty: () => client.flushall(),
    async remove() {
      client.disconnect();
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function ownDatabase() {
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');
  const name = `scaling_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const setting = async (what) => (await client.query(`SHOW ${what}`)).rows[0][what];
  const tables = `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 AS bytes FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'pgboss')`;
  return {
    url: url.href,
    number: (await setting('server_version')).split(' ')[0],
    version: `PostgreSQL ${await setting('server_version')}, fsync ${await setting('fsync')}, synchronous_commit ${await setting('synchronous_commit')}`,
    bytes: async () => (await client.query(tables)).rows[0].bytes,
    async empty() {
      await client.query('DROP SCHEMA IF EXISTS pgboss CASCADE; DROP TABLE IF EXISTS bigmind_webhook_deliveries');
    },
    async remove() {
      await client.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
