import { bigmindWebhooks } from '../../../src';
import { fileJournal } from '../../../src/journals/file';
import { examplePayload, signDelivery } from '../../../src/testing';
import { cleanUp, entry, keys, newFolder, openJournal } from './kit';

afterEach(cleanUp);

const dayMs = 86_400_000;
const secret = 'a secret of the test';

/** A receiver whose clock can be set. */
function receiver(start: string) {
  const clock = { time: Date.parse(start), now: () => clock.time };
  const handled: string[] = [];
  const journal = fileJournal({ directory: newFolder() });
  const webhooks = bigmindWebhooks({ secret, logger: false, clock, journal });
  webhooks.on('notes_created', ({ data }, { replayed }) => void (replayed && handled.push(data.note_id)), {
    name: 'crm',
  });
  const send = async (id: string): Promise<number> => {
    const payload = examplePayload('notes_created', { data: { note_id: id } });
    return (await webhooks.receive(signDelivery({ payload, secret }))).status;
  };
  return { clock, handled, webhooks, send };
}

test('keeps and replays what came while the clock was a day ahead or behind, in the order in which it came', async () => {
  const { clock, handled, webhooks, send } = receiver('2026-03-28T12:00:00Z');
  clock.time += dayMs;
  expect(await send('ahead')).toBe(200);
  clock.time -= 2 * dayMs;
  expect(await send('behind')).toBe(200);
  clock.time += dayMs;
  expect(await send('right')).toBe(200);
  expect(await webhooks.journal.replay({ force: true })).toMatchObject({ found: 3, ran: 3, failed: 0 });
  expect(handled).toEqual(['ahead', 'behind', 'right']);
  await webhooks.close();
});

test('finds by time across midnight and the hour of summer time, to the millisecond', async () => {
  const { clock, webhooks, send } = receiver('2026-03-28T23:59:59.999Z');
  const times: number[] = [];
  for (const stepMs of [0, 1, 3_600_000, 1, 82_799_998, 1]) {
    clock.time += stepMs;
    times.push(clock.time);
    await send(`${clock.time}`);
  }
  for (const [index, from] of times.entries()) {
    const found: number[] = [];
    for await (const { receivedAt } of webhooks.journal.find({ from: new Date(from) })) found.push(Number(receivedAt));
    expect(found.toReversed()).toEqual(times.slice(index));
  }
  await webhooks.close();
});

test.each(['0100-01-01T12:00:00Z', '1969-12-31T23:59:59Z', '2300-01-01T12:00:00Z', '9999-12-31T12:00:00Z'])(
  'finds again what it has acknowledged while the clock said %s',
  async (time) => {
    const directory = newFolder();
    const clock = { now: () => Date.parse(time) };
    const some = Array.from({ length: 3 }, () => entry({ receivedAt: clock.now() }));
    for (const one of some) {
      const journal = openJournal({ directory }, { clock });
      await journal.append(one);
      expect((await keys(journal)).at(-1)).toBe(one.key);
      await journal.close();
    }
    expect(await keys(openJournal({ directory }, { clock }))).toEqual(some.map(({ key }) => key));
  },
);

test.each([Number.NaN, Date.UTC(-1, 0), Date.UTC(10_000, 0), Date.now() * 1000])(
  'keeps nothing at %d, which is no time of a file, and says what was expected',
  async (moment) => {
    const directory = newFolder();
    const time = { now: moment };
    const journal = openJournal({ directory }, { clock: { now: () => time.now } });
    await expect(journal.append(entry())).rejects.toThrow(/The clock says .*: expected milliseconds since 1970/);
    time.now = Date.now();
    const one = entry();
    await journal.append(one);
    expect(await keys(journal)).toEqual([one.key]);
  },
);
