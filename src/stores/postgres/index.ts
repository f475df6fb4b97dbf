export type { PostgresPool } from '../../foundations/postgres-pool';
export {
  type JournalSeal,
  type PostgresJournal,
  type PostgresJournalOptions,
  postgresJournal,
} from '../../journals/postgres/index';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store';
