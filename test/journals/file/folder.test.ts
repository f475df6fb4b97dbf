import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileJournal } from '../../../src/journals/file';
import { readDocument } from '../../docs/markdown';
import { refusalOf } from '../../options/refusal';
import { all, cleanUp, end, entry, keys, newFolder, openJournal } from './kit';

afterEach(cleanUp);

const make = (options: unknown) => () => Reflect.apply(fileJournal, undefined, [options]) as unknown;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const moved: string[] = [];
afterAll(() => {
  for (const folder of moved) rmSync(folder, { recursive: true });
});

function moveAbove(directory: string): void {
  const to = `${dirname(directory)}-moved`;
  renameSync(dirname(directory), to);
  moved.push(to);
}

test('makes nothing before it is used', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  expect(existsSync(directory)).toBe(false);
  await journal.close();
  expect(existsSync(directory)).toBe(false);
});

test('gives the folder and every file to its owner alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    const directory = join(newFolder(), 'deeper');
    const journal = openJournal({ directory });
    const one = entry({ tenant: 'acme' });
    await journal.append(one);
    await journal.append(entry({ tenant: 'other' }));
    await journal.ended(one.key, end('processed', []));
    await journal.mark('backfill', '1');
    await journal.forget({ tenant: 'acme' });
    expect(modeOf(directory)).toBe('700');
    const names = readdirSync(directory);
    expect(names).toHaveLength(3);
    for (const name of names) expect([name, modeOf(join(directory, name))]).toEqual([name, '600']);
  } finally {
    process.umask(before);
  }
});

test('refuses a folder that others may read, a link and a file, and says what to do', () => {
  const directory = newFolder();
  mkdirSync(directory);
  chmodSync(directory, 0o750);
  expect(refusalOf(make({ directory }))).toEqual({
    code: 'BAD_OPTION',
    message: `BAD_OPTION fileJournal.directory: ${directory} is open to other users (mode 0750), and a journal holds customers' data. Run chmod 700 on it, or name a folder inside it that does not exist yet: it is made with mode 0700.`,
  });
  const link = join(dirname(directory), 'link');
  chmodSync(directory, 0o700);
  symlinkSync(directory, link);
  expect(refusalOf(make({ directory: link })).message).toMatch(/is a symbolic link. Name the folder that it leads to/);
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(refusalOf(make({ directory: file })).message).toMatch(/is no folder/);
  expect(make({ directory })).not.toThrow();
});

test('tells how a folder stays private that the fsGroup of Kubernetes opens at each start', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  await journal.append(entry());
  await journal.close();
  // What kubelet does to each folder of a volume.
  chmodSync(directory, 0o2770);
  const { code, message } = refusalOf(make({ directory }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toMatch(/\(mode 0770\).* Run chmod 700 on it, .* fsGroup .* fsGroupChangePolicy: OnRootMismatch/);
  chmodSync(directory, 0o2777);
  expect(refusalOf(make({ directory })).message).not.toContain('Kubernetes');
});

test('refuses a folder that was opened to others since, and keeps nothing in it', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  mkdirSync(directory);
  chmodSync(directory, 0o755);
  await expect(journal.append(entry())).rejects.toMatchObject({ code: 'BAD_OPTION' });
  expect(readdirSync(directory)).toStrictEqual([]);
  chmodSync(directory, 0o700);
  await journal.append(entry());
  expect(await keys(journal)).toHaveLength(1);
});

test('follows no link in its folder', async () => {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  const outside = join(dirname(directory), 'outside');
  writeFileSync(outside, 'untouched');
  symlinkSync(outside, join(directory, '2026-01-01.0000000000000001.ndjson'));
  const journal = openJournal({ directory }, { clock: { now: () => Date.parse('2026-01-01T12:00:00Z') } });
  await expect(journal.append(entry())).rejects.toMatchObject({
    message: expect.stringMatching(
      /cannot be read: .*ELOOP.* Mend that, or move the file out of the folder/,
    ) as unknown,
    cause: { code: 'ELOOP' },
  });
});

/** As file systems without a sync for folders answer. */
function refuseSyncOf(folder: string): jest.SpyInstance {
  const open = fs.open.bind(fs);
  return jest.spyOn(fs, 'open').mockImplementation(async (...given) => {
    const file = await open(...given);
    const refused = Object.assign(new Error('EINVAL: invalid argument, fsync'), { code: 'EINVAL' });
    if (given[0] === folder) file.sync = () => Promise.reject(refused);
    return file;
  });
}

test('opens a folder that is there, such as a mounted one, though the folder above cannot be synced', async () => {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  const spy = refuseSyncOf(dirname(directory));
  try {
    const journal = openJournal({ directory });
    await journal.append(entry());
    expect(await keys(journal)).toHaveLength(1);
  } finally {
    spy.mockRestore();
  }
});

test('keeps nothing in a folder that it made and that a loss of power may take along', async () => {
  const directory = newFolder();
  const spy = refuseSyncOf(dirname(directory));
  const journal = openJournal({ directory });
  try {
    // The second time, the folder is there.
    for (let tries = 0; tries < 2; tries += 1) await expect(journal.append(entry())).rejects.toThrow('EINVAL');
    expect(readdirSync(directory)).toStrictEqual([]);
  } finally {
    spy.mockRestore();
  }
  await journal.append(entry());
  expect(await keys(journal)).toHaveLength(1);
});

test('leaves alone what others put into its folder, and opens', async () => {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  const files = ['customers.index', 'customers.unfinished', '2026-01-01.index'];
  const folders = ['backup.index', 'x.unfinished', '2026-01-01.0000000000000001.index', 'marks.json.unfinished'];
  for (const name of files) writeFileSync(join(directory, name), 'mine');
  for (const name of folders) mkdirSync(join(directory, name));
  const journal = openJournal({ directory });
  await journal.append(entry());
  await journal.close();
  expect(readdirSync(directory)).toEqual(expect.arrayContaining([...files, ...folders]));
});

test('does not wait for a pipe in its folder, but says that it is no file', async () => {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  execFileSync('mkfifo', [join(directory, '2026-01-01.0000000000000001.ndjson')]);
  const journal = openJournal({ directory }, { clock: { now: () => Date.parse('2026-01-01T12:00:00Z') } });
  await expect(journal.append(entry())).rejects.toMatchObject({
    message: expect.stringMatching(
      /cannot be read: .*is no file.* Mend that, or move the file out of the folder/,
    ) as unknown,
    cause: { message: expect.stringContaining('is no file') as unknown },
  });
});

test('says of marks that cannot be read why, and how to go on', async () => {
  const directory = newFolder();
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, 'marks.json'), '');
  const journal = openJournal({ directory });
  await expect(journal.marked('backfill')).rejects.toThrow(/cannot be read: .*JSON.*Remove it: replays begin anew/);
  await journal.append(entry());
});

test('is refused on Windows, where it could keep nothing, and says what to use', () => {
  const directory = newFolder();
  const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
  Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
  try {
    expect(refusalOf(make({ directory }))).toEqual({
      code: 'BAD_OPTION',
      message:
        'BAD_OPTION fileJournal: expected Linux or macOS, got Windows. Use postgresJournal, from bigmind-webhooks/postgres; on PGlite it needs no server.',
    });
  } finally {
    Object.defineProperty(process, 'platform', platform);
  }
  expect(make({ directory })).not.toThrow();
});

test('takes a path as long as docs/journal.md says, and says of a longer one how long it may be', async () => {
  const [, most] = /a path of at most (\d+) bytes/.exec(readDocument('docs/journal.md')) ?? [];
  const parent = dirname(newFolder());
  const pathOf = (length: number) => join(parent, 'x'.repeat(length - Buffer.byteLength(parent) - 1));
  await openJournal({ directory: pathOf(Number(most)) }).append(entry());
  expect(existsSync(pathOf(Number(most)))).toBe(true);
  const { code, message } = refusalOf(make({ directory: pathOf(Number(most) + 1) }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toContain(`directory: expected a path of at most ${most} bytes`);
});

test('refuses a folder on whose way a file lies, and says what to do', () => {
  const directory = newFolder();
  mkdirSync(directory);
  writeFileSync(join(directory, 'file'), '');
  const { code, message } = refusalOf(make({ directory: join(directory, 'file', 'journal') }));
  expect(code).toBe('BAD_OPTION');
  expect(message).toMatch(/^BAD_OPTION fileJournal.directory: .*cannot be looked at: ENOTDIR.* Name a folder that/);
});

test.each(['its file', 'its folder'])(
  'acknowledges nothing that is lost since %s was removed, and goes on',
  async (what) => {
    const directory = newFolder();
    const journal = openJournal({ directory });
    const [before, lost, after, last] = [entry(), entry(), entry(), entry()];
    await journal.append(before);
    if (what === 'its folder') rmSync(directory, { recursive: true });
    else for (const name of readdirSync(directory)) if (name.endsWith('.ndjson')) rmSync(join(directory, name));
    await expect(Promise.all([journal.append(lost), journal.append(after)])).rejects.toMatchObject({ code: 'ENOENT' });
    await journal.append(lost);
    await Promise.all([journal.append(after), journal.append(last)]);
    await journal.ended(last.key, end('processed', ['crm']));
    expect((await keys(journal)).toSorted()).toEqual([lost.key, after.key, last.key].toSorted());
    await journal.close();
    const again = openJournal({ directory });
    expect(await keys(again)).toHaveLength(3);
    expect((await all(again, { key: last.key }))[0]?.end).toMatchObject({ outcome: 'processed', succeeded: ['crm'] });
  },
);

test.each([
  ['its file was written anew, as sed -i does', 'file', 2],
  ['its folder was moved', 'folder', 1],
  ['the folder above was moved', 'folder above', 1],
])('acknowledges nothing that is not in its folder since %s, and goes on', async (_, what, found) => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  const [before, after] = [entry(), entry()];
  await journal.append(before);
  if (what === 'folder') renameSync(directory, `${directory}-moved`);
  if (what === 'folder above') moveAbove(directory);
  if (what === 'file') {
    const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.ndjson'));
    copyFileSync(join(directory, file), join(directory, 'copy'));
    renameSync(join(directory, 'copy'), join(directory, file));
  }
  await expect(journal.append(after)).rejects.toMatchObject({ code: 'ENOENT' });
  await journal.append(after);
  const kept = [before.key, after.key].slice(-found);
  expect(await keys(journal)).toEqual(kept);
  await journal.close();
  const again = openJournal({ directory });
  expect(await keys(again)).toEqual(kept);
  expect((await again.stats()).unreadable).toBe(0);
});

test.each([
  ['a string', '/var/journal', /Write fileJournal\(\{ directory \}\)/],
  ['no directory', {}, /fileJournal.directory: expected a string with text, got undefined/],
  ['an empty directory', { directory: ' ' }, /fileJournal.directory/],
  ['a misspelt name', { directory: '/x', keepDay: 3 }, /fileJournal.keepDay is unknown. Did you mean keepDays\?/],
  ['no day', { directory: '/x', keepDays: 0 }, /keepDays: expected a whole number from 1 to 36500, got 0/],
  ['a word', { directory: '/x', onFailure: 'ignore' }, /onFailure: expected one of 'refuse', 'continue', got "ignore"/],
  ['a seal uncalled', { directory: '/x', seal: () => undefined }, /seal: expected an object, got a function. Call it/],
  ['half a seal', { directory: '/x', seal: { encrypt() {} } }, /seal.decrypt: expected a function, got undefined/],
  ['a misspelt seal', { directory: '/x', seal: { encrypt() {}, decript() {} } }, /Did you mean decrypt\?/],
])('refuses %s', (_, options, message) => {
  expect(refusalOf(make(options))).toMatchObject({ code: 'BAD_OPTION', message: expect.stringMatching(message) });
});
