import { setTimeout as pause } from 'node:timers/promises';
import type { Journal } from '../../../src';
import { ArrayQueue } from '../../queueing/kit';
import { ArrayJournal, found, genuine, notedLog, send, until, withJournal } from './kit';

// A queue or a journal of the user's own, without TypeScript, may have an async method where nobody waits for one.

const rejected: unknown[] = [];
const note = (reason: unknown) => void rejected.push(reason);

beforeAll(() => process.on('unhandledRejection', note));
afterAll(() => process.off('unhandledRejection', note));
afterEach(async () => {
  await pause(20);
  expect(rejected.splice(0)).toStrictEqual([]);
});

const away = () => Promise.reject(new Error('the database is away'));

test('an open() that rejects is told with its name and ends no process; what the journal then refuses is 503', async () => {
  const { logger, lines } = notedLog('error');
  const { webhooks, journal } = withJournal({ logger }, Object.assign(new ArrayJournal(), { open: away }));
  const handled: string[] = [];
  webhooks.on('*', (_, { key }) => handled.push(key));
  journal.fault = away;
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(handled).toStrictEqual([]);
  const cause = expect.objectContaining({ message: 'the database is away' }) as unknown;
  expect(lines).toMatchObject([
    { cause, msg: expect.stringMatching(/^journal.open rejected. It is not awaited/) as unknown },
    { cause },
  ]);
});

test('so is that of a queue, and a delivery that the queue takes all the same is queued', async () => {
  const { logger, lines } = notedLog('error');
  const queue = Object.assign(new ArrayQueue(), { open: away });
  const { webhooks } = withJournal({ logger, queue });
  expect(await send(webhooks, genuine())).toBe('200 queued');
  expect(lines).toMatchObject([{ msg: expect.stringMatching(/^queue.open rejected./) as unknown }]);
  expect(lines).toHaveLength(1);
});

test.each<[string, () => Promise<unknown>]>([
  ['resolves', () => Promise.resolve([])],
  ['rejects', away],
])(
  'a find() that is async, has no star and %s ends no process, and the caller is told what to write',
  async (_, find) => {
    const journal = Object.assign(new ArrayJournal(), { find: find as unknown as Journal['find'] });
    const { webhooks } = withJournal({}, journal);
    webhooks.on('*', () => undefined);
    expect(await send(webhooks, genuine())).toBe('200 processed');
    const told = /journal.find: expected an async iterable, got a promise. Write async \*find/;
    await expect(found(webhooks)).rejects.toThrow(told);
    expect((await webhooks.journal.replay()).interrupted).toMatch(told);
  },
);

/** Has begun to write when it answers, and forgets to say so. */
const forgetful = (): Promise<void> => undefined as unknown as Promise<void>;

test.each([
  ['an append()', 'journal.append', () => ({ journal: Object.assign(new ArrayJournal(), { append: forgetful }) })],
  ['an enqueue()', 'queue.enqueue', () => ({ queue: Object.assign(new ArrayQueue(), { enqueue: forgetful }) })],
])('%s that forgets its return acknowledges nothing, and the log says what to write', async (_, name, parts) => {
  const { logger, lines } = notedLog('error');
  const { webhooks } = withJournal({ logger, ...parts() });
  const handled: string[] = [];
  webhooks.on('*', (_, { key }) => handled.push(key));
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(handled).toStrictEqual([]);
  const message = `${name}: expected a promise, got undefined. Return the promise of your client, or await it.`;
  expect(lines).toMatchObject([{ cause: { message } }]);
});

/** What the log or a caller is told of a method of the journal. */
const toldOf = (name: string): string =>
  `journal.${name}: expected a promise, got undefined. Return the promise of your client`;

test('an ended() that forgets its return is no end that was told: the log says what to write', async () => {
  const { logger, lines } = notedLog('warn');
  const { webhooks } = withJournal({ logger }, Object.assign(new ArrayJournal(), { ended: forgetful }));
  webhooks.on('*', () => undefined);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  await until(() => lines.length > 0);
  const message = expect.stringContaining(toldOf('ended')) as unknown;
  expect(lines).toMatchObject([{ code: 'JOURNAL_FAILED', cause: { message } }]);
});

test('a mark() that forgets its return keeps no place of a replay: the log says what to write', async () => {
  const { logger, lines } = notedLog('warn');
  const { webhooks } = withJournal({ logger }, Object.assign(new ArrayJournal(), { mark: forgetful }));
  webhooks.on('*', () => undefined);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  await webhooks.journal.replay({ name: 'fill', force: true });
  const cause = expect.objectContaining({ message: expect.stringContaining(toldOf('mark')) as unknown }) as unknown;
  expect(lines).toContainEqual(
    expect.objectContaining({ cause, msg: 'The journal did not keep the place of the replay' }),
  );
});

test('a marked() that forgets its return says so, and the replay does not begin anew', async () => {
  const { webhooks } = withJournal({}, Object.assign(new ArrayJournal(), { marked: forgetful }));
  const handled: string[] = [];
  webhooks.on('*', (_, { key }) => handled.push(key));
  expect(await send(webhooks, genuine())).toBe('200 processed');
  const { interrupted } = await webhooks.journal.replay({ name: 'fill', force: true });
  expect(interrupted).toContain(toldOf('marked'));
  expect(handled).toHaveLength(1);
});

test('a forget() that forgets its return is an error, never a deletion that is done', async () => {
  const { webhooks } = withJournal({}, Object.assign(new ArrayJournal(), { forget: forgetful }));
  await expect(webhooks.journal.forget({ before: new Date() })).rejects.toThrow(toldOf('forget'));
});
