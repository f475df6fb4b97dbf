export type { PgBossClient, PgBossDb, PgBossJob, PgBossQueueSettings } from './client';
export type { PgBossQueueOptions } from './options';
export { pgBossQueue } from './pg-boss-queue';
export { type PgliteClient, pgliteDb } from './pglite-db';
