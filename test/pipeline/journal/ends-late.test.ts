import { ArrayJournal, found, genuine, signed, withJournal } from './kit';

test('find() of the process that answered knows how the deliveries ended', async () => {
  const { webhooks } = withJournal({}, slowToTakeEnds());
  webhooks.on('notes_created', () => undefined);
  for (const delivery of [genuine(), signed.malformed(), genuine()]) await webhooks.receive(delivery);
  const deliveries = await found(webhooks, { order: 'oldest first' });
  expect(deliveries.map(({ outcome }) => outcome)).toEqual(['processed', 'malformed', 'processed']);
});

test.each([true, false])(
  'a replay of the process that answered runs nothing again, without de-duplication too (dry run: %p)',
  async (dryRun) => {
    const { webhooks } = withJournal({ deduplicate: false }, slowToTakeEnds());
    const ran: string[] = [];
    webhooks.on('notes_created', (_event, { key }) => void ran.push(`a ${key}`), { name: 'a' });
    for (const delivery of [genuine(), genuine()]) await webhooks.receive(delivery);
    webhooks.on('notes_created', (_event, { key }) => void ran.push(`b ${key}`), { name: 'b' });
    const { found, handlers } = await webhooks.journal.replay({ dryRun });
    expect({ found, handlers }).toEqual({ found: 2, handlers: { b: { ran: 2, failed: 0 } } });
    expect(ran).toHaveLength(dryRun ? 2 : 4);
    expect(new Set(ran).size).toBe(ran.length);
  },
);

test('neither waits for ends that the journal does not take longer than for an answer', async () => {
  const journal = new ArrayJournal();
  journal.fault = (method, go) => (method === 'ended' ? new Promise(() => undefined) : go());
  const { webhooks } = withJournal({ deduplicate: { storeTimeoutMs: 100 } }, journal);
  webhooks.on('notes_created', () => undefined);
  await webhooks.receive(genuine());
  expect(await found(webhooks)).toMatchObject([{ outcome: undefined }]);
  expect(await webhooks.journal.replay({ dryRun: true })).toMatchObject({ found: 1 });
});

test('ends that the journal refuses while it keeps deliveries are not tried at each of its answers', async () => {
  const journal = new ArrayJournal();
  journal.fault = (method, go) => (method === 'ended' ? Promise.reject(new Error('no right to update')) : go());
  const { webhooks } = withJournal({}, journal);
  webhooks.on('notes_created', () => undefined);
  for (let count = 0; count < 40; count += 1) {
    expect(await webhooks.receive(genuine())).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(journal.calls.filter((method) => method === 'ended').length).toBeLessThan(15);
});

function slowToTakeEnds(): ArrayJournal {
  const journal = new ArrayJournal();
  journal.fault = async (method, go) => {
    if (method === 'ended') await new Promise((resolve) => setTimeout(resolve, 50));
    await go();
  };
  return journal;
}
