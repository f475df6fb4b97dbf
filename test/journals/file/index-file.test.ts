import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../../../src/foundations/contracts/journal';
import { all, cleanUp, end, entries, keys, keysOf, newFolder, openJournal } from './kit';
import { damage, kept, named } from './large-file';

afterEach(cleanUp);

test('a start reads the index of a large file instead of the file, and finds all that it knew', async () => {
  const { directory, many, file, index } = await kept();
  expect(named(directory, '.index')).toEqual([index]);
  expect(statSync(index).mode & 0o777).toBe(0o600);
  expect(statSync(index).size).toBeLessThan(4000);
  damage(file);
  const journal = openJournal({ directory });
  const { length: bytes } = readFileSync(file);
  expect(await journal.stats()).toEqual({ entries: 40, bytes, oldest: 1000, newest: 1039, unreadable: 0 });
  // It was not read until now.
  expect(await keys(journal)).toHaveLength(39);
  expect(await journal.stats()).toMatchObject({ entries: 39, unreadable: 1 });
  expect(await keys(journal, { outcomes: ['processed'] })).toEqual([many[1]?.key]);
});

test('what is found damaged may come again, and is found once after the next start', async () => {
  const { directory, many, file } = await kept();
  damage(file);
  const journal = openJournal({ directory });
  const left = await keys(journal);
  const lost = many.find(({ key }) => !left.includes(key)) as JournalEntry;
  await journal.append(lost);
  // As after a crash: nothing is written at the end.
  const copy = newFolder();
  cpSync(directory, copy, { recursive: true, filter: (path) => !path.includes('lock.') });
  const again = openJournal({ directory: copy });
  expect(await keys(again)).toEqual([...left, lost.key]);
  expect((await all(again, { key: lost.key }))[0]?.rawBody).toEqual(lost.rawBody);
});

test('what came behind the index is read: entries, ends, and a line that a crash cut short', async () => {
  const { directory, many, file } = await kept();
  const journal = openJournal({ directory });
  const later = entries(3);
  for (const one of later) await journal.append(one);
  await journal.ended(many[1]?.key as string, { ...end('failed', ['mail']), endedAt: Date.now() + 1 });
  const copy = newFolder();
  cpSync(directory, copy, { recursive: true, filter: (path) => !path.includes('lock.') });
  writeFileSync(join(copy, file.slice(directory.length)), '{"version":1,"rec', { flag: 'a' });
  for (let starts = 0; starts < 2; starts += 1) {
    const again = openJournal({ directory: copy });
    expect(await keys(again)).toEqual(keysOf([...many, ...later]));
    const [ended] = await all(again, { key: many[1]?.key as string });
    expect(ended?.end).toMatchObject({ outcome: 'failed', succeeded: ['crm', 'mail'] });
    expect((await again.stats()).unreadable).toBe(1);
    await again.close();
  }
});

test.each<[string, (index: string, file: string) => void]>([
  ['missing', (index) => unlinkSync(index)],
  ['empty', (index) => writeFileSync(index, '')],
  ['cut short', (index) => truncateSync(index, statSync(index).size - 9)],
  ['changed', (index) => damage(index)],
  ['longer', (index) => writeFileSync(index, 'more', { flag: 'a' })],
  ['no index', (index) => writeFileSync(index, 'something else, whatever it is\nand more of it')],
  [
    'that of another file of the same length',
    (_, file) => writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd().split('\n').toReversed().join('\n')}\n`),
  ],
])('an index that is %s is not used: the file is read', async (_, change) => {
  const { directory, many, file, index } = await kept();
  damage(file);
  change(index, file);
  const journal = openJournal({ directory });
  // Known at once.
  expect((await journal.stats()).unreadable).toBeGreaterThan(0);
  const found = await keys(journal);
  expect(keysOf(many)).toEqual(expect.arrayContaining(found));
});

test('a file that is shorter than its index, as after a loss of power, is read', async () => {
  const { directory, many, file } = await kept();
  truncateSync(file, statSync(file).size - 60_000);
  const journal = openJournal({ directory });
  expect(await keys(journal)).toEqual(keysOf(many.slice(0, 38)));
  expect((await journal.stats()).unreadable).toBe(1);
});

test('forgetting removes the index of what it writes anew, and the index of a file goes with it', async () => {
  const { directory, many, index } = await kept();
  const journal = openJournal({ directory });
  expect(await journal.forget({ key: many[5]?.key as string })).toBe(1);
  expect(existsSync(index)).toBe(false);
  const left = keysOf(many.filter((_, number) => number !== 5));
  expect(await keys(journal)).toEqual(left);
  await journal.close();
  expect(existsSync(index)).toBe(true);
  const again = openJournal({ directory });
  expect(await keys(again)).toEqual(left);
  expect(await again.forget({ before: Date.now() })).toBe(39);
  await again.close();
  expect(readdirSync(directory)).toStrictEqual([]);
});

test('an index without a file is removed at the start', async () => {
  const { directory, index } = await kept();
  renameSync(index, join(directory, '2020-01-01.0000000000000001.index'));
  const journal = openJournal({ directory });
  expect(await keys(journal)).toHaveLength(40);
  expect(named(directory, '.index')).toEqual([index]);
});

test('every large file gets an index, also those that were left for the next one', async () => {
  const clock = { time: Date.parse('2026-05-01T12:00:00Z'), now: () => clock.time };
  const directory = newFolder();
  const journal = openJournal({ directory }, { clock });
  const many = entries(6, (index) => ({ rawBody: Buffer.alloc(700_000, index) }));
  for (const [index, one] of many.entries()) {
    if (index % 2 === 0) clock.time += 86_400_000;
    await journal.append(one);
  }
  await journal.close();
  expect(named(directory, '.index')).toHaveLength(3);
  expect(await keys(openJournal({ directory }, { clock }))).toEqual(keysOf(many));
});
