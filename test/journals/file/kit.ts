import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal, JournalQuery, JournalRecord } from '../../../src/foundations/contracts/journal';
import type { Logger } from '../../../src/foundations/contracts/logger';
import { type FileJournalOptions, fileJournal } from '../../../src/journals/file';
import { silent } from './silent';

export { entries, entry, keysOf } from '../../../src/testing/journal-promises/bench';
export { end } from '../../../src/testing/journal-promises/ending';

const folders: string[] = [];
const journals: Journal[] = [];

/** The name of a folder that does not exist yet. It is removed after the test. */
export function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'journal-'));
  folders.push(parent);
  return join(parent, 'journal');
}

export async function cleanUp(): Promise<void> {
  for (const journal of journals.splice(0)) await journal.close?.();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface OpenedWith {
  readonly clock?: { now(): number };
  readonly logger?: Logger;
}

/** An open journal. It is closed after the test. */
export function openJournal(
  options: FileJournalOptions,
  { clock = Date, logger = silent }: OpenedWith = {},
): Required<Journal> {
  const journal = fileJournal(options) as Required<Journal>;
  journal.open({ clock, logger });
  journals.push(journal);
  return journal;
}

export async function all(journal: Journal, query: Partial<JournalQuery> = {}): Promise<JournalRecord[]> {
  const found: JournalRecord[] = [];
  for await (const record of journal.find({ order: 'oldest first', ...query })) found.push(record);
  return found;
}

export async function keys(journal: Journal, query?: Partial<JournalQuery>): Promise<string[]> {
  return (await all(journal, query)).map(({ key }) => key);
}
