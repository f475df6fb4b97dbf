export { type PostgresPool, type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store';
