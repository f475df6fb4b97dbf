import { once } from 'node:events';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { basename, join } from 'node:path';
import { all, cleanUp, entry, keys, newFolder, openJournal } from './kit';
import { type Program, program } from './program';
import { silent } from './silent';

let append: Program;

beforeAll(async () => {
  append = await program('append');
});
afterAll(() => append.remove());
afterEach(cleanUp);

test('refuses a second journal in the process, until the first is closed', async () => {
  const directory = newFolder();
  const first = openJournal({ directory });
  const second = openJournal({ directory });
  const [one, other] = [entry(), entry()];
  await first.append(one);
  for (const attempt of [() => second.append(other), () => all(second), () => second.ping(), () => second.stats()]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'JOURNAL_IN_USE' });
  }
  expect(await keys(first)).toEqual([one.key]);
  await first.close();
  await second.append(other);
  expect(await keys(second)).toEqual([one.key, other.key]);
});

test('refuses a second process, and takes over when the first is killed', async () => {
  const directory = newFolder();
  const running = append.start([directory, '2']);
  await running.said('kept');
  const journal = openJournal({ directory });
  const one = entry();
  await expect(journal.append(one)).rejects.toMatchObject({
    code: 'JOURNAL_IN_USE',
    message: expect.stringContaining(directory) as unknown,
  });
  await running.kill();
  await journal.append(one);
  expect(await keys(journal, { key: one.key })).toEqual([one.key]);
  expect(readdirSync(directory).filter((name) => name.startsWith('lock.'))).toHaveLength(1);
});

test('lets in one of many that start at once', async () => {
  const directory = newFolder();
  for (let round = 0; round < 5; round += 1) {
    const journals = Array.from({ length: 6 }, () => openJournal({ directory }));
    const tried = await Promise.allSettled(journals.map((journal) => journal.append(entry())));
    expect(tried.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const result of tried) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'JOURNAL_IN_USE' });
    }
    for (const journal of journals) await journal.close();
  }
  expect(readdirSync(directory).filter((name) => name.startsWith('lock.'))).toStrictEqual([]);
});

test('is closed at once while a process that stands still asks for its lock', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  await journal.append(entry());
  const name = readdirSync(directory).find((each) => each.startsWith('lock.'));
  const stopped = createConnection({ path: join(directory, String(name)), allowHalfOpen: true });
  stopped.on('error', () => undefined);
  await once(stopped, 'data');
  await journal.close();
  expect(readdirSync(directory).filter((each) => each.startsWith('lock.'))).toStrictEqual([]);
  stopped.destroy();
}, 5000);

test('is no rival of itself after the look for others failed', async () => {
  const directory = newFolder();
  const first = openJournal({ directory });
  await first.append(entry());
  await first.close();
  // Not even root can ask it.
  const strange = join(directory, `lock.${'0'.repeat(16)}`);
  symlinkSync(strange, strange);
  const journal = openJournal({ directory });
  await expect(journal.append(entry())).rejects.toThrow('The lock of the journal cannot be asked');
  await expect(journal.append(entry())).rejects.toThrow('The lock of the journal cannot be asked');
  expect(readdirSync(directory).filter((each) => each.startsWith('lock.'))).toEqual([basename(strange)]);
  rmSync(strange);
  await journal.append(entry());
  expect(await keys(journal)).toHaveLength(2);
});

test('leaves no lock when it is closed, and keeps nothing more', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory });
  await journal.append(entry());
  await journal.close();
  await journal.close();
  expect(readdirSync(directory).filter((name) => !name.endsWith('.ndjson'))).toStrictEqual([]);
  await expect(journal.append(entry())).rejects.toThrow('closed');
});

test('two receivers share one, until the last has closed it, and a later one opens it again', async () => {
  const directory = newFolder();
  const journal = openJournal({ directory }, { clock: { now: () => Date.now() - 24 * 60 * 60 * 1000 } });
  journal.open({ clock: Date, logger: silent });
  const [one, two, three] = [entry(), entry(), entry()];
  await journal.append(one);
  await journal.close();
  await journal.append(two);
  await journal.close();
  await expect(journal.append(three)).rejects.toThrow('closed');
  journal.open({ clock: Date, logger: silent });
  // By the clock of the receiver that has it now.
  await journal.append(three);
  expect(await keys(journal)).toEqual([one.key, two.key, three.key]);
  expect(readdirSync(directory).filter((name) => name.endsWith('.ndjson'))).toHaveLength(2);
});
