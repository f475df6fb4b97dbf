import { bigmindWebhooks } from '../../src';
import { ArrayJournal } from '../pipeline/journal/array-journal';
import { receiverWith, refusalOf } from './refusal';

const methods = { open() {}, append() {}, ended() {}, find() {}, forget() {}, stats() {}, mark() {} };

test.each<[unknown, string]>([
  ['/var/journal', 'got a string of 12 characters. For a folder, write journal: fileJournal({ directory }).'],
  [ArrayJournal, 'got a function. Call it, as in fileJournal({ directory }).'],
  [null, 'journal: expected a journal such as fileJournal({ directory }), got null.'],
  [true, 'journal: expected a journal such as fileJournal({ directory }), got true (boolean).'],
  [{ directory: '/var/journal' }, 'got the options of one. Write journal: fileJournal({ directory }).'],
  [{ pool: {}, namespace: 'x' }, 'got the options of one. Write journal: postgresJournal({ pool, namespace }).'],
  [{ query() {} }, 'got a pool. Write journal: postgresJournal({ pool, namespace }).'],
  [{}, 'journal.open: expected a function, got undefined.'],
  [methods, 'journal.marked: expected a function, got undefined.'],
  [{ ...methods, marked() {}, ping: true }, 'journal.ping: expected a function, got true (boolean).'],
  [{ ...methods, marked() {}, onFailure: 'skip' }, "journal.onFailure: expected one of 'refuse', 'continue'"],
])('an option journal that is none is refused, with what to write: %#', (journal, message) => {
  const refusal = refusalOf(() => receiverWith({ journal }));
  expect(refusal).toEqual({ code: 'BAD_OPTION', message: expect.stringContaining(message) as string });
  expect(refusal.message).not.toContain('/var');
});

test('a journal is opened once, with the logger and the clock', () => {
  const journal = new ArrayJournal();
  const clock = { now: () => 5 };
  receiverWith({ journal, clock });
  expect(journal.opened).toHaveLength(1);
  expect(journal.opened[0]?.clock.now()).toBe(5);
  expect(() => receiverWith({ journal: undefined })).not.toThrow();
});

const noJournal = { code: 'NO_JOURNAL', message: expect.stringContaining('Pass the journal option.') as string };

test('without a journal, everything of it rejects with NO_JOURNAL', async () => {
  const { journal } = bigmindWebhooks({ secret: 'a secret', logger: false }).on('*', () => undefined);
  await expect(journal.find()[Symbol.asyncIterator]().next()).rejects.toMatchObject(noJournal);
  await expect(journal.replay()).rejects.toMatchObject(noJournal);
  await expect(journal.forget({ key: 'x' })).rejects.toMatchObject(noJournal);
  await expect(journal.stats()).rejects.toMatchObject(noJournal);
});

function journalled() {
  const journal = new ArrayJournal();
  const made = receiverWith({ journal })
    .on('notes_created', () => undefined, { name: 'crm' })
    .on('*', () => undefined, { name: 'warehouse' });
  return { journal, view: made.journal };
}

test.each<[unknown, string]>([
  [5, 'journal.find: expected an object, got 5 (number).'],
  [{ form: 1 }, 'journal.find.form is unknown. Did you mean from?'],
  [{ from: 'yesterday' }, 'journal.find.from: expected a moment, such as a Date or an ISO text, got a string of 9'],
  [{ to: null }, 'journal.find.to: expected a moment'],
  [{ from: new Date(Number.NaN) }, 'journal.find.from: expected a moment'],
  [{ event: 'note_created' }, 'journal.find.event: there is no event "note_created". Did you mean notes_created?'],
  [{ event: ['notes_created', 1] }, 'journal.find.event: expected the name of an event'],
  [{ event: [] }, 'journal.find.event: expected the name of an event, or several in an array, got an empty array.'],
  [
    { outcome: [] },
    "journal.find.outcome: expected an outcome such as 'failed', or several in an array, got an empty array.",
  ],
  [{ outcome: 'fialed' }, "journal.find.outcome: expected an outcome such as 'failed', or several in an array"],
  [{ outcome: ['failed', 'proccessed'] }, 'Did you mean processed?'],
  [{ tenant: '' }, 'journal.find.tenant: expected a string with text'],
  [{ key: 7 }, 'journal.find.key: expected a string with text'],
  [{ order: 'newest' }, "journal.find.order: expected one of 'oldest first', 'newest first'"],
])('find(%j) is refused at its first step', async (filter, message) => {
  const { journal, view } = journalled();
  const steps = (Reflect.apply(view.find, view, [filter]) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  await expect(steps.next()).rejects.toThrow(message);
  expect(journal.calls).toStrictEqual([]);
});

test.each<[unknown, string]>([
  [{ handlers: ['cmr'] }, 'journal.replay.handlers[0]: expected the name of a registered handler'],
  [{ handlers: ['cmr'] }, 'Did you mean crm?'],
  [{ handlers: ['crm', 'nothing like it'] }, 'handlers[1]: expected the name of a registered handler'],
  [{ handlers: ['nothing like it'] }, 'Registered are crm, warehouse.'],
  [{ event: [] }, 'journal.replay.event: expected the name of an event, or several in an array, got an empty array.'],
  [
    { outcome: [] },
    "journal.replay.outcome: expected an outcome such as 'failed', or several in an array, got an empty",
  ],
  [{ handlers: [] }, 'journal.replay.handlers: expected an array with the names of handlers, got an empty array.'],
  [{ handlers: 'crm' }, 'journal.replay.handlers: expected an array'],
  [{ handler: ['crm'] }, 'journal.replay.handler is unknown. Did you mean handlers?'],
  [{ dry: true }, 'journal.replay.dry is unknown. Did you mean dryRun?'],
  [{ dryRun: 1 }, 'journal.replay.dryRun: expected true or false, got 1 (number).'],
  [{ force: 'yes' }, 'journal.replay.force: expected true or false, got "yes" (string).'],
  [{ rate: 0 }, 'journal.replay.rate: expected a number of deliveries a second, more than 0, got 0 (number).'],
  [{ concurrency: 0 }, 'journal.replay.concurrency: expected a whole number from 1 to 1000'],
  [
    { signal: new AbortController() },
    "expected an AbortSignal, got an object (AbortController). Pass a controller's signal",
  ],
  [{ onProgress: true }, 'journal.replay.onProgress: expected a function'],
  [{ name: 'x'.repeat(101) }, 'journal.replay.name: expected a name of at most 100 characters'],
  [{ order: 'newest first' }, 'journal.replay.order is unknown.'],
])('replay(%j) is refused', async (options, message) => {
  const { journal, view } = journalled();
  await expect(Reflect.apply(view.replay, view, [options])).rejects.toThrow(message);
  expect(journal.calls).toStrictEqual([]);
});

test('a replay without any handler rejects with NO_HANDLERS', async () => {
  const { journal } = receiverWith({ journal: new ArrayJournal() });
  await expect(journal.replay()).rejects.toMatchObject({ code: 'NO_HANDLERS' });
});

test.each(['onInvalid', 'onUnknown'] as const)('a replay for %s alone runs', async (callback) => {
  const webhooks = receiverWith({ journal: new ArrayJournal() });
  webhooks[callback](() => undefined);
  await expect(webhooks.journal.replay()).resolves.toMatchObject({ found: 0 });
});

test.each<[unknown, string]>([
  [{}, 'journal.forget: expected { key }, { tenant } or { before }, one of them'],
  [{ key: 'a', tenant: 'b' }, 'journal.forget: expected { key }, { tenant } or { before }, one of them'],
  [{ key: undefined }, 'one of them'],
  [{ befor: 1 }, 'journal.forget.befor is unknown. Did you mean before?'],
  [{ before: 'x' }, 'journal.forget.before: expected a moment'],
  [undefined, 'journal.forget: expected an object, got undefined.'],
])('forget(%j) is refused, and nothing is removed', async (which, message) => {
  const { view } = journalled();
  await expect(Reflect.apply(view.forget, view, [which])).rejects.toThrow(message);
});
