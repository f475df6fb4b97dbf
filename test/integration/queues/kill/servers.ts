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
  /** The jobs of a namespace that are not done, by where they are: waiting, running or dead. Empty if there is none. */
  pending(namespace: string): Promise<Readonly<Record<string, number>>>;
  remove(): Promise<void>;
}

export async function startServer(engine: Exclude<EngineName, 'pglite'>): Promise<EngineServer> {
  if (engine === 'bullmq') {
    const redis = await startRedis();
    return { ...redis, pending: (namespace) => pendingInRedis(redis.url, namespace) };
  }
  const postgres = await startPostgres();
  return { ...postgres, pending: (namespace) => pendingInPostgres(postgres.url, namespace) };
}

/** All states in one transaction: a job that moves from one to the next is in one of them. */
async function pendingInRedis(url: string, namespace: string): Promise<Record<string, number>> {
  const redis = new Redis(url);
  const queue = `{bigmind-webhooks:${namespace}}:deliveries`;
  const lists = ['wait', 'active', 'paused'];
  const sets = ['delayed', 'prioritized', 'failed'];
  const counting = redis.multi();
  for (const state of lists) counting.llen(`${queue}:${state}`);
  for (const state of sets) counting.zcard(`${queue}:${state}`);
  const counted = (await counting.exec()) ?? [];
  await redis.quit();
  const counts = counted.map(([failed, count]) => {
    if (failed) throw failed;
    return Number(count);
  });
  return Object.fromEntries(
    [...lists, ...sets].map((state, at) => [state, counts[at] ?? 0]).filter(([, count]) => count),
  );
}

async function pendingInPostgres(connectionString: string, namespace: string): Promise<Record<string, number>> {
  const client = new Client({ connectionString });
  await client.connect();
  // Dead ones wait in a queue of their own, and so do the records of workers.
  const { rows } = await client.query<{ name: string; state: string; count: string }>(
    `SELECT name, state::text, count(*) FROM pgboss.job
     WHERE name LIKE $1 AND name NOT LIKE '%/workers' AND state < 'completed' GROUP BY name, state`,
    [`bigmind-webhooks/${namespace}%`],
  );
  await client.end();
  return Object.fromEntries(rows.map(({ name, state, count }) => [`${name} ${state}`, Number(count)]));
}
