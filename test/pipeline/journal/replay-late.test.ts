import { memoryStore } from '../../../src';
import { calm, gate, genuine, send, until, withJournal, wrapped } from './kit';

/** A delivery that is done by one handler, or by none, and another that ends when the test says so. */
async function withSlowHandler(isDone: boolean) {
  const { webhooks, journal } = withJournal({ maxRunMs: 50 });
  if (isDone) webhooks.on('notes_created', () => undefined, { name: 'crm' });
  await send(webhooks, genuine());
  await calm();
  const slow = gate();
  webhooks.on('notes_created', () => slow.passed, { name: 'slow' });
  return { webhooks, journal, slow };
}

describe.each([
  ['that is done, so that replays claim their ledger alone', true, 'crm,slow'],
  ['that is not done', false, 'slow'],
])('of a delivery %s,', (_, isDone, names) => {
  test('a handler that a replay runs is counted by health() once, until it ends', async () => {
    const { webhooks, slow } = await withSlowHandler(isDone);
    const running = async () => (await webhooks.health()).inFlight.running;
    expect(await running()).toBe(0);
    const replay = webhooks.journal.replay();
    await calm(10);
    expect(await running()).toBe(1);
    slow.open();
    await replay;
    expect(await running()).toBe(0);
  });

  test('a success that comes after maxRunMs is told to the journal, and no replay runs the handler again', async () => {
    const { webhooks, journal, slow } = await withSlowHandler(isDone);
    expect(await webhooks.journal.replay()).toMatchObject({ failed: 1 });
    expect(journal.ends[0]).toMatch(/^failed/);
    slow.open();
    await until(() => journal.ends[0] === `processed ${names}`);
    expect(await webhooks.journal.replay()).toMatchObject({ ran: 0, skipped: 1 });
  });

  test('a failure that comes after maxRunMs leaves it failed, and the next replay runs the handler', async () => {
    const { webhooks, journal, slow } = await withSlowHandler(isDone);
    await webhooks.journal.replay();
    slow.fail(new Error('too late, and wrong'));
    await calm(10);
    expect(journal.ends[0]).toMatch(/^failed/);
    expect(await webhooks.journal.replay()).toMatchObject({ failed: 1, skipped: 0 });
  });
});

test('what succeeded beside a handler that never ends is done for a replay', async () => {
  const { webhooks, journal } = withJournal({ timeoutMs: 10, maxRunMs: 50, deduplicate: false });
  let ran = 0;
  const crm = async (): Promise<void> => {
    ran += 1;
  };
  webhooks.on('notes_created', crm, { name: 'crm' });
  webhooks.on('notes_created', () => new Promise(() => undefined), { name: 'hangs' });
  await send(webhooks, genuine());
  await until(() => journal.ends[0] === 'failed crm');
  expect(await webhooks.journal.replay()).toMatchObject({ failed: 1 });
  expect(ran).toBe(1);
});

test('the ledger of a replay is kept as long as deliveries are', async () => {
  const store = wrapped(memoryStore());
  const kept = new Map<string, number[]>();
  const { claim } = store;
  store.claim = (key, leaseMs, ttlMs, newToken) => {
    kept.set(key, [...(kept.get(key) ?? []), ttlMs]);
    return claim(key, leaseMs, ttlMs, newToken);
  };
  const { webhooks } = withJournal({ deduplicate: { store, ttlMs: 7_654_321 } });
  webhooks.on('notes_created', () => undefined, { name: 'crm' });
  await send(webhooks, genuine());
  await calm();
  webhooks.on('notes_created', () => undefined, { name: 'later' });
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 1 });
  expect(kept.size).toBe(2);
  expect(new Set([...kept.values()].flat())).toStrictEqual(new Set([7_654_321]));
});
