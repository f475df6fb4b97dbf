// The receiver, the same in every process: one takes deliveries, others handle them.
import { bigmindWebhooks } from 'bigmind-webhooks';
import { pgBossQueue } from 'bigmind-webhooks/pg-boss';
import { postgresStore } from 'bigmind-webhooks/postgres';
import pg from 'pg';
import PgBoss from 'pg-boss'; // in pg-boss 12: import { PgBoss } from 'pg-boss'
import { registerHandlers } from './handlers.js';

const namespace = 'example';
const connectionString = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A connection may die without a word: after these times it is thrown away. */
const database = { connectionString, max: 5, connectionTimeoutMillis: 2000, query_timeout: 5000 };

const boss = new PgBoss(database);
boss.on('error', (error) => console.error('pg-boss:', error.message));
await boss.start();

const pool = new pg.Pool(database);
pool.on('error', (error) => console.error('PostgreSQL:', error.message));
const store = postgresStore({ pool, namespace });
await store.migrate();

export const webhooks = bigmindWebhooks({
  queue: pgBossQueue({ boss, namespace, attempts: Number(process.env.ATTEMPTS ?? 12) }),
  deduplicate: { store },
});
registerHandlers(webhooks);

/** To be called when `webhooks` is closed. */
export async function disconnect() {
  await boss.stop({ graceful: false });
  await pool.end();
}
