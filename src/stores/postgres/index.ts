export type { PostgresPool } from '../../foundations/postgres-pool';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store';
