export type { PostgresJournalOptions } from './options';
export { type PostgresJournal, postgresJournal } from './postgres-journal';
