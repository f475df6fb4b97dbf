import { fakeTimers, inTime, pass } from '../../deduplication/fake-time';
import { calm, gate, genuine, notedLog, shakyStore, withJournal } from './kit';

beforeEach(fakeTimers);
afterEach(() => {
  jest.useRealTimers();
});

/** A receiver with two deliveries in its journal, which no handler has had, and a store that can be away. */
async function stage() {
  const { store, away } = shakyStore();
  const { logger, lines } = notedLog();
  const { webhooks, journal } = withJournal({ deduplicate: { store }, logger });
  for (let count = 0; count < 2; count += 1) await webhooks.receive(genuine());
  await calm();
  const ran: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void ran.push(key));
  return { webhooks, journal, away, ran, lines };
}

test('a store that is out of reach for a minute interrupts a replay, which goes on under its name', async () => {
  const { webhooks, away, ran } = await stage();
  away.is = true;
  let isOver = false;
  const replay = webhooks.journal.replay({ name: 'fill' }).finally(() => {
    isOver = true;
  });
  await pass(55_000);
  expect([isOver, ran]).toStrictEqual([false, []]);
  const reason = expect.stringContaining('The delivery store could not be asked.') as string;
  expect(await inTime(replay)).toMatchObject({ ran: 0, interrupted: reason });
  away.is = false;
  expect(await inTime(webhooks.journal.replay({ name: 'fill' }))).toMatchObject({ ran: 2, interrupted: undefined });
  expect(new Set(ran).size).toBe(2);
});

test('a store that is out of reach for less is waited for, and interrupts nothing', async () => {
  const { webhooks, away, ran } = await stage();
  away.is = true;
  const replay = webhooks.journal.replay();
  await pass(50_000);
  away.is = false;
  expect(await inTime(replay)).toMatchObject({ ran: 2, interrupted: undefined });
  expect(ran).toHaveLength(2);
});

test('a replay under a name keeps its place as it goes, once a second, for the next start after a crash', async () => {
  const { webhooks, journal } = withJournal();
  for (let count = 0; count < 40; count += 1) await webhooks.receive(genuine());
  await calm();
  const ran: string[] = [];
  webhooks.on('notes_created', (_event, { key }) => void ran.push(key));
  const replay = webhooks.journal.replay({ name: 'fill', rate: 10 });
  await pass(900);
  const marks = () => journal.calls.filter((call) => call === 'mark').length;
  expect([marks(), journal.marks.size]).toEqual([0, 0]);
  await pass(2300);
  expect(marks()).toBe(3);
  const place = Number((JSON.parse(journal.marks.get('fill') ?? '') as { after: string }).after);
  expect(place).toBeGreaterThan(20);
  expect(place).toBeLessThanOrEqual(ran.length);
  expect(await inTime(replay)).toMatchObject({ ran: 40, interrupted: undefined });
  expect(journal.marks.size).toBe(0);
});

test.each(['find', 'marked'] as const)(
  'an aborted replay ends although the journal is silent in %s, and starts nothing later',
  async (method) => {
    const { webhooks, journal, ran } = await stage();
    const silent = gate();
    if (method === 'marked') journal.marked = () => silent.passed.then(() => undefined);
    const find = journal.find.bind(journal);
    let finds = 0;
    journal.find = async function* slowly(query) {
      finds += 1;
      // The first one is for the newest entry.
      if (method === 'find' && finds === 2) await silent.passed;
      yield* find(query);
    };
    const controller = new AbortController();
    const replay = webhooks.journal.replay({ name: 'fill', signal: controller.signal });
    await pass(60_000);
    controller.abort();
    await pass(2000);
    expect(await inTime(replay)).toMatchObject({ found: 0, interrupted: 'It was aborted.' });
    silent.open();
    await pass(5000);
    expect(ran).toStrictEqual([]);
  },
);

test('a rate of one delivery in a century starts one, and waits', async () => {
  const { webhooks, ran } = await stage();
  const controller = new AbortController();
  const replay = webhooks.journal.replay({ rate: 3e-10, concurrency: 1, signal: controller.signal });
  await pass(60_000);
  expect(ran).toHaveLength(1);
  controller.abort();
  expect(await inTime(replay)).toMatchObject({ ran: 1, interrupted: 'It was aborted.' });
});

test('a journal that does not keep the place of a replay changes nothing in it, and the log says so', async () => {
  const { webhooks, journal, ran, lines } = await stage();
  journal.fault = (method, go) => (method === 'mark' ? Promise.reject(new Error('the disk is full')) : go());
  expect(await inTime(webhooks.journal.replay({ name: 'fill' }))).toMatchObject({ ran: 2, interrupted: undefined });
  expect(ran).toHaveLength(2);
  const cause = expect.objectContaining({ message: 'the disk is full' }) as unknown;
  const msg = 'The journal did not keep the place of the replay';
  expect(lines).toContainEqual(expect.objectContaining({ level: 40, msg, cause }));
});

test('a journal that cannot be asked how a delivery ended is waited for, and nothing runs meanwhile', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  webhooks.on('notes_created', () => void ran.push('a'), { name: 'a' });
  journal.fault = (method, go) => (method === 'ended' ? Promise.resolve() : go());
  await webhooks.receive(genuine());
  await calm();
  webhooks.on('notes_created', () => void ran.push('b'), { name: 'b' });
  const find = journal.find.bind(journal);
  let asked = 0;
  journal.find = async function* away(query) {
    if (query.key !== undefined) {
      asked += 1;
      throw new Error('the disk is gone');
    }
    yield* find(query);
  };
  let isOver = false;
  const replay = webhooks.journal.replay().finally(() => {
    isOver = true;
  });
  await pass(5000);
  expect([isOver, ran]).toStrictEqual([false, ['a']]);
  expect(asked).toBeGreaterThan(1);
  journal.find = find;
  expect(await inTime(replay)).toMatchObject({ ran: 0, unclear: 1, interrupted: undefined });
  expect(ran).toEqual(['a']);
});

test('ends that the journal did not take are told as soon as it takes a delivery, without a pause', async () => {
  const { webhooks, journal } = withJournal();
  webhooks.on('notes_created', () => undefined);
  journal.fault = (method, go) => (method === 'ended' ? Promise.reject(new Error('the disk is full')) : go());
  await webhooks.receive(genuine());
  // Pauses are two seconds by now.
  await pass(10_000);
  expect(journal.ends).toEqual(['-']);
  journal.fault = (_method, go) => go();
  await webhooks.receive(genuine());
  await calm(5);
  expect(journal.ends).toEqual(['processed notes_created', 'processed notes_created']);
});
