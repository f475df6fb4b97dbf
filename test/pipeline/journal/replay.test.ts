import { type BigmindWebhooks, eventSchema, type HandlerContext, memoryStore, type ReplayProgress } from '../../../src';
import type { JournalRecord } from '../../../src/foundations/contracts/journal';
import { examplePayload, signDelivery } from '../../../src/testing';
import {
  ArrayJournal,
  bigmindWebhooks,
  calm,
  found,
  gate,
  genuine,
  LiveJournal,
  notedLog,
  secret,
  send,
  shakyStore,
  signed,
  until,
  withJournal,
} from './kit';

/** A handler that notes each run as `<name> <key>`, and fails while `broken` has its name. */
function noting(ran: string[], name: string, broken = new Set<string>()) {
  return (_event: unknown, { key }: Pick<HandlerContext, 'key'>) => {
    if (broken.has(name)) throw new Error(`${name} is broken`);
    ran.push(`${name} ${key.slice(0, 4)}`);
  };
}

async function sendAll(webhooks: BigmindWebhooks, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await webhooks.receive(genuine());
  await calm();
}

test('a handler that failed runs again, with the same key, and no other does', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  const broken = new Set(['b']);
  const contexts: Pick<HandlerContext, 'key' | 'replayed' | 'rawBody'>[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  webhooks.on('notes_created', noting(ran, 'b', broken), { name: 'b' });
  webhooks.on('notes_created', (_event, context) => void contexts.push(context), { name: 'c' });
  const delivery = genuine();
  await send(webhooks, delivery);
  await calm();
  expect(journal.ends).toEqual(['failed a,c']);
  expect(contexts[0]?.replayed).toBe(false);
  broken.clear();
  expect(await webhooks.journal.replay()).toStrictEqual({
    found: 1,
    ran: 1,
    failed: 0,
    skipped: 0,
    unclear: 0,
    outcomes: { processed: 1 },
    upTo: expect.any(Date) as Date,
    dryRun: false,
    handlers: { b: { ran: 1, failed: 0 } },
    failures: [],
    failedBefore: 0,
    interrupted: undefined,
  });
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
  expect(new Set(ran.map((line) => line.split(' ')[1])).size).toBe(1);
  expect(contexts).toHaveLength(1);
  expect(journal.ends).toEqual(['processed a,b,c']);
  // The delivery is done now, for the sender too.
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
});

test('a handler sees that it is replayed, and the bytes as they came', async () => {
  const { webhooks } = withJournal();
  const delivery = genuine();
  await webhooks.receive({ ...delivery, params: { team: 'blue' } });
  await calm();
  const seen: unknown[] = [];
  webhooks.on('notes_created', (event, { replayed, rawBody, params, headers, signature, attempt }) => {
    seen.push({ event: event.event, replayed, body: rawBody.toString(), params, scheme: signature.scheme, attempt });
    expect(JSON.stringify(headers)).not.toContain('signature');
  });
  await webhooks.journal.replay();
  expect(seen).toEqual([
    {
      event: 'notes_created',
      replayed: true,
      body: delivery.body,
      params: { team: 'blue' },
      scheme: expect.stringContaining('hmac') as string,
      attempt: 1,
    },
  ]);
});

test('what is done is passed over, and a handler with a new name is filled, once', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  await sendAll(webhooks, 5);
  expect(await webhooks.journal.replay()).toMatchObject({ found: 5, ran: 0, skipped: 5, outcomes: { duplicate: 5 } });
  webhooks.on('notes_created', noting(ran, 'warehouse'), { name: 'warehouse' });
  const filled = await webhooks.journal.replay({ handlers: ['warehouse'] });
  expect(filled).toMatchObject({ found: 5, ran: 5, skipped: 0, handlers: { warehouse: { ran: 5 } } });
  expect(ran).toHaveLength(10);
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 0, skipped: 5 });
  expect(ran).toHaveLength(10);
  expect(journal.ends).toEqual(Array(5).fill('processed a,warehouse'));
});

test('a new handler that fails is tried again by the next replay', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  const broken = new Set(['w']);
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  await sendAll(webhooks, 2);
  webhooks.on('notes_created', noting(ran, 'w', broken), { name: 'w' });
  const first = await webhooks.journal.replay();
  expect(first).toMatchObject({ failed: 2, ran: 0, outcomes: { failed: 2 }, handlers: { w: { ran: 0, failed: 2 } } });
  expect(first.failures[0]).toEqual({
    key: journal.entries[0]?.key,
    event: 'notes_created',
    handler: 'w',
    message: 'w is broken',
  });
  expect(journal.ends).toEqual(['failed a', 'failed a']);
  broken.clear();
  expect(await webhooks.journal.replay({ outcome: 'failed' })).toMatchObject({ ran: 2, failed: 0 });
  expect(journal.ends).toEqual(['processed a,w', 'processed a,w']);
  expect(ran).toHaveLength(4);
});

test('force runs handlers again that are done', async () => {
  const { webhooks } = withJournal();
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' }).on('*', noting(ran, 'b'), { name: 'b' });
  await sendAll(webhooks, 2);
  await webhooks.journal.replay({ force: true, handlers: ['b'] });
  await webhooks.journal.replay({ force: true, handlers: ['b'] });
  expect(ran.filter((line) => line.startsWith('a'))).toHaveLength(2);
  expect(ran.filter((line) => line.startsWith('b'))).toHaveLength(6);
});

test('a replay of some handlers does not finish a delivery: its repeat runs the others', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  const broken = new Set(['a', 'b']);
  webhooks.on('notes_created', noting(ran, 'a', broken), { name: 'a' });
  webhooks.on('notes_created', noting(ran, 'b', broken), { name: 'b' });
  const delivery = genuine();
  await send(webhooks, delivery);
  broken.clear();
  await webhooks.journal.replay({ handlers: ['a'] });
  expect(journal.ends).toEqual(['failed a']);
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
  await calm();
  expect(journal.ends).toEqual(['processed a,b']);
});

test('a delivery that was invalid runs its handlers when the schema takes it now; the rest is counted', async () => {
  const journal = new ArrayJournal();
  const { webhooks } = withJournal({}, journal);
  const deliveries = [signed.malformed(), signed.invalid(), signed.unknown(), signed.todo(), genuine()];
  for (const delivery of deliveries) await webhooks.receive(delivery);
  await calm();
  const next = bigmindWebhooks({
    secret,
    logger: false,
    journal,
    schemas: {
      brand_new: eventSchema<{ event: 'brand_new' }>({ type: 'object' }),
      notes_created: eventSchema<{ event: 'notes_created' }>({ type: 'object' }),
    },
  });
  const ran: string[] = [];
  next.on('brand_new', noting(ran, 'new')).on('notes_created', noting(ran, 'note'));
  const summary = await next.journal.replay();
  expect(summary).toMatchObject({
    found: 5,
    ran: 3,
    skipped: 2,
    outcomes: { processed: 3, malformed: 1, unhandled: 1 },
  });
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['note', 'new', 'note']);
  expect(journal.ends).toEqual([
    'malformed',
    'processed notes_created',
    'processed brand_new',
    'unhandled',
    'processed notes_created',
  ]);
});

test('callbacks are run for what they did not take yet, and can be named', async () => {
  const { webhooks, journal } = withJournal();
  const deliveries = [signed.malformed(), signed.invalid(), signed.unknown(), genuine()];
  for (const delivery of deliveries) await webhooks.receive(delivery);
  const taken: string[] = [];
  webhooks.onInvalid((delivery) => void taken.push(delivery.outcome));
  webhooks.onUnknown((event) => void taken.push(event.event));
  webhooks.on('*', () => void taken.push('handled'));
  await calm();
  expect(await webhooks.journal.replay({ handlers: ['onInvalid'] })).toMatchObject({
    ran: 2,
    skipped: 2,
    outcomes: { quarantined: 2, ignored: 1, unhandled: 1 },
  });
  expect(await webhooks.journal.replay()).toMatchObject({
    ran: 2,
    outcomes: { ignored: 1, processed: 1, duplicate: 2 },
  });
  expect(taken).toEqual(['malformed', 'invalid', 'brand_new', 'handled']);
  expect(journal.ends).toEqual(['quarantined onInvalid', 'quarantined onInvalid', 'ignored onUnknown', 'processed *']);
});

test('tenants are told apart', async () => {
  const tenants = { one: 'the secret of one', two: 'the secret of two' } as const;
  const secretOf = ({ params }: { params: Readonly<Record<string, string | undefined>> }) => {
    const tenant = params['tenant'] as keyof typeof tenants;
    return { tenant, secret: tenants[tenant] };
  };
  const { webhooks } = withJournal({ secret: secretOf, deduplicate: { store: memoryStore() } });
  for (const tenant of ['one', 'two', 'one'] as const) {
    const payload = examplePayload('notes_created');
    await webhooks.receive({ ...signDelivery({ payload, secret: tenants[tenant] }), params: { tenant } });
  }
  await calm();
  const ran: (string | undefined)[] = [];
  webhooks.on('*', (_event, context) => void ran.push(context.tenant));
  expect(await webhooks.journal.replay({ tenant: 'two' })).toMatchObject({ found: 1, ran: 1 });
  expect(ran).toEqual(['two']);
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 1, skipped: 1 });
});

test.each([' ', 'nul \0', 'lone \uD800', '__proto__'])(
  'a tenant of any name can be found and forgotten: %j',
  async (tenant) => {
    const { webhooks } = withJournal({ secret: () => ({ tenant, secret }) });
    await sendAll(webhooks, 1);
    expect(await found(webhooks, { tenant })).toHaveLength(1);
    expect(await webhooks.journal.forget({ tenant })).toBe(1);
    expect(await found(webhooks)).toHaveLength(0);
  },
);

test('a dry run says what would run, and runs, claims and writes nothing', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  await sendAll(webhooks, 3);
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' }).on('*', noting(ran, 'b'), { name: 'b' });
  const before = journal.calls.length;
  expect(await webhooks.journal.replay({ dryRun: true, name: 'try' })).toMatchObject({
    dryRun: true,
    found: 3,
    ran: 3,
    handlers: { a: { ran: 3, failed: 0 }, b: { ran: 3, failed: 0 } },
  });
  expect(ran).toStrictEqual([]);
  expect([...new Set(journal.calls.slice(before))]).toEqual(['find']);
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 3 });
});

test('two replays at once, in one process or two, run each handler once', async () => {
  const store = memoryStore();
  const journal = new ArrayJournal();
  const ran: string[] = [];
  const make = () => withJournal({ deduplicate: { store } }, journal).webhooks;
  const [web, one, two] = [make(), make(), make()];
  await sendAll(web, 20);
  for (const webhooks of [one, two]) {
    webhooks.on('notes_created', async (event, context) => {
      await calm(2);
      noting(ran, 'a')(event, context);
    });
  }
  const replays = [one, two, one, two].map((webhooks) => webhooks.journal.replay());
  const summaries = await Promise.all(replays);
  expect(ran).toHaveLength(20);
  expect(new Set(ran).size).toBe(20);
  expect(summaries.reduce((sum, summary) => sum + summary.ran, 0)).toBe(20);
});

test('a live copy that comes while a replay runs some handlers is told to come again, and runs the others', async () => {
  const { webhooks } = withJournal();
  const delivery = genuine();
  await send(webhooks, delivery);
  await calm();
  const ran: string[] = [];
  const { passed, open } = gate();
  webhooks.on('notes_created', () => passed.then(() => void ran.push('a')), { name: 'a' });
  webhooks.on('notes_created', () => void ran.push('b'), { name: 'b' });
  const replay = webhooks.journal.replay({ handlers: ['a'] });
  await calm(10);
  expect(await send(webhooks, delivery)).toBe('503 IN_PROGRESS');
  open();
  await replay;
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(ran).toEqual(['a', 'b']);
});

test('a replay ends although each of its runs brings another delivery, and leaves those to their own runs', async () => {
  let time = Date.now();
  const { webhooks, journal } = withJournal({ clock: { now: () => time++ } }, new LiveJournal());
  await sendAll(webhooks, 3);
  const ran: boolean[] = [];
  webhooks.on('notes_created', async (_event, { replayed }) => {
    ran.push(replayed);
    if (replayed) await webhooks.receive(genuine());
  });
  expect(await webhooks.journal.replay({ concurrency: 1 })).toMatchObject({ found: 3, ran: 3 });
  await webhooks.close();
  expect(ran.filter((replayed) => replayed)).toHaveLength(3);
  expect(journal.entries).toHaveLength(6);
});

test('a forced replay leaves out what comes meanwhile to a process whose clock is ahead', async () => {
  const journal = new LiveJournal();
  const store = memoryStore();
  const [here, ahead] = [0, 5000].map((aheadMs) =>
    bigmindWebhooks({
      secret,
      logger: false,
      journal,
      deduplicate: { store },
      clock: { now: () => Date.now() + aheadMs },
    }),
  ) as [BigmindWebhooks, BigmindWebhooks];
  const ran: string[] = [];
  ahead.on('notes_created', (_event, { key }) => void ran.push(key));
  here.on('notes_created', async (_event, { key, replayed }) => {
    ran.push(key);
    if (!replayed) return;
    await ahead.receive(genuine());
    await ahead.receive(genuine());
  });
  await sendAll(here, 3);
  expect(await here.journal.replay({ force: true, concurrency: 1 })).toMatchObject({ found: 3, ran: 3 });
  await Promise.all([here.close(), ahead.close()]);
  const live = journal.entries.slice(3).map(({ key }) => key);
  expect(live).toHaveLength(6);
  expect(live.map((key) => ran.filter((other) => other === key).length)).toEqual([1, 1, 1, 1, 1, 1]);
});

test('what is forgotten while it waits for its turn is not run, and the replay ends where it would have', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 4);
  const [, second, , last] = journal.entries;
  const ran: string[] = [];
  webhooks.on('notes_created', async (_event, { key, replayed }) => {
    if (!replayed) return;
    ran.push(key);
    if (ran.length === 1) {
      expect(await webhooks.journal.forget({ key: second?.key ?? '' })).toBe(1);
      expect(await webhooks.journal.forget({ key: last?.key ?? '' })).toBe(1);
    }
    // It would go on for ever if it took these, too.
    await webhooks.receive(genuine());
  });
  // The second is read, and waits, while the first runs.
  expect(await webhooks.journal.replay({ rate: 4 })).toMatchObject({ found: 2, ran: 2, interrupted: undefined });
  expect(ran).not.toContain(second?.key);
  expect(ran).not.toContain(last?.key);
  expect(ran).toHaveLength(2);
});

test('what is forgotten while it waits for another process is not run', async () => {
  const store = memoryStore();
  const { webhooks, journal } = withJournal({ deduplicate: { store } });
  await sendAll(webhooks, 1);
  const key = journal.entries[0]?.key ?? '';
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  const claim = (await store.claim(key, 15_000, 60_000)) as { readonly token: string };
  const replay = webhooks.journal.replay();
  await calm();
  expect(await webhooks.journal.forget({ key })).toBe(1);
  await store.release(key, claim.token);
  expect(await replay).toMatchObject({ found: 0, ran: 0, interrupted: undefined });
  expect(ran).toHaveLength(0);
});

test('a delivery that is being handled is waited for, and its handlers do not run again', async () => {
  const { webhooks } = withJournal();
  const ran: string[] = [];
  const { passed, open } = gate();
  webhooks.on('notes_created', () => passed.then(() => void ran.push('a')));
  const answered = send(webhooks, genuine());
  await calm();
  const replay = webhooks.journal.replay();
  setTimeout(open, 120);
  expect(await answered).toBe('200 processed');
  expect(await replay).toMatchObject({ found: 1, ran: 0, skipped: 1, outcomes: { duplicate: 1 }, unclear: 0 });
  expect(ran).toEqual(['a']);
});

test('a delivery that is done nobody knows by what is not run without force, and is counted', async () => {
  const { webhooks, journal } = withJournal();
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  journal.fault = (method, go) => (method === 'ended' ? Promise.resolve() : go());
  await sendAll(webhooks, 1);
  webhooks.on('notes_created', noting(ran, 'b'), { name: 'b' });
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 0, skipped: 1, unclear: 1 });
  journal.fault = (_method, go) => go();
  expect(await webhooks.journal.replay({ force: true, handlers: ['b'] })).toMatchObject({ ran: 1 });
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
});

test('what was forgotten, and comes again when it is done, does not run again, and is counted', async () => {
  const { webhooks } = withJournal({ deduplicate: { store: memoryStore() } });
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  const delivery = genuine();
  await send(webhooks, delivery);
  webhooks.on('notes_created', noting(ran, 'b'), { name: 'b' });
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 1 });
  const [kept] = await found(webhooks);
  expect(await webhooks.journal.forget({ key: kept?.key ?? '' })).toBe(1);
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(await webhooks.journal.replay()).toMatchObject({ ran: 0, skipped: 1, unclear: 1 });
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
});

test('an abort ends what runs, starts nothing more, and the same name goes on where it was', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 10);
  const controller = new AbortController();
  const ran: string[] = [];
  webhooks.on('notes_created', async (event, context) => {
    if (ran.length === 3) controller.abort();
    await calm(2);
    noting(ran, 'a')(event, context);
  });
  const name = 'fill';
  const first = await webhooks.journal.replay({ name, signal: controller.signal, concurrency: 2 });
  expect(first.interrupted).toBe('It was aborted.');
  expect(first.found).toBe(ran.length);
  expect(first.found).toBeLessThan(10);
  expect(journal.marks.get(name)).toBeDefined();
  const second = await webhooks.journal.replay({ name });
  expect(second.interrupted).toBeUndefined();
  expect(first.found + second.found).toBe(10);
  expect(new Set(ran).size).toBe(10);
  expect(ran).toHaveLength(10);
  expect(journal.marks.has(name)).toBe(false);
});

test('close ends a replay after what runs, and refuses later ones', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 10);
  const ran: string[] = [];
  const { passed, open } = gate();
  webhooks.on('notes_created', async (event, context) => {
    await passed;
    noting(ran, 'a')(event, context);
  });
  const replay = webhooks.journal.replay({ concurrency: 2 });
  await calm(10);
  const closed = webhooks.close();
  open();
  await closed;
  expect(await replay).toMatchObject({ ran: 2, interrupted: 'The receiver is closing.' });
  expect(ran).toHaveLength(2);
  expect(journal.ends.filter((end) => end === 'processed notes_created')).toHaveLength(2);
  await expect(webhooks.journal.replay()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('no more than concurrency run at once, and no more than rate start in a second', async () => {
  const { webhooks } = withJournal();
  await sendAll(webhooks, 12);
  let running = 0;
  let most = 0;
  webhooks.on('notes_created', async () => {
    running += 1;
    most = Math.max(most, running);
    await calm(5);
    running -= 1;
  });
  await webhooks.journal.replay({ concurrency: 3 });
  expect(most).toBe(3);
  const before = performance.now();
  await webhooks.journal.replay({ force: true, rate: 50 });
  // Node counts a timer from when its turn began, on a busy machine well before.
  expect(performance.now() - before).toBeGreaterThan(11 * 20 - 50);
});

test('progress is told after each delivery, and a listener that throws changes nothing', async () => {
  const { webhooks } = withJournal();
  await sendAll(webhooks, 3);
  webhooks.on('notes_created', () => undefined);
  const told: ReplayProgress[] = [];
  const onProgress = (progress: ReplayProgress): void => {
    told.push(progress);
    throw new Error('the terminal is gone');
  };
  await webhooks.journal.replay({ onProgress });
  expect(told.map((progress) => progress.found)).toEqual([1, 2, 3]);
});

test('the log has a line for the start, for each delivery of which something ran, and for the end', async () => {
  const { logger, lines } = notedLog('info');
  const { webhooks } = withJournal({ logger });
  await sendAll(webhooks, 1);
  webhooks.on('todo_created', () => undefined).on('notes_created', () => undefined);
  await webhooks.receive(signed.todo());
  await calm();
  lines.splice(0);
  await webhooks.journal.replay({ name: 'again' });
  expect(lines).toEqual([
    expect.objectContaining({ msg: 'A replay of the journal begins' }),
    expect.objectContaining({ outcome: 'processed', event: 'notes_created', replayed: true, attempt: 1 }),
    expect.objectContaining({
      msg: 'The replay has ended',
      replay: { name: 'again', dryRun: false, force: false, found: 2, ran: 1, failed: 0, skipped: 1, failedBefore: 0 },
    }),
  ]);
});

test('the log says of a replay the attempt that its handlers see', async () => {
  const { logger, lines } = notedLog('info');
  const { webhooks } = withJournal({ logger });
  const attempts: number[] = [];
  let isBroken = true;
  webhooks.on('notes_created', (_event, { attempt }) => {
    attempts.push(attempt);
    if (isBroken) throw new Error('down');
  });
  const delivery = genuine();
  for (let time = 0; time < 2; time += 1) await webhooks.receive(delivery);
  await calm();
  await webhooks.journal.replay();
  isBroken = false;
  await webhooks.journal.replay();
  const told = (lines as { outcome?: string; attempt?: number }[]).filter(({ outcome }) => outcome !== undefined);
  expect(attempts).toEqual([1, 2, 3, 4]);
  expect(told.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
    ['failed', 1],
    ['failed', 2],
    ['failed', 3],
    ['processed', 4],
  ]);
});

test('a journal that breaks off ends the replay with the reason, and keeps its place', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 5);
  webhooks.on('notes_created', () => undefined);
  const find = journal.find.bind(journal);
  journal.find = async function* broken(query) {
    let count = 0;
    for await (const record of find(query)) {
      if (count++ === 3) throw new Error('connection lost');
      yield record;
    }
  };
  const summary = await webhooks.journal.replay({ name: 'x' });
  expect(summary).toMatchObject({ ran: 3, interrupted: 'The journal could not be read: connection lost' });
  journal.find = find;
  expect(await webhooks.journal.replay({ name: 'x' })).toMatchObject({ found: 2, ran: 2, interrupted: undefined });
});

test('without de-duplication, too, a replay runs what the journal does not have as done, once', async () => {
  const { webhooks } = withJournal({ deduplicate: false });
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  await sendAll(webhooks, 3);
  webhooks.on('notes_created', noting(ran, 'b'), { name: 'b' });
  await Promise.all([webhooks.journal.replay(), webhooks.journal.replay()]);
  expect(ran).toHaveLength(6);
  expect(new Set(ran).size).toBe(6);
});

test('what comes while a replay runs is left to itself', async () => {
  const { webhooks } = withJournal();
  await sendAll(webhooks, 2);
  let came = 0;
  webhooks.on('notes_created', async (_event, { replayed }) => {
    if (replayed && came++ < 50) void webhooks.receive(genuine());
    await calm(2);
  });
  expect(await webhooks.journal.replay()).toMatchObject({ found: 2 });
});

test('find is newest first, and the filters of find choose', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 2);
  await webhooks.receive(signed.todo());
  await calm();
  const keys = journal.entries.map(({ key }) => key);
  expect((await found(webhooks)).map(({ key }) => key)).toEqual(keys.toReversed());
  const oldest = { order: 'oldest first', event: 'notes_created' } as const;
  expect((await found(webhooks, oldest)).map(({ key }) => key)).toEqual(keys.slice(0, 2));
  expect(await found(webhooks, { key: keys[1] })).toHaveLength(1);
  expect(await found(webhooks, { outcome: ['failed', 'unhandled'] })).toHaveLength(3);
  expect(await found(webhooks, { from: new Date(Date.now() + 1000).toISOString() })).toHaveLength(0);
  expect(await webhooks.journal.stats()).toMatchObject({ entries: 3, unreadable: 0, oldest: expect.any(Date) as Date });
  expect(await webhooks.journal.forget({ key: keys[0] ?? '' })).toBe(1);
  expect(await webhooks.journal.forget({ before: Date.now() + 1000 })).toBe(2);
  expect(await webhooks.journal.stats()).toMatchObject({ entries: 0, oldest: undefined });
});

test('a silent store is waited for, and what could not run is run when it is back', async () => {
  const { store, away } = shakyStore();
  const { webhooks } = withJournal({ deduplicate: { store } });
  await sendAll(webhooks, 3);
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'));
  away.is = true;
  const replay = webhooks.journal.replay();
  await until(() => ran.length === 0);
  setTimeout(() => (away.is = false), 100);
  expect(await replay).toMatchObject({ ran: 3, failed: 0 });
  expect(ran).toHaveLength(3);
});

test('an abort also ends a wait of the last deliveries, and the same name runs them', async () => {
  const { store, away } = shakyStore();
  const { webhooks } = withJournal({ deduplicate: { store } });
  await sendAll(webhooks, 3);
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'));
  away.is = true;
  const controller = new AbortController();
  const replay = webhooks.journal.replay({ name: 'fill', signal: controller.signal });
  await calm(50);
  const aborted = performance.now();
  controller.abort();
  expect(await replay).toMatchObject({ found: 0, interrupted: 'It was aborted.' });
  // The store is waited for a minute.
  expect(performance.now() - aborted).toBeLessThan(20_000);
  expect(ran).toStrictEqual([]);
  away.is = false;
  expect(await webhooks.journal.replay({ name: 'fill' })).toMatchObject({ ran: 3, interrupted: undefined });
  expect(ran).toHaveLength(3);
});

test('an abort while the last deliveries run, and end, interrupts nothing', async () => {
  const { webhooks, journal } = withJournal();
  await sendAll(webhooks, 2);
  const controller = new AbortController();
  const { passed, open } = gate();
  webhooks.on('notes_created', () => passed, { name: 'a' });
  const replay = webhooks.journal.replay({ name: 'fill', signal: controller.signal });
  await calm(50);
  controller.abort();
  open();
  expect(await replay).toMatchObject({ found: 2, ran: 2, interrupted: undefined });
  expect(journal.marks.has('fill')).toBe(false);
});

test('an abort behind a delivery that another process has, and 10,000 that are done, ends the search for more', async () => {
  const store = memoryStore();
  const { webhooks, journal } = withJournal({ deduplicate: { store } });
  await sendAll(webhooks, 1);
  const [stuck] = journal.entries as [JournalRecord];
  for (let count = 0; count < 10_500; count += 1) {
    const key = `${count}`.padStart(64, '0');
    await journal.append({ ...stuck, key });
    await journal.ended(key, { outcome: 'processed', succeeded: ['a'], endedAt: Date.now() });
  }
  const find = journal.find.bind(journal);
  let searches = 0;
  journal.find = async function* counting(query) {
    searches += 1;
    try {
      yield* find(query);
    } finally {
      searches -= 1;
    }
  };
  const ran: string[] = [];
  webhooks.on('notes_created', noting(ran, 'a'), { name: 'a' });
  const controller = new AbortController();
  const looked = gate();
  const onProgress = ({ found: seen }: ReplayProgress): void => {
    if (seen >= 9000) looked.open();
  };
  // Not before all that takes its time: a lease passes.
  void store.claim(stuck.key, 15_000, 60_000);
  const replay = webhooks.journal.replay({ name: 'fill', signal: controller.signal, onProgress });
  await looked.passed;
  await calm(50);
  controller.abort();
  expect(await replay).toMatchObject({ ran: 0, interrupted: 'It was aborted.' });
  await calm();
  expect([searches, ran]).toStrictEqual([0, []]);
}, 60_000);
