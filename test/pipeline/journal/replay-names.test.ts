import { type Claim, memoryStore, type ReplayOptions } from '../../../src';
import { examplePayload, signDelivery } from '../../../src/testing';
import { calm, genuine, type Options, signed, until, withJournal } from './kit';

/** A receiver with some deliveries that nobody has handled, of which a replay of this name has run two and was aborted. */
async function interrupted(options: ReplayOptions<'notes_created' | 'todo_created'>) {
  const { webhooks, journal } = withJournal();
  for (const make of [genuine, signed.todo, genuine, signed.todo, genuine, signed.todo]) await webhooks.receive(make());
  await calm();
  const ran: string[] = [];
  const controller = new AbortController();
  const run = (name: string) => (): void => {
    ran.push(name);
    if (ran.length === 2) controller.abort();
  };
  webhooks.on('notes_created', run('note'), { name: 'crm' }).on('todo_created', run('todo'), { name: 'todo' });
  webhooks.on('notes_created', run('more'), { name: 'more' });
  const { signal } = controller;
  await webhooks.journal.replay({ ...options, name: 'fill', concurrency: 1, signal });
  return { webhooks, journal, ran };
}

const moment = (daysAgo: number): Date => new Date(Date.now() - daysAgo * 86_400_000);
const notes = { event: 'notes_created', handlers: ['crm'], from: moment(3) } as const;

test.each<[string, ReplayOptions<'notes_created' | 'todo_created'>, string]>([
  ['another event', { ...notes, event: 'todo_created' }, 'event'],
  ['more events', { ...notes, event: ['notes_created', 'todo_created'] }, 'event'],
  ['an outcome', { ...notes, outcome: 'unhandled' }, 'outcome'],
  ['a tenant', { ...notes, tenant: 'acme' }, 'tenant'],
  ['a key', { ...notes, key: '0'.repeat(64) }, 'key'],
  ['more handlers', { ...notes, handlers: ['crm', 'more'] }, 'handlers'],
  ['all handlers, by force', { ...notes, handlers: undefined, force: true }, 'handlers and force'],
  ['an earlier moment', { ...notes, from: moment(4) }, 'from'],
  ['no moment, and so from the beginning', { ...notes, from: undefined }, 'from'],
  ['another event, in a dry run', { ...notes, event: 'todo_created', dryRun: true }, 'event'],
])('a name is refused with %s, since what lies before its place would be passed over', async (_t, other, words) => {
  const { webhooks, journal, ran } = await interrupted(notes);
  const place = journal.marks.get('fill');
  await expect(webhooks.journal.replay({ ...other, name: 'fill' })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringMatching(new RegExp(`^BAD_OPTION journal\\.replay\\.name: .* differs in ${words}\\. Pass`)),
  });
  expect([ran, journal.marks.get('fill')]).toEqual([['note', 'note'], place]);
  expect(await webhooks.journal.replay({ ...notes, name: 'fill' })).toMatchObject({ found: 1, ran: 1 });
  expect(journal.marks.size).toBe(0);
});

test.each<[string, ReplayOptions<'notes_created' | 'todo_created'>]>([
  ['a later moment, as of "3 days ago" that is said again', { from: moment(2) }],
  ['names in another order, another end and another pace', { to: new Date(Date.now() + 60_000), concurrency: 9 }],
])('a name goes on where it was with %s', async (_title, more) => {
  const both = { event: ['notes_created', 'todo_created'], handlers: ['todo', 'crm'], from: moment(3) } as const;
  const { webhooks, ran } = await interrupted(both);
  const swapped = { ...both, event: both.event.toReversed(), handlers: both.handlers.toReversed() };
  expect(await webhooks.journal.replay({ ...swapped, ...more, name: 'fill' })).toMatchObject({ found: 4, ran: 4 });
  expect(ran).toHaveLength(6);
});

test('a name whose replay came to its end is free for any other', async () => {
  const { webhooks } = await interrupted(notes);
  await webhooks.journal.replay({ ...notes, name: 'fill' });
  expect(await webhooks.journal.replay({ name: 'fill' })).toMatchObject({ found: 6 });
});

/** Six notes that nobody has handled, and a handler that fails at some of them, and aborts a replay at others. */
async function failingAt(numbers: readonly number[], abortAt: readonly number[], options: Options = {}) {
  const { webhooks, journal } = withJournal(options);
  for (let count = 0; count < 6; count += 1) await webhooks.receive(genuine());
  await calm();
  const keys = journal.entries.map(({ key }) => key);
  const ran: number[] = [];
  let controller = new AbortController();
  webhooks.on('notes_created', (_event, { key }) => {
    const number = keys.indexOf(key);
    ran.push(number);
    if (abortAt.includes(number)) controller.abort();
    if (numbers.includes(number)) throw new Error('down');
  });
  const replay = (more: Pick<ReplayOptions, 'concurrency' | 'dryRun' | 'outcome'> = {}) => {
    controller = new AbortController();
    return webhooks.journal.replay({ name: 'fill', concurrency: 1, signal: controller.signal, ...more });
  };
  return { journal, keys, ran, replay, abort: () => controller.abort() };
}

test('a replay that goes on tells how many failed before its place, in every earlier run, and leaves those alone', async () => {
  const { journal, ran, replay } = await failingAt([0, 2, 4], [1, 3]);
  expect(await replay()).toMatchObject({ found: 2, failed: 1, failedBefore: 0, interrupted: 'It was aborted.' });
  expect(await replay({ dryRun: true })).toMatchObject({ found: 4, failed: 0, failedBefore: 1 });
  expect(await replay()).toMatchObject({ found: 2, failed: 1, failedBefore: 1, interrupted: 'It was aborted.' });
  expect(await replay()).toMatchObject({ found: 2, failed: 1, failedBefore: 2, interrupted: undefined });
  expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
  expect(journal.marks.size).toBe(0);
  expect(await replay({ outcome: 'failed' })).toMatchObject({ found: 3, failed: 3, failedBefore: 0 });
});

test('what failed behind the place runs again, and is not counted as failed before', async () => {
  const store = memoryStore();
  const failing = [2];
  const { keys, ran, replay, abort } = await failingAt(failing, [], { deduplicate: { store } });
  const elsewhere = (await store.claim(keys[1] ?? '', 15_000, 60_000)) as Claim;
  const first = replay({ concurrency: 2 });
  await until(() => ran.length === 5);
  abort();
  expect(await first).toMatchObject({ found: 5, failed: 1, interrupted: 'It was aborted.' });
  failing.length = 0;
  await store.release(keys[1] ?? '', elsewhere.token);
  expect(await replay()).toMatchObject({ ran: 2, failed: 0, failedBefore: 0 });
});

test.each<[string, (mark: string) => string]>([
  ['without failures', (mark) => JSON.stringify({ ...(JSON.parse(mark) as object), failed: undefined })],
  ['that is a position alone', (mark) => (JSON.parse(mark) as { after: string }).after],
])('a place that an earlier version kept, %s, is gone on from', async (_title, earlier) => {
  const { journal, replay } = await failingAt([0], [1]);
  await replay();
  journal.marks.set('fill', earlier(journal.marks.get('fill') ?? ''));
  expect(await replay()).toMatchObject({ found: 4, failed: 0, failedBefore: 0 });
});

test('the place of a replay holds no text of its tenant, which may be forgotten meanwhile', async () => {
  const secret = 'the secret of acme';
  const { webhooks, journal } = withJournal({ secret: () => ({ tenant: 'acme', secret }) });
  for (let count = 0; count < 3; count += 1) {
    const payload = examplePayload('todo_created', { data: { description: `todo ${count}` } });
    await webhooks.receive(signDelivery({ payload, secret }));
  }
  await calm();
  const controller = new AbortController();
  webhooks.on('todo_created', () => controller.abort());
  const { signal } = controller;
  await webhooks.journal.replay({ tenant: 'acme', name: 'fill', concurrency: 1, signal });
  expect(journal.marks.get('fill')).toBeDefined();
  expect(journal.marks.get('fill')).not.toContain('acme');
});
