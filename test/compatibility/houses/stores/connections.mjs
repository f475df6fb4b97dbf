// The connections of a user: by their package's name, each a store on it. `adapter` has the lines of docs/stores.md.
import { adapter } from './adapter.mjs';

const { postgresStore } = await import('bigmind-webhooks/postgres');
const { redisStore } = await import('bigmind-webhooks/redis');
const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;

/** A store in PostgreSQL, whose rows are removed at the end. */
async function inPostgres(namespace, pool, end) {
  const store = postgresStore({ pool, namespace });
  await store.migrate();
  const close = async () => {
    await pool.query('DELETE FROM bigmind_webhook_deliveries WHERE namespace = $1', [namespace]);
    await end();
  };
  return { store, close };
}

/** A store in Redis; its keys end by themselves. */
const inRedis = (namespace, client, close) => ({ store: redisStore({ client, namespace }), close });

export const connections = {
  async ioredis(namespace) {
    const { default: Redis } = await import('ioredis');
    const client = new Redis(redisUrl);
    return inRedis(namespace, client, () => client.quit());
  },
  async redis(namespace) {
    const { createClient } = await import('redis');
    const client = createClient({ url: redisUrl });
    await client.connect();
    return inRedis(namespace, client, () => client.disconnect());
  },
  async '@upstash/redis'(namespace) {
    const { Redis } = await import('@upstash/redis');
    const { serveUpstash } = await import('./upstash-server.mjs');
    const server = await serveUpstash(redisUrl);
    const upstash = new Redis({
      url: server.url,
      token: 'any',
      enableTelemetry: false,
      automaticDeserialization: false,
    });
    return inRedis(namespace, adapter({ upstash }), server.close);
  },
  async '@valkey/valkey-glide'(namespace) {
    const { GlideClient } = await import('@valkey/valkey-glide');
    const { hostname, port } = new URL(redisUrl);
    const glide = await GlideClient.createClient({ addresses: [{ host: hostname, port: Number(port) || 6379 }] });
    return inRedis(namespace, adapter({ glide }), () => glide.close());
  },
  async pg(namespace) {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: databaseUrl });
    return await inPostgres(namespace, pool, () => pool.end());
  },
  async '@electric-sql/pglite'(namespace) {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = new PGlite();
    return await inPostgres(namespace, pglite, () => pglite.close());
  },
  async postgres(namespace) {
    const { default: postgres } = await import('postgres');
    const sql = postgres(databaseUrl, { onnotice() {} });
    return await inPostgres(namespace, adapter({ sql }), () => sql.end());
  },
  async 'pg-promise'(namespace) {
    const { default: pgPromise } = await import('pg-promise');
    const db = pgPromise()(databaseUrl);
    return await inPostgres(namespace, adapter({ db }), () => db.$pool.end());
  },
  async typeorm(namespace) {
    const { DataSource } = await import('typeorm');
    const dataSource = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
    return await inPostgres(namespace, adapter({ dataSource }), () => dataSource.destroy());
  },
  async sequelize(namespace) {
    const { Sequelize } = await import('sequelize');
    const sequelize = new Sequelize(databaseUrl, { logging: false });
    return await inPostgres(namespace, adapter({ sequelize }), () => sequelize.close());
  },
  async kysely(namespace) {
    const [{ CompiledQuery, Kysely, PostgresDialect }, { default: pg }] = await Promise.all([
      import('kysely'),
      import('pg'),
    ]);
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl }) }) });
    return await inPostgres(namespace, adapter({ db, CompiledQuery }), () => db.destroy());
  },
  async knex(namespace) {
    const { default: knexOf } = await import('knex');
    const knex = knexOf({ client: 'pg', connection: databaseUrl });
    return await inPostgres(namespace, adapter({ knex }), () => knex.destroy());
  },
  async 'drizzle-orm'(namespace) {
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const db = drizzle(databaseUrl);
    return await inPostgres(namespace, adapter({ db }), () => db.$client.end());
  },
  async '@prisma/client'(namespace) {
    const { makePrisma } = await import('./prisma.mjs');
    const prisma = await makePrisma(databaseUrl);
    return await inPostgres(namespace, adapter({ prisma }), () => prisma.$disconnect());
  },
};
