import { dayMs, dayName, entry, found, keysFound, makePlace, type Place } from './postgres-kit';

let place: Place;
const bodies = 'bigmind_webhook_journal_bodies';

beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.remove());

test('makes the partitions of today and tomorrow, and one for all other days', async () => {
  await place.journal().migrate();
  expect(await place.partitions()).toEqual([dayName(0), dayName(1), 'other']);
});

test('keeps through midnight, and over many days that nobody has made a partition for, and one entry for a key', async () => {
  const journal = place.journal();
  await journal.migrate();
  const [before, after, later] = [entry(), entry(), entry()];
  await journal.append(before);
  await place.passDays(1);
  await journal.append(after);
  await journal.append(before);
  await place.passDays(5);
  await journal.append(later);
  for (const again of [before, after, later]) await journal.append(again);
  expect(await keysFound(journal)).toEqual([before.key, after.key, later.key]);
  expect(await place.count(`${bodies}_${dayName(1)}`)).toBe(1);
  expect(await place.count(`${bodies}_other`)).toBe(1);
});

test('makes the next day’s partition as days come, and none for a day that has begun without', async () => {
  const journal = place.journal();
  await journal.migrate();
  await place.passDays(1);
  await journal.prune();
  expect(await place.partitions()).toEqual([dayName(0), dayName(1), dayName(2), 'other']);
  await place.passDays(3);
  await journal.append(entry());
  await journal.prune();
  expect(await place.partitions()).toEqual([dayName(0), dayName(1), dayName(2), dayName(5), 'other']);
  expect(await keysFound(journal)).toHaveLength(1);
});

test('drops a day as a whole when it is past its time, and no day before', async () => {
  const journal = place.journal({ keepDays: 2 });
  await journal.migrate();
  const [old, kept] = [entry(), entry()];
  await journal.append(old);
  await journal.ended(old.key, { outcome: 'processed', succeeded: [], endedAt: 1 });
  await place.passDays(1);
  await journal.prune();
  await journal.append(kept);
  await place.passDays(1);
  expect(await journal.prune()).toBe(false);
  expect(await keysFound(journal)).toEqual([old.key, kept.key]);
  await place.passDays(1);
  await journal.prune();
  expect(await place.partitions()).not.toContain(dayName(0));
  expect(await keysFound(journal)).toEqual([kept.key]);
  expect(await place.count('bigmind_webhook_journal')).toBe(1);
});

test('removes by the row what shares its day with a service that keeps it longer, and nothing of that', async () => {
  const [short, long] = [place.journal({ keepDays: 1, namespace: 'short' }), place.journal({ namespace: 'long' })];
  await short.migrate();
  const kept = entry();
  await long.append(kept);
  for (let count = 0; count < 450; count += 1) await short.append(entry());
  await place.passDays(2);
  expect([await short.prune(), await short.prune(), await short.prune()]).toEqual([true, true, false]);
  expect(await place.count(bodies)).toBe(1);
  expect(await keysFound(long)).toEqual([kept.key]);
  expect(await keysFound(short)).toStrictEqual([]);
});

test('keeps a key again that comes again after its time, before anybody has removed it', async () => {
  const journal = place.journal({ keepDays: 1 });
  await journal.migrate();
  const one = entry();
  await journal.append(one);
  await journal.ended(one.key, { outcome: 'processed', succeeded: ['a'], endedAt: 1 });
  await place.passDays(2);
  await journal.append({ ...one, rawBody: Buffer.from('anew') });
  await journal.prune();
  const records = await found(journal);
  expect(records.map(({ key, rawBody, end }) => [key, rawBody.toString(), end])).toEqual([
    [one.key, 'anew', undefined],
  ]);
});

test('keeps and finds whatever the clock of a receiver says, and drops nothing early for it', async () => {
  const journal = place.journal();
  await journal.migrate();
  const times = [0, Date.now() + 3650 * dayMs, Date.now() - 400 * dayMs, 8.64e15, -1];
  const entries = times.map((receivedAt) => entry({ receivedAt }));
  for (const one of entries) await journal.append(one);
  await journal.prune();
  expect((await found(journal)).map(({ receivedAt }) => receivedAt)).toEqual(times);
  expect(await keysFound(journal, { from: -8.64e15, to: 1 })).toEqual([entries[0]?.key, entries[4]?.key]);
  await place.passDays(31);
  await journal.prune();
  await journal.prune();
  expect(await keysFound(journal)).toStrictEqual([]);
});

test('goes on when the server’s clock is set back by days: nothing is lost, and each is found once', async () => {
  const journal = place.journal();
  await journal.migrate();
  const [now, earlier] = [entry(), entry()];
  await journal.append(now);
  await place.passDays(-3);
  await journal.append(earlier);
  await journal.append(now);
  await journal.prune();
  expect((await keysFound(journal)).toSorted()).toEqual([now.key, earlier.key].toSorted());
});

test('finds each entry of the days that stay once, while others are dropped and kept', async () => {
  const journal = place.journal({ keepDays: 3 });
  await journal.migrate();
  const staying: string[] = [];
  for (let day = 0; day < 6; day += 1) {
    const entries = Array.from({ length: 300 }, () => entry());
    await Promise.all(entries.map((one) => journal.append(one)));
    if (day >= 2) staying.push(...entries.map(({ key }) => key));
    await place.passDays(1);
    await place.journal({ keepDays: 30 }).prune();
  }
  await place.passDays(-1);
  const isStaying = new Set(staying);
  async function look(): Promise<void> {
    for (let times = 0; times < 10; times += 1) {
      const keys = await keysFound(journal, { order: times % 2 === 0 ? 'oldest first' : 'newest first' });
      expect(keys.filter((key) => isStaying.has(key)).toSorted()).toEqual(staying.toSorted());
    }
  }
  async function change(): Promise<void> {
    for (let times = 0; times < 10; times += 1) {
      await journal.prune();
      await Promise.all(Array.from({ length: 20 }, () => journal.append(entry())));
    }
  }
  await Promise.all([look(), look(), change()]);
  expect(await place.partitions()).toEqual([2, 3, 4, 5, 6, 7].map(dayName).concat('other'));
  expect(await keysFound(journal)).toHaveLength(staying.length + 200);
});
