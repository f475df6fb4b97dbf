import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cleanUp, end, entries, entry, keys, keysOf, newFolder, openJournal } from './kit';

afterEach(cleanUp);

const segmentsIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => join(directory, name));

/** A closed journal with entries, and the path of its file. */
async function kept(count: number) {
  const directory = newFolder();
  const journal = openJournal({ directory });
  const many = entries(count, (index) => ({ rawBody: Buffer.from(`{"number":${index},"text":"größer"}`) }));
  for (const one of many) await journal.append(one);
  await journal.close();
  return { directory, many, file: segmentsIn(directory)[0] as string };
}

test('a file that ends at any byte holds the whole lines before, and what is kept next', async () => {
  const { many, file } = await kept(3);
  const bytes = readFileSync(file);
  const lastStart = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
  for (let length = lastStart; length <= bytes.length; length += length < bytes.length - 30 ? 23 : 1) {
    const directory = newFolder();
    mkdirSync(directory, { mode: 0o700 });
    const copy = join(directory, file.slice(file.lastIndexOf('/') + 1));
    copyFileSync(file, copy);
    truncateSync(copy, length);
    // Only the line end may be missing.
    const before = keysOf(length >= bytes.length - 1 ? many : many.slice(0, 2));
    const isTorn = length > lastStart && length < bytes.length - 1;
    const journal = openJournal({ directory });
    expect({ length, keys: await keys(journal) }).toEqual({ length, keys: before });
    expect((await journal.stats()).unreadable).toBe(isTorn ? 1 : 0);
    const next = entry();
    await journal.append(next);
    await journal.ended(next.key, end('processed', ['a']));
    expect(await keys(journal)).toEqual([...before, next.key]);
    await journal.close();
    const again = openJournal({ directory });
    expect(await keys(again)).toEqual([...before, next.key]);
    expect(await keys(again, { outcomes: ['processed'] })).toEqual([next.key]);
    expect((await again.stats()).unreadable).toBe(isTorn ? 1 : 0);
    await again.close();
  }
});

test('passes over lines that were changed, zeros and other text, counts them, and finds all others', async () => {
  const { directory, many, file } = await kept(5);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  lines[1] = (lines[1] as string).replace('"POST"', '"POSt"');
  lines[3] = '\0'.repeat(4096);
  writeFileSync(file, `${lines.join('\n')}\n{"version":1}\nno JSON\n`);
  const journal = openJournal({ directory });
  const left = keysOf([many[0], many[2], many[4]] as typeof many);
  expect(await keys(journal)).toEqual(left);
  expect(await keys(journal, { order: 'newest first' })).toEqual(left.toReversed());
  expect(await journal.stats()).toMatchObject({ entries: 3, unreadable: 4 });
  // What was lost may come again.
  await journal.append(many[1] as (typeof many)[number]);
  expect(await keys(journal)).toEqual([...left, many[1]?.key]);
});

test('passes over a line that is changed while the journal is open', async () => {
  const { directory, many, file } = await kept(3);
  const journal = openJournal({ directory });
  expect(await keys(journal)).toHaveLength(3);
  const bytes = readFileSync(file);
  bytes.write('X', bytes.indexOf('\n') - 40);
  writeFileSync(file, bytes);
  expect(await keys(journal)).toEqual(keysOf(many.slice(1)));
  expect(await keys(journal)).toEqual(keysOf(many.slice(1)));
  expect(await journal.stats()).toMatchObject({ entries: 2, unreadable: 1 });
});

test('what is kept after a start is found although the disk lost the line before, with its line end', async () => {
  const { directory, many, file } = await kept(3);
  const length = readFileSync(file).length;
  const journal = openJournal({ directory });
  const next = entry();
  await journal.append(next);
  await journal.close();
  // The process before may have had an error of the disk that nobody is told again.
  const bytes = readFileSync(file);
  bytes.fill(0, bytes.lastIndexOf('\n', length - 2) + 1, length);
  writeFileSync(file, bytes);
  expect(await keys(openJournal({ directory }))).toEqual(keysOf([...many.slice(0, 2), next]));
});

test('finds once what a file holds twice, as after a write that failed and was written after all', async () => {
  const { directory, many, file } = await kept(3);
  const [first = ''] = readFileSync(file, 'utf8').split('\n');
  appendFileSync(file, `${first}\n`);
  const journal = openJournal({ directory });
  expect(await keys(journal)).toEqual(keysOf(many));
  expect(await journal.forget({ key: many[0]?.key as string })).toBe(1);
  expect(
    segmentsIn(directory)
      .map((name) => readFileSync(name, 'utf8'))
      .join(),
  ).not.toContain(many[0]?.key);
});

test('forgets what a crash cut short, and what it had half rewritten', async () => {
  const { directory, many, file } = await kept(3);
  const bytes = readFileSync(file);
  const secret = 'the tenant’s own words';
  appendFileSync(file, `${bytes.toString('utf8', 0, 200)}${secret}`);
  writeFileSync(`${file}.unfinished`, secret);
  const journal = openJournal({ directory });
  expect(await keys(journal)).toEqual(keysOf(many));
  expect(await journal.forget({ key: entry().key })).toBe(0);
  for (const name of readdirSync(directory)) {
    if (!name.startsWith('lock.')) expect(readFileSync(join(directory, name), 'utf8')).not.toContain(secret);
  }
  expect(await keys(journal)).toEqual(keysOf(many));
});
