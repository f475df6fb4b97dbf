import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { JournalEntry } from '../../../src/foundations/contracts/journal';
import { all, cleanUp, entries, entry, keys, keysOf, openJournal } from './kit';
import { damage, damageEntry, kept, named } from './large-file';
import { silent } from './silent';

// An index file is a shortcut, and never the truth.

afterEach(cleanUp);

const dayMs = 86_400_000;
const sorted = (texts: readonly string[]): string[] => texts.toSorted();

/** As the journal would write it. */
function forge(index: string, change: Readonly<Record<string, unknown>>, changeColumns = (_: Buffer) => {}): void {
  const content = readFileSync(index).subarray(0, -4);
  const start = content.indexOf('\n') + 1;
  changeColumns(content.subarray(start));
  const head = { ...(JSON.parse(content.toString('utf8', 0, start)) as object), ...change };
  const forged = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), content.subarray(start)]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(forged));
  writeFileSync(index, Buffer.concat([forged, sum]));
}

/** A file is moved out, its deliveries come again on the next day, and it is put back. */
async function movedBack() {
  const clock = { time: Date.parse('2026-05-01T12:00:00Z'), now: () => clock.time };
  const { directory, many, file, index } = await kept(() => ({ receivedAt: clock.time }), clock);
  const away = [file, index].map((path) => [path, `${directory}.${path.slice(-6)}`] as const);
  for (const [path, other] of away) renameSync(path, other);
  clock.time += dayMs;
  const journal = openJournal({ directory }, { clock });
  expect(await keys(journal)).toStrictEqual([]);
  for (const one of many) await journal.append(one);
  await journal.close();
  const [later = ''] = named(directory, '.ndjson');
  for (const [path, other] of away) renameSync(other, path);
  return { directory, many, first: file, second: later, clock };
}

const indexOf = (file: string): string => file.replace('.ndjson', '.index');

const indexed = [[], ['first'], ['second'], ['first', 'second']];
test.each(indexed.flatMap((files) => [[files, 'first'] as const, [files, 'second'] as const]))(
  'a file that was moved out and is put back is found once (indexes of %j), and so when the %s file is gone again',
  async (files, gone) => {
    const { directory, many, clock, ...paths } = await movedBack();
    for (const which of ['first', 'second'] as const) if (!files.includes(which)) unlinkSync(indexOf(paths[which]));
    const expectOnce = async (outcome: 'processed' | undefined): Promise<void> => {
      const journal = openJournal({ directory }, { clock });
      expect((await journal.stats()).entries).toBe(40);
      const found = await all(journal);
      expect(sorted(keysOf(found))).toEqual(sorted(keysOf(many)));
      // The first file has this end: it counts, whatever has an index.
      expect(found.find(({ key }) => key === many[1]?.key)?.end?.outcome).toBe(outcome);
      await journal.close();
    };
    await expectOnce('processed');
    await expectOnce('processed');
    unlinkSync(paths[gone]);
    await expectOnce(gone === 'first' ? undefined : 'processed');
  },
);

test('what the first of two files lost counts in the second, though an index of the first knows it', async () => {
  const { directory, many, first, clock } = await movedBack();
  damageEntry(first, many[20]?.key as string);
  const journal = openJournal({ directory }, { clock });
  expect(sorted(await keys(journal))).toEqual(sorted(keysOf(many)));
});

test('a repeat of an entry whose line was damaged is kept anew, and a repeat of a whole one is not', async () => {
  const { directory, many, file } = await kept();
  const [damaged, whole] = [many[20], many[21]] as [JournalEntry, JournalEntry];
  damageEntry(file, damaged.key);
  const journal = openJournal({ directory });
  const { bytes } = await journal.stats();
  await journal.append(whole);
  expect((await journal.stats()).bytes).toBe(bytes);
  await journal.append(damaged);
  expect(await journal.stats()).toMatchObject({ entries: 40, unreadable: 1 });
  await journal.close();
  const again = openJournal({ directory });
  expect(sorted(await keys(again))).toEqual(sorted(keysOf(many)));
  expect((await all(again, { key: damaged.key }))[0]?.rawBody).toEqual(damaged.rawBody);
});

test.each([
  ['tenant', () => ({ tenant: 'acme-corp' })],
  ['key', ({ key }: JournalEntry) => ({ key })],
  ['time', () => ({ before: 1001 })],
] as const)('forgetting by %s leaves nothing of a line that was damaged', async (_, which) => {
  const { directory, many, file } = await kept((index) => ({ tenant: index === 0 ? 'acme-corp' : 'other' }));
  const [damaged, ...others] = many as [JournalEntry, ...JournalEntry[]];
  damageEntry(file, damaged.key);
  const journal = openJournal({ directory });
  await journal.forget(which(damaged));
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('acme-corp');
  expect(text).not.toContain(damaged.key);
  expect(await keys(journal)).toEqual(keysOf(others));
  expect((await journal.stats()).unreadable).toBe(0);
});

test('a search over much damage writes and removes no file, and tells the log once; the next start reads the file', async () => {
  const { directory, many, file, index } = await kept();
  for (const { key } of many.slice(5, 35)) damageEntry(file, key);
  const before = statSync(index);
  const warnings: unknown[] = [];
  const logger = { ...silent, warn: (...given: unknown[]) => void warnings.push(given) };
  const journal = openJournal({ directory }, { logger });
  const left = keysOf([...many.slice(0, 5), ...many.slice(35)]);
  expect(await keys(journal)).toEqual(left);
  expect(await keys(journal, { order: 'newest first' })).toEqual(left.toReversed());
  // The writer has its turn, too.
  const later = entry();
  await journal.append(later);
  expect(statSync(index)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs, size: before.size });
  const name = file.slice(directory.length + 1);
  expect(warnings).toEqual([[{ file: name }, 'A file of the journal has lines that cannot be read']]);
  await journal.close();
  expect(named(directory, '.index')).toStrictEqual([]);
  expect(await openJournal({ directory }).stats()).toMatchObject({ entries: 11, unreadable: 30 });
  expect(named(directory, '.index')).toEqual([index]);
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['no entry', { count: 0 }],
  ['an entry less', { count: 39 }],
  ['an entry more', { count: 41 }],
  ['a negative count', { count: -1 }],
  ['half an entry', { count: 39.5 }],
  ['more than a number', { count: '40' }],
  ['a huge count', { count: 2 ** 40 }],
  ['no size', { size: 0, tail: 0 }],
  ['a negative size', { size: -1, tail: 0 }],
  ['a size that is null', { size: null, tail: 0 }],
  ['a size that is a text', { size: '', tail: 0 }],
  ['more than the file', { size: 2 ** 40 }],
  ['lines that cannot be counted', { unreadable: -1 }],
  ['another version', { version: 1 }],
])('an index with %s is not used, though its checksum is right', async (_, change) => {
  const { directory, many, file, index } = await kept();
  forge(index, change);
  damageEntry(file, many[20]?.key as string);
  const journal = openJournal({ directory });
  // Known at once: it was read.
  expect(await journal.stats()).toMatchObject({ entries: 39, unreadable: 1 });
  expect(await keys(journal)).toEqual(keysOf(many.filter((_one, at) => at !== 20)));
});

test('what an index has at a wrong place is found after the next start, once, also if it was repeated', async () => {
  const { directory, many, index } = await kept();
  const offsetAt = (number: number): number => (number * 8 + 4) * 4;
  forge(index, {}, (columns) => {
    const [one, other] = [columns.readUInt32LE(offsetAt(20)), columns.readUInt32LE(offsetAt(21))];
    columns.writeUInt32LE(other, offsetAt(20));
    columns.writeUInt32LE(one, offsetAt(21));
  });
  const journal = openJournal({ directory });
  expect(await keys(journal)).toEqual(keysOf([...many.slice(0, 20), ...many.slice(22)]));
  await journal.append(many[20] as JournalEntry);
  expect(await keys(journal)).toHaveLength(39);
  await journal.close();
  expect(await keys(openJournal({ directory }))).toEqual(keysOf(many));
});

test('the same index with nothing changed is used', async () => {
  const { directory, many, file, index } = await kept();
  forge(index, {});
  damageEntry(file, many[20]?.key as string);
  expect(await openJournal({ directory }).stats()).toMatchObject({ entries: 40, unreadable: 0 });
});

test.each<[string, (index: string) => void]>([
  ['a folder', (index) => mkdirSync(index)],
  ['a pipe', (index) => execFileSync('mkfifo', [index])],
])('%s in the place of an index holds up neither the start nor a search nor what is forgotten', async (_, put) => {
  const { directory, many, file, index } = await kept();
  unlinkSync(index);
  put(index);
  const journal = openJournal({ directory });
  expect(await keys(journal)).toEqual(keysOf(many));
  damage(file);
  expect(await keys(journal)).toHaveLength(39);
  expect(await journal.forget({ key: many[3]?.key as string })).toBe(1);
  expect(await keys(journal)).toHaveLength(38);
  await journal.append(entries(1)[0] as JournalEntry);
  await journal.close();
  expect(await keys(openJournal({ directory }))).toHaveLength(39);
});
