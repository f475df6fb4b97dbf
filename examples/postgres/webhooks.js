// The receiver, the same in every process: one takes deliveries, others handle them.
import { bigmindWebhooks } from 'bigmind-webhooks';
import { pgBossQueue } from 'bigmind-webhooks/pg-boss';
import { postgresStore } from 'bigmind-webhooks/postgres';
import pg from 'pg';
import PgBoss from 'pg-boss'; // in pg-boss 12: import { PgBoss } from 'pg-boss'
import { registerHandlers } from './handlers.js';

const namespace = 'example';
const connectionString = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const boss = new PgBoss({ connectionString, max: 5 });
boss.on('error', (error) => console.error('pg-boss:', error.message));
await boss.start();

const pool = new pg.Pool({ connectionString, max: 5 });
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
