import { setTimeout as pause } from 'node:timers/promises';
import { calm, gate, genuine, LiveJournal, send, withJournal } from './kit';

test('a replay ends while deliveries come without a break: it waits for the ends so far, not for theirs', async () => {
  const { webhooks, journal } = withJournal({ deduplicate: { storeTimeoutMs: 60_000 } });
  webhooks.on('notes_created', () => undefined, { name: 'crm' });
  for (let sent = 0; sent < 3; sent += 1) await send(webhooks, genuine());
  await calm();
  const to = new Date(Date.now() + 1);
  await pause(5);
  journal.fault = async (method, go) => {
    if (method === 'ended') await pause(5);
    await go();
  };
  let isOver = false;
  const live = (async () => {
    for (; !isOver; await pause(1)) await send(webhooks, genuine());
  })();
  try {
    webhooks.on('notes_created', () => undefined, { name: 'warehouse' });
    expect(await webhooks.journal.replay({ to })).toMatchObject({ ran: 3, failed: 0 });
    expect(journal.ends.slice(0, 3)).toEqual(Array(3).fill('processed crm,warehouse'));
  } finally {
    isOver = true;
    await live;
  }
});

/** Three deliveries that failed, and a replay of what failed that stands at the first of them until `go` is called. */
async function withFailures() {
  const { webhooks, journal } = withJournal({}, new LiveJournal());
  const atFirst = gate();
  const begun = gate();
  const ran: string[] = [];
  let isDown = true;
  webhooks.on('notes_created', async (_event, { key, replayed }) => {
    if (isDown) throw new Error('down');
    if (!replayed) return;
    ran.push(key);
    begun.open();
    await atFirst.passed;
  });
  const copies = [genuine(), genuine(), genuine()] as const;
  for (const copy of copies) await send(webhooks, copy);
  await calm();
  const keys = journal.entries.map(({ key }) => key);
  isDown = false;
  const replay = webhooks.journal.replay({ outcome: 'failed', concurrency: 1 });
  await begun.passed;
  const failLater = async (): Promise<void> => {
    isDown = true;
    await send(webhooks, genuine());
    await calm();
    isDown = false;
  };
  return { webhooks, journal, ran, keys, copies, failLater, go: atFirst.open, replay };
}

type Failures = Awaited<ReturnType<typeof withFailures>>;

test.each<[string, (failures: Failures) => Promise<void>]>([
  [
    'the last one is repeated and succeeds',
    async ({ webhooks, copies }) => expect(await send(webhooks, copies[2])).toBe('200 processed'),
  ],
  [
    'the last one is forgotten',
    async ({ webhooks, keys }) => expect(await webhooks.journal.forget({ key: keys[2] ?? '' })).toBe(1),
  ],
  [
    'another process forgets the last one',
    async ({ journal, keys }) => expect(await journal.forget({ key: keys[2] ?? '' })).toBe(1),
  ],
])('a replay of what failed leaves out what fails after its start, also when %s', async (_when, change) => {
  const failures = await withFailures();
  const { ran, keys, failLater, go, replay } = failures;
  await change(failures);
  await failLater();
  go();
  expect(await replay).toMatchObject({ found: 2, ran: 2, interrupted: undefined });
  expect(ran).toEqual(keys.slice(0, 2));
});

test('a replay of what failed ends where it began when what failed came before what did not', async () => {
  const { webhooks } = withJournal({}, new LiveJournal());
  let isDown = true;
  webhooks.on('notes_created', async (_event, { replayed }) => {
    if (replayed) await send(webhooks, genuine());
    if (isDown && !replayed) throw new Error('down');
  });
  await send(webhooks, genuine());
  await calm();
  isDown = false;
  await send(webhooks, genuine());
  await calm();
  isDown = true;
  expect(await webhooks.journal.replay({ outcome: 'failed', concurrency: 1 })).toMatchObject({ found: 1, ran: 1 });
});
