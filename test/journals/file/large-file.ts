import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../../src/foundations/contracts/journal';
import { end, entries, newFolder, openJournal } from './kit';

export const named = (directory: string, ending: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, name));

/** A closed journal of more than a megabyte: a smaller file is read as fast as its index. The second entry has an end. */
export async function kept(
  overrides: (index: number) => Partial<JournalEntry> = () => ({}),
  clock: { now(): number } = Date,
) {
  const directory = newFolder();
  const journal = openJournal({ directory }, { clock });
  const many = entries(40, (index) => ({
    rawBody: Buffer.alloc(40_000, index),
    receivedAt: 1000 + index,
    ...overrides(index),
  }));
  for (const one of many) await journal.append(one);
  await journal.ended(many[1]?.key as string, end('processed', ['crm']));
  await journal.close();
  const [file = ''] = named(directory, '.ndjson');
  return { directory, many, file, index: file.replace('.ndjson', '.index') };
}

/** Changes the byte in the middle, so that only reading it shows the change. */
export function damage(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  // Whatever the byte was: an index has parts of random keys.
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, bytes);
}

/** Changes a byte of the body in the line of a key. */
export function damageEntry(file: string, key: string): void {
  const bytes = readFileSync(file);
  bytes.write('?', bytes.indexOf('"body":"', bytes.indexOf(`"key":"${key}"`)) + 8);
  writeFileSync(file, bytes);
}
