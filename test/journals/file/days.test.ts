import { readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import type { Logger } from '../../../src/foundations/contracts/logger';
import { bigmindWebhooks } from '../../../src/index';
import { fileJournal } from '../../../src/journals/file';
import { examplePayload, signDelivery } from '../../../src/testing';
import { notedLog } from '../../pipeline/receiver';
import { cleanUp, end, entry, keys, newFolder, openJournal } from './kit';
import { silent } from './silent';

afterEach(cleanUp);

const dayMs = 86_400_000;

/** A journal with a clock that is set by hand. */
function atTime(text: string, keepDays = 30) {
  const clock = { time: Date.parse(text), now: () => clock.time };
  const directory = newFolder();
  const open = (logger: Logger = silent) => openJournal({ directory, keepDays }, { clock, logger });
  const keep = async (journal: ReturnType<typeof open>): Promise<string> => {
    const one = entry({ receivedAt: clock.time });
    await journal.append(one);
    return one.key;
  };
  const days = () =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.ndjson'))
      .map((name) => name.slice(0, 10));
  return { clock, directory, open, keep, days };
}

test('begins a file at midnight UTC, and keeps each entry once on either side', async () => {
  const { clock, open, keep, days } = atTime('2026-03-28T23:59:59.999Z');
  const journal = open();
  const first = await keep(journal);
  clock.time += 1;
  const second = await keep(journal);
  await journal.ended(first, end('processed', ['late']));
  expect(days()).toEqual(['2026-03-28', '2026-03-29']);
  expect(await keys(journal)).toEqual([first, second]);
  await journal.close();
  const again = open();
  expect(await keys(again)).toEqual([first, second]);
  expect(await keys(again, { outcomes: ['processed'] })).toEqual([first]);
  expect(days()).toEqual(['2026-03-28', '2026-03-29']);
});

test('knows no summer time: an hour that comes twice or never has one file', async () => {
  for (const change of ['2026-03-29T00:00:00Z', '2026-10-25T00:00:00Z']) {
    const { clock, open, keep, days } = atTime(change);
    const journal = open();
    const kept: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      kept.push(await keep(journal));
      clock.time += dayMs / 24;
    }
    expect(await keys(journal)).toEqual(kept);
    expect(days()).toHaveLength(1);
  }
});

test('loses and doubles nothing, and keeps the order, while the clock jumps back and forth over days', async () => {
  const { clock, open, keep } = atTime('2026-05-10T12:00:00Z');
  const kept: string[] = [];
  let journal = open();
  for (const days of [0, -1, 1, -3, 2, 2, -1, 0.001, -0.002]) {
    clock.time += days * dayMs;
    kept.push(await keep(journal));
    await journal.ended(kept[0] as string, end('processed', [`at ${kept.length}`]));
    if (kept.length % 3 === 0) {
      await journal.close();
      journal = open();
    }
    expect(await keys(journal)).toEqual(kept);
    expect(await keys(journal, { order: 'newest first' })).toEqual(kept.toReversed());
  }
});

test('removes the files of days that are over, at the first use of a day and at the start', async () => {
  const { clock, open, keep, days } = atTime('2026-01-01T23:00:00Z', 2);
  const journal = open();
  const kept = [await keep(journal)];
  for (let day = 1; day <= 2; day += 1) {
    clock.time += dayMs;
    kept.push(await keep(journal));
  }
  expect(days()).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
  clock.time += dayMs;
  expect(await keys(journal)).toEqual(kept.slice(1));
  expect(days()).toEqual(['2026-01-02', '2026-01-03']);
  await journal.ended(kept[0] as string, end('processed', []));
  await journal.close();
  clock.time += dayMs;
  const again = open();
  const last = await keep(again);
  expect(days()).toEqual(['2026-01-03', '2026-01-05']);
  expect(await keys(again)).toEqual([kept[2], last]);
});

test('removes the files of days that are over when health() is asked, where no deliveries come any more', async () => {
  const { clock, directory, days } = atTime('2026-01-01T23:00:00Z', 2);
  const journal = fileJournal({ directory, keepDays: 2 });
  const secret = 'a secret of the test';
  const webhooks = bigmindWebhooks({ secret, journal, clock, logger: false, deduplicate: false });
  await webhooks.receive(signDelivery({ payload: examplePayload('notes_created'), secret }));
  for (const left of [['2026-01-01'], ['2026-01-01'], []]) {
    clock.time += dayMs;
    expect(await webhooks.health()).toMatchObject({ status: 'ok' });
    expect(days()).toEqual(left);
  }
  await webhooks.close();
});

test('tells the log once of a file that cannot be removed, keeps what comes, and removes it when that is possible', async () => {
  const { clock, open, keep, days } = atTime('2026-01-01T23:00:00Z', 1);
  const { logger, lines } = notedLog('warn');
  const journal = open(logger);
  await keep(journal);
  clock.time += 3 * dayMs;
  const unlink = fs.unlink.bind(fs);
  // As a file is that root has made immutable.
  const spy = jest.spyOn(fs, 'unlink').mockImplementation(async (path) => {
    if (String(path).endsWith('.ndjson')) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    return await unlink(path);
  });
  const kept = [await keep(journal), await keep(journal), await keep(journal)];
  expect(lines).toMatchObject([{ msg: 'A file of the journal could not be removed', cause: { message: 'EPERM' } }]);
  expect(lines).toHaveLength(1);
  spy.mockRestore();
  expect(await keys(journal)).toEqual(kept);
  expect(days()).toEqual(['2026-01-04']);
});

test('keeps a delivery anew that comes again after its time, as the first of a day', async () => {
  const { clock, open } = atTime('2026-03-28T12:00:00Z', 2);
  const one = entry();
  const journal = open();
  await journal.append(one);
  clock.time += 3 * dayMs;
  await journal.append(one);
  expect(await keys(journal)).toEqual([one.key]);
});

test('keeps a delivery anew that comes again after its time, while the file of its day is being removed', async () => {
  const { clock, open, keep, days } = atTime('2026-03-28T12:00:00Z', 2);
  const journal = open();
  const many = [entry(), entry(), entry()];
  for (const one of many) await journal.append(one);
  clock.time += 3 * dayMs;
  const [first] = await Promise.all([keep(journal), ...many.map((one) => journal.append(one))]);
  expect((await keys(journal)).toSorted()).toEqual([first, ...many.map(({ key }) => key)].toSorted());
  expect(days()).toEqual(['2026-03-31']);
});

test('goes on behind a position although everything before was removed meanwhile', async () => {
  const { clock, open, keep } = atTime('2026-01-01T00:00:00Z', 1);
  const journal = open();
  for (let count = 0; count < 5; count += 1) await keep(journal);
  let position: string | undefined;
  for await (const record of journal.find({ order: 'newest first' })) position ??= record.position;
  await journal.mark('backfill', position);
  await journal.forget({ before: clock.time + 1 });
  await journal.close();
  clock.time += 10 * dayMs;
  const again = open();
  const next = await keep(again);
  expect(await keys(again, { after: await again.marked('backfill') })).toEqual([next]);
});
