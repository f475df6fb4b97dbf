export type { PostgresPool } from './pool';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store';
