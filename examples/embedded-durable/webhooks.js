// The receiver, with its queue and its memory in a PostgreSQL that runs inside this process and keeps a folder.
import { PGlite } from '@electric-sql/pglite';
import { bigmindWebhooks } from 'bigmind-webhooks';
import { pgBossQueue, pgliteDb } from 'bigmind-webhooks/pg-boss';
import { postgresStore } from 'bigmind-webhooks/postgres';
import PgBoss from 'pg-boss'; // in pg-boss 12: import { PgBoss } from 'pg-boss'
import { registerHandlers } from './handlers.js';

const namespace = 'example';
// One process at a time may open the folder, and PGlite does not look whether another has.
const pglite = await PGlite.create(process.env.DATA_FOLDER ?? './data');

const boss = new PgBoss({ db: pgliteDb(pglite) });
boss.on('error', (error) => console.error('pg-boss:', error.message));
await boss.start();

const store = postgresStore({ pool: pglite, namespace });
await store.migrate();

export const webhooks = bigmindWebhooks({
  queue: pgBossQueue({ boss, namespace, attempts: Number(process.env.ATTEMPTS ?? 12) }),
  deduplicate: { store },
});
registerHandlers(webhooks);

/** To be called when `webhooks` is closed. */
export async function disconnect() {
  await boss.stop({ graceful: false });
  await pglite.close();
}
