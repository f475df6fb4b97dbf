import { setTimeout as pause } from 'node:timers/promises';
import type { JournalEntry } from '../../../src/foundations/contracts/journal';
import { entry, found, keysFound, makePlace, type Place } from './postgres-kit';

const table = 'bigmind_webhook_journal';
let place: Place;

beforeAll(async () => {
  place = await makePlace();
  await place.journal().migrate();
});
afterEach(() => place.pool.query(`TRUNCATE ${table}, ${table}_bodies, ${table}_marks`));
afterAll(() => place.remove());

function entries(count: number, of: (index: number) => Parameters<typeof entry>[0] = () => ({})) {
  return Array.from({ length: count }, (_, index) => entry(of(index)));
}

test('what comes at once is kept, and told its end, in few statements, each body beside its entry', async () => {
  const journal = place.journal();
  const many = entries(100, (index) => ({ rawBody: Buffer.from(`body ${index}`), params: { index: `${index}` } }));
  const asked = jest.spyOn(place.pool, 'query');
  await Promise.all(many.map((one) => journal.append(one)));
  expect(asked.mock.calls.length).toBeLessThan(5);
  asked.mockClear();
  await Promise.all(
    many.map(({ key }, index) =>
      journal.ended(key, { outcome: 'processed', succeeded: [`handler ${index}`], endedAt: index }),
    ),
  );
  expect(asked.mock.calls.length).toBeLessThan(5);
  asked.mockRestore();
  const byKey = new Map((await found(journal)).map((record) => [record.key, record]));
  for (const [index, { key, rawBody, params }] of many.entries()) {
    const end = { outcome: 'processed', succeeded: [`handler ${index}`], endedAt: index };
    expect(byKey.get(key)).toMatchObject({ rawBody, params, end });
  }
});

test('what another process removes while it comes again is kept, and what is there stays as it is', async () => {
  const [gone, there, fresh] = entries(3) as [JournalEntry, JournalEntry, JournalEntry];
  let onAnswer: (() => Promise<unknown>) | undefined;
  const pool = {
    async query(text: string, values?: unknown[]) {
      const answer = await place.pool.query(text, values);
      const act = onAnswer;
      onAnswer = undefined;
      await act?.();
      return answer;
    },
  };
  const journal = place.journal({ pool });
  await Promise.all([journal.append(gone), journal.append(there)]);
  await journal.ended(there.key, { outcome: 'processed', succeeded: ['a'], endedAt: 1 });
  onAnswer = () => place.journal().forget({ key: gone.key });
  await Promise.all([gone, there, fresh].map((one) => journal.append(one)));
  const outcomes = new Map((await found(journal)).map(({ key, end }) => [key, end?.outcome]));
  expect(outcomes).toEqual(
    new Map([
      [gone.key, undefined],
      [there.key, 'processed'],
      [fresh.key, undefined],
    ]),
  );
});

test('ends that come one after another, as answers do, share statements, 25 ms apart', async () => {
  const journal = place.journal();
  const many = entries(60);
  await Promise.all(many.map((one) => journal.append(one)));
  const asked = jest.spyOn(place.pool, 'query');
  const startedAt = performance.now();
  const told = many.map(async ({ key }, index) => {
    await pause(index * 2);
    await journal.ended(key, { outcome: 'processed', succeeded: [], endedAt: 1 });
  });
  await Promise.all(told);
  // A timer of Node may be a millisecond early.
  expect(asked.mock.calls.length).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 24);
  asked.mockRestore();
  for (const { end } of await found(journal)) expect(end).toMatchObject({ outcome: 'processed' });
});

test('an entry that PostgreSQL refuses is refused alone: those that came with it are kept', async () => {
  const journal = place.journal();
  const many = entries(20);
  // No time of PostgreSQL, and no JSON of it.
  const refused = [entry({ receivedAt: 1e300 }), entry({ key: 'nul \0 within' })];
  const ends = await Promise.allSettled([...many.slice(0, 10), ...refused, ...many.slice(10)].map(journal.append));
  expect(ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toStrictEqual([10, 11]);
  expect((await keysFound(journal)).sort()).toEqual(many.map(({ key }) => key).sort());
});

test('an entry that a trigger refuses is refused alone, too', async () => {
  const journal = place.journal();
  const [one, refused, other] = entries(3) as [JournalEntry, JournalEntry, JournalEntry];
  await place.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW WHEN (NEW.key = '${refused.key}') EXECUTE FUNCTION refuse()`);
  const ends = await Promise.allSettled([one, refused, other].map(journal.append));
  await place.pool.query('DROP FUNCTION refuse CASCADE');
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('an end that PostgreSQL refuses is refused alone: those that came with it are told', async () => {
  const journal = place.journal();
  const [good, bad] = [entry(), entry()];
  await Promise.all([journal.append(good), journal.append(bad)]);
  const tell = (key: string, endedAt: number) => journal.ended(key, { outcome: 'failed', succeeded: [], endedAt });
  const [one, other] = await Promise.allSettled([tell(good.key, 1), tell(bad.key, 1e300)]);
  expect([one.status, other.status]).toEqual(['fulfilled', 'rejected']);
  const byKey = new Map((await found(journal)).map(({ key, end }) => [key, end?.outcome]));
  expect([byKey.get(good.key), byKey.get(bad.key)]).toEqual(['failed', undefined]);
});

test('processes that keep and end the same deliveries at once, in any order, never wait for one another both ways', async () => {
  const codes: unknown[] = [];
  const journals = Array.from({ length: 4 }, () => {
    const pool = place.poolWith('-c deadlock_timeout=100ms');
    const told = async (text: string, values?: unknown[]) => {
      return await pool.query<Record<string, unknown>>(text, values).catch((error: unknown) => {
        codes.push((error as { readonly code?: unknown }).code);
        throw error;
      });
    };
    return place.journal({ pool: { query: told } });
  });
  for (let round = 0; round < 20; round += 1) {
    const many = entries(40);
    await Promise.all(journals.flatMap((journal) => shuffled(many).map((one) => journal.append(one))));
    await Promise.all(
      journals.flatMap((journal, index) =>
        shuffled(many).map(({ key }) =>
          journal.ended(key, { outcome: 'processed', succeeded: [`process ${index}`], endedAt: 1 }),
        ),
      ),
    );
  }
  expect(codes).toStrictEqual([]);
  const records = await found(place.journal());
  expect(records.length).toBe(800);
  for (const { end } of records) expect(end?.succeeded.length).toBe(4);
});

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item);
}
