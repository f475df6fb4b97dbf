// The connections of a user: by their package's name, each the `pool` or `client` that a store or a journal takes, and how it ends.
// `adapter` has the lines of docs/stores.md.
import { adapter } from './adapter.mjs';

const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;

export const connections = {
  async ioredis() {
    const { default: Redis } = await import('ioredis');
    const client = new Redis(redisUrl);
    return { client, end: () => client.quit() };
  },
  async redis() {
    const { createClient } = await import('redis');
    const client = createClient({ url: redisUrl });
    await client.connect();
    return { client, end: () => client.disconnect() };
  },
  async '@upstash/redis'() {
    const { Redis } = await import('@upstash/redis');
    const { serveUpstash } = await import('./upstash-server.mjs');
    const server = await serveUpstash(redisUrl);
    const upstash = new Redis({
      url: server.url,
      token: 'any',
      enableTelemetry: false,
      automaticDeserialization: false,
    });
    return { client: adapter({ upstash }), end: server.close };
  },
  async '@valkey/valkey-glide'() {
    const { GlideClient } = await import('@valkey/valkey-glide');
    const { hostname, port } = new URL(redisUrl);
    const glide = await GlideClient.createClient({ addresses: [{ host: hostname, port: Number(port) || 6379 }] });
    return { client: adapter({ glide }), end: () => glide.close() };
  },
  async pg() {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: databaseUrl });
    return { pool, end: () => pool.end() };
  },
  async '@electric-sql/pglite'() {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite = new PGlite();
    return { pool: pglite, end: () => pglite.close() };
  },
  async postgres() {
    const { default: postgres } = await import('postgres');
    const sql = postgres(databaseUrl, { onnotice() {} });
    return { pool: adapter({ sql }), end: () => sql.end() };
  },
  async 'pg-promise'() {
    const { default: pgPromise } = await import('pg-promise');
    const db = pgPromise()(databaseUrl);
    return { pool: adapter({ db }), end: () => db.$pool.end() };
  },
  async typeorm() {
    const { DataSource } = await import('typeorm');
    const dataSource = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
    return { pool: adapter({ dataSource }), end: () => dataSource.destroy() };
  },
  async sequelize() {
    const { Sequelize } = await import('sequelize');
    const sequelize = new Sequelize(databaseUrl, { logging: false });
    return { pool: adapter({ sequelize }), end: () => sequelize.close() };
  },
  async kysely() {
    const [{ CompiledQuery, Kysely, PostgresDialect }, { default: pg }] = await Promise.all([
      import('kysely'),
      import('pg'),
    ]);
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl }) }) });
    return { pool: adapter({ db, CompiledQuery }), end: () => db.destroy() };
  },
  async knex() {
    const { default: knexOf } = await import('knex');
    const knex = knexOf({ client: 'pg', connection: databaseUrl });
    return { pool: adapter({ knex }), end: () => knex.destroy() };
  },
  async 'drizzle-orm'() {
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const db = drizzle(databaseUrl);
    return { pool: adapter({ db }), end: () => db.$client.end() };
  },
  async '@prisma/client'() {
    const { makePrisma } = await import('./prisma.mjs');
    const prisma = await makePrisma(databaseUrl);
    return { pool: adapter({ prisma }), end: () => prisma.$disconnect() };
  },
};
