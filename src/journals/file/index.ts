export type { JournalSeal } from '../../foundations/contracts/journal';
export { fileJournal } from './file-journal';
export type { FileJournalOptions } from './options';
