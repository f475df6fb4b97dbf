export type { JournalSeal } from '../../foundations/contracts/journal';
export type { PostgresJournalOptions } from './options';
export { type PostgresJournal, postgresJournal } from './postgres-journal';
