import { setTimeout as pause } from 'node:timers/promises';
import { calm, genuine, send, withJournal } from './kit';

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
