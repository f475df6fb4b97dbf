import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startPostgres } from '../../kit/own-postgres';
import { startRedis } from '../../kit/own-redis';
import type { EngineName } from './engine';

/** The server of an engine, of the test's own. */
export interface EngineServer {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** How many jobs of a namespace are not done: waiting, running or dead. */
  pending(namespace: string): Promise<number>;
  remove(): Promise<void>;
}

export async function startServer(engine: Exclude<EngineName, 'pglite'>): Promise<EngineServer> {
  if (engine === 'bullmq') {
    const redis = await startRedis();
    return { ...redis, pending: (namespace) => pendingInRedis(redis.url, namespace) };
  }
  const postgres = await startPostgres();
  return { ...postgres, pending: () => pendingInPostgres(postgres.url) };
}

/** All states in one transaction: a job that moves from one to the next is in one of them. */
async function pendingInRedis(url: string, namespace: string): Promise<number> {
  const redis = new Redis(url);
  const queue = `{bigmind-webhooks:${namespace}}:deliveries`;
  const counting = redis.multi();
  for (const state of ['wait', 'active', 'paused']) counting.llen(`${queue}:${state}`);
  for (const state of ['delayed', 'prioritized', 'failed']) counting.zcard(`${queue}:${state}`);
  const counted = (await counting.exec()) ?? [];
  await redis.quit();
  return counted.reduce((sum, [failed, count]) => {
    if (failed) throw failed;
    return sum + Number(count);
  }, 0);
}

async function pendingInPostgres(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  // Dead ones wait in a queue of their own, and so do the records of workers.
  const { rows } = await client.query<{ count: string }>(
    "SELECT count(*) FROM pgboss.job WHERE name LIKE 'bigmind-webhooks/%' AND name NOT LIKE '%/workers' AND state < 'completed'",
  );
  await client.end();
  return Number(rows[0]?.count);
}
