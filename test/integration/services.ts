import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
export const databaseUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const namespaces: string[] = [];

/** A namespace nobody else uses, so that tests may share a server, and run at the same time. */
export function freshNamespace(): string {
  const namespace = `test-${randomUUID()}`;
  namespaces.push(namespace);
  return namespace;
}

/** Removes from the shared servers what this test file left there, for its `afterAll`. */
export async function forgetNamespaces(): Promise<void> {
  const redis = await connectRedis();
  const found: AsyncIterable<string[]> = redis.scanStream({ match: '*test-*', count: 1000 });
  for await (const keys of found) {
    const ours = keys.filter((key) => namespaces.some((namespace) => key.includes(namespace)));
    if (ours.length > 0) await redis.unlink(...ours);
  }
  await redis.quit();
  const pool = await connectPostgres();
  const { rows } = await pool.query("SELECT to_regclass('bigmind_webhook_deliveries') IS NOT NULL AS migrated");
  if ((rows[0] as { migrated: boolean }).migrated) {
    await pool.query('DELETE FROM bigmind_webhook_deliveries WHERE namespace = ANY ($1)', [namespaces]);
  }
  await pool.end();
}

/** A connected client, or an error that says what is missing: these tests fail without their services, never skip. */
export async function connectRedis(): Promise<Redis> {
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  await redis.connect().catch((cause: unknown) => {
    throw new Error(`No Redis answers at ${redisUrl}: start one, or set REDIS_URL.`, { cause });
  });
  return redis;
}

export async function connectPostgres(): Promise<Pool> {
  const pool = new Pool({ connectionString: databaseUrl, connectionTimeoutMillis: 5000, max: 10 });
  await pool.query('SELECT 1').catch((cause: unknown) => {
    throw new Error(`No PostgreSQL answers at ${databaseUrl}: start one, or set DATABASE_URL.`, { cause });
  });
  return pool;
}
