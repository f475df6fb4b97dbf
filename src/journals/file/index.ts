export { fileJournal } from './file-journal';
export type { FileJournalOptions } from './options';
export type { JournalSeal } from './seal';
