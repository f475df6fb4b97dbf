import { bigmindWebhooks } from '../../../src/index';
import * as statements from '../../../src/journals/postgres/statements';
import type { PostgresPool } from '../../../src/stores/postgres';
import { examplePayload } from '../../../src/testing';
import { pause } from '../kit/sender';
import { whileOpen } from '../kit/while-open';
import { dayMs, dayName, entry, found, keysFound, makePlace, type Place } from './postgres-kit';

let place: Place;
const hourMs = 60 * 60 * 1000;
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

describe('while another process does something with a day that is past its time', () => {
  const old = `${bodies}_${dayName(0)}`;

  /** Runs a statement in a transaction, which ends when the prune of another process waits for it. */
  async function pruneWhile(statement: string): Promise<boolean> {
    const journal = place.journal({ keepDays: 1 });
    await journal.migrate();
    await journal.append(entry());
    await place.passDays(3);
    // Its partitions, for which prune would wait first.
    await journal.migrate();
    const { rows } = await place.pool.query<{ oid: number }>(`SELECT '${old}'::regclass::oid`);
    const lock = `relation = ${rows[0]?.oid}`;
    // It looks on the server: prune waits only a moment.
    const untilPruneWaits = `DO 'BEGIN LOOP EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE ${lock} AND NOT granted);
      PERFORM pg_sleep(0.005); END LOOP; END'`;
    const done = place.pool.query(`BEGIN; ${statement}; ${untilPruneWaits}; COMMIT`);
    while ((await place.count('pg_locks', `${lock} AND mode = 'AccessExclusiveLock'`)) === 0) await pause(5);
    const pruned = journal.prune();
    await done;
    return await pruned;
  }

  test('prune resolves if that drops it', async () => {
    expect(await pruneWhile(`DROP TABLE ${old}`)).toBe(false);
    expect(await place.partitions()).not.toContain(dayName(0));
    expect(await place.count('bigmind_webhook_journal')).toBe(0);
  });

  test('prune drops nothing that is detached', async () => {
    await pruneWhile(`ALTER TABLE ${bodies} DETACH PARTITION ${old}`);
    expect(await place.count(old)).toBe(1);
  });
});

test('while somebody keeps a day locked, prune rejects soon and leaves nothing that waits; then it removes', async () => {
  const pool = place.poolWith(`-c application_name=${place.schema}`);
  const journal = place.journal({ keepDays: 1, pool });
  await journal.migrate();
  await journal.append(entry());
  await place.passDays(3);
  await journal.migrate();
  await whileOpen(place.pool, `LOCK TABLE ${bodies}_${dayName(0)} IN ACCESS EXCLUSIVE MODE`, async () => {
    await expect(journal.prune()).rejects.toMatchObject({ code: '55P03' });
    await journal.append(entry());
    const waiting = `application_name = '${place.schema}' AND wait_event_type = 'Lock'`;
    expect(await place.count('pg_stat_activity', waiting)).toBe(0);
  });
  await journal.prune();
  expect(await place.count('bigmind_webhook_journal')).toBe(1);
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

test('of copies that come to two processes after their time, the second removes nothing of the first', async () => {
  const first = place.journal({ keepDays: 1 });
  await first.migrate();
  const one = entry();
  await first.append(one);
  await place.passDays(2);
  let isFirst = true;
  const slow: PostgresPool = {
    async query(text, values) {
      const answer = await place.pool.query(text, values);
      if (text !== statements.kept || !isFirst) return answer;
      isFirst = false;
      // It knows that the entry is old. Meanwhile, the other process takes its copy, and tells its end.
      await first.append(one);
      await first.ended(one.key, { outcome: 'processed', succeeded: ['a'], endedAt: 1 });
      return answer;
    },
  };
  const second = place.journal({ keepDays: 1, pool: slow });
  await second.append(one);
  expect(isFirst).toBe(false);
  expect((await found(first)).map(({ key, end }) => [key, end?.outcome])).toEqual([[one.key, 'processed']]);
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

test('replays what came while the clock of a receiver was a day ahead or behind, in the order in which it was kept', async () => {
  const journal = place.journal();
  await journal.migrate();
  const handled: string[] = [];
  const webhooks = bigmindWebhooks({ secret: 'a secret', logger: false, journal });
  webhooks.on('notes_created', ({ data }) => void handled.push(data.note_id));
  for (const days of [1, -1, 0]) {
    const payload = examplePayload('notes_created', { data: { note_id: `${days}` } });
    await journal.append(
      entry({ receivedAt: Date.now() - 1 + days * dayMs, rawBody: Buffer.from(JSON.stringify(payload)) }),
    );
  }
  expect(await webhooks.journal.replay({ concurrency: 1 })).toMatchObject({ found: 3, ran: 3 });
  expect(handled).toEqual(['1', '-1', '0']);
  await webhooks.close();
});

test.each([
  ['the hour that comes twice', '2026-10-24T21:59:59.999Z', '2026-10-25'],
  ['the hour that never comes', '2026-03-28T22:59:59.999Z', '2026-03-29'],
])(
  'in a time zone with summer time, days are those of UTC and times are found to the millisecond: %s',
  async (_, start, day) => {
    const zone = 'Europe/Vienna';
    const journal = place.journal({ pool: place.poolWith(`-c TimeZone=${zone}`) });
    await journal.migrate();
    const times: number[] = [];
    for (const stepMs of [0, 1, hourMs, hourMs - 1, 1, hourMs - 1, 1, hourMs]) {
      times.push((times.at(-1) ?? Date.parse(start)) + stepMs);
      // In the middle of the hour: the server's clock goes on.
      await place.setClock((Math.floor((times.at(-1) as number) / hourMs) + 0.5) * hourMs);
      await journal.append(entry({ receivedAt: times.at(-1) as number }));
    }
    expect((await found(journal)).map(({ receivedAt }) => receivedAt)).toEqual(times);
    for (const [index, from] of times.entries()) {
      const later = await found(journal, { from, to: (times.at(-1) as number) + 1 });
      expect(later.map(({ receivedAt }) => receivedAt)).toEqual(times.slice(index));
    }
    const midnight = Date.parse(`${day}T00:00Z`);
    expect(await place.count('bigmind_webhook_journal', `day = '${day}'`)).toBe(
      times.filter((time) => time >= midnight).length,
    );
    expect(await place.count('bigmind_webhook_journal', `day < '${day}'`)).toBe(
      times.filter((time) => time < midnight).length,
    );
  },
);
