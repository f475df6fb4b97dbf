import { readdirSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../../../src/foundations/contracts/journal';
import { failAfterRename } from './fail-after-rename';
import { all, cleanUp, end, entry, keys, keysOf, newFolder, openJournal } from './kit';

afterEach(async () => {
  jest.restoreAllMocks();
  await cleanUp();
});

/** An open journal that keeps three, and the path of its file. */
async function kept() {
  const directory = newFolder();
  const journal = openJournal({ directory });
  const many = [entry(), entry(), entry()] as const;
  for (const one of many) await journal.append(one);
  const [name = ''] = readdirSync(directory).filter((one) => one.endsWith('.ndjson'));
  return { directory, journal, many, file: join(directory, name) };
}

async function expectWhole(journal: ReturnType<typeof openJournal>, expected: readonly JournalEntry[]): Promise<void> {
  const found = await all(journal);
  expect(keysOf(found)).toEqual(keysOf(expected));
  expect(found.map(({ rawBody }) => rawBody)).toEqual(expected.map(({ rawBody }) => rawBody));
  expect((await journal.stats()).unreadable).toBe(0);
}

test('a forget that fails after its file was replaced, and is repeated, removes nothing else', async () => {
  const { directory, journal, many, file } = await kept();
  const [first, ...others] = many;
  failAfterRename(directory);
  await expect(journal.forget({ key: first.key })).rejects.toMatchObject({ code: 'EMFILE' });
  await journal.forget({ key: first.key });
  await expectWhole(journal, others);
  expect(readFileSync(file, 'utf8')).not.toContain(first.key);
  await journal.close();
  await expectWhole(openJournal({ directory }), others);
});

test('a delivery that comes after a forget failed so is found after a restart, with its end, beside all others', async () => {
  const { directory, journal, many } = await kept();
  const [first, second, third] = many;
  failAfterRename(directory);
  await expect(journal.forget({ key: first.key })).rejects.toMatchObject({ code: 'EMFILE' });
  const next = entry();
  await journal.append(next);
  await journal.ended(second.key, end('processed', ['crm']));
  await journal.close();
  const again = openJournal({ directory });
  await expectWhole(again, [second, third, next]);
  expect(await keys(again, { outcomes: ['processed'] })).toEqual([second.key]);
});

test('a file that is forgotten whole is gone for good, although its index cannot be removed', async () => {
  const { directory, journal, many, file } = await kept();
  const [unlink, open] = [fs.unlink.bind(fs), fs.open.bind(fs)];
  const steps: string[] = [];
  jest.spyOn(fs, 'unlink').mockImplementation(async (path) => {
    if (path !== file && steps.includes('removed')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    await unlink(path);
    if (path === file) steps.push('removed');
  });
  jest.spyOn(fs, 'open').mockImplementation(async (...given) => {
    if (given[0] === directory) steps.push('synced');
    return open(...given);
  });
  await expect(journal.forget({ before: Number.MAX_SAFE_INTEGER })).rejects.toMatchObject({ code: 'EIO' });
  // Until the folder is synced, a loss of power brings the file back.
  expect(steps.slice(steps.indexOf('removed'))).toEqual(['removed', 'synced']);
  jest.restoreAllMocks();
  expect(await keys(journal)).toStrictEqual([]);
  expect(many).toHaveLength(3);
});

test('a forget whose file cannot be closed rejects, and holds up nothing that comes after it', async () => {
  const { directory, journal, many } = await kept();
  await journal.close();
  const open = fs.open.bind(fs);
  let isBroken = false;
  jest.spyOn(fs, 'open').mockImplementation(async (...given) => {
    const opened = await open(...given);
    const close = opened.close.bind(opened);
    // As a file on a network disk may answer: it is closed all the same.
    opened.close = async () => {
      await close();
      if (isBroken && String(given[0]).endsWith('.ndjson')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    return opened;
  });
  const again = openJournal({ directory });
  const next = entry();
  await again.append(next);
  isBroken = true;
  await expect(again.forget({ key: next.key })).rejects.toMatchObject({ code: 'EIO' });
  isBroken = false;
  expect(await keys(again)).toEqual(keysOf([...many, next]));
  const last = entry();
  await again.append(last);
  await again.ended(next.key, end('processed', ['crm']));
  expect(await again.forget({ key: next.key })).toBe(1);
  await expectWhole(again, [...many, last]);
});
