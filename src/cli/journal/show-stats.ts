import { answerOf } from '../app/answer';
import type { Io } from '../io';
import { jsonLine } from '../json-line';
import { theJournal, withJournal } from './with-journal';

export interface StatsOptions {
  readonly app: string;
  readonly json?: true;
}

/** `journal stats`: what the journal holds. */
export async function showStats({ app, json }: StatsOptions, io: Io): Promise<void> {
  await withJournal(app, io, async (journal) => {
    const { entries, bytes, oldest, newest, unreadable } = await answerOf(journal.stats(), theJournal, io);
    if (json) {
      io.stdout.write(jsonLine({ entries, bytes, oldest, newest, unreadable }));
      return;
    }
    io.stdout.write(`deliveries  ${entries}\nbytes       ${bytes}\n`);
    if (oldest !== undefined) io.stdout.write(`oldest      ${oldest.toISOString()}\n`);
    if (newest !== undefined) io.stdout.write(`newest      ${newest.toISOString()}\n`);
    io.stdout.write(`unreadable  ${unreadable}\n`);
  });
}
