import { type DeliveryStore, type JournalEnd, memoryStore } from '../../../src';
import { ArrayQueue } from '../../queueing/array-queue';
import {
  ArrayJournal,
  bigmindWebhooks,
  calm,
  found,
  gate,
  genuine,
  notedLog,
  secret,
  send,
  signed,
  until,
  withJournal,
  wrapped,
} from './kit';

test('keeps a delivery before its handler runs, byte for byte, without its signature', async () => {
  const { webhooks, journal } = withJournal({ keepHeaders: ['x-api-key'] });
  const seen: number[] = [];
  webhooks.on('notes_created', () => void seen.push(journal.entries.length));
  const delivery = genuine();
  const headers = { ...delivery.headers, 'x-other': 'o', 'x-api-key': 'k', cookie: 'c', authorization: 'a' };
  const before = Date.now();
  expect(await send(webhooks, { ...delivery, headers, params: { team: 'blue', none: undefined } })).toBe(
    '200 processed',
  );
  expect(seen).toEqual([1]);
  const [kept] = await found(webhooks);
  expect(kept).toMatchObject({ event: 'notes_created', tenant: undefined, scheme: expect.any(String) as string });
  expect(kept?.key).toMatch(/^[0-9a-f]{64}$/);
  expect(kept?.rawBody.toString()).toBe(delivery.body);
  expect(kept?.params).toEqual({ team: 'blue' });
  expect(kept?.headers).toMatchObject({ 'x-other': 'o', 'x-api-key': 'k' });
  expect(JSON.stringify(kept?.headers)).not.toMatch(/signature|cookie|authorization/i);
  expect(kept?.receivedAt.getTime()).toBeGreaterThanOrEqual(before);
});

test('keeps what is no event, too, and says how each ended and what succeeded', async () => {
  const { webhooks, journal } = withJournal();
  webhooks.on('notes_created', () => undefined, { name: 'a' }).on('notes_created', () => undefined, { name: 'b' });
  const deliveries = [signed.malformed(), signed.invalid(), signed.unknown(), signed.todo(), genuine()];
  for (const delivery of deliveries) await webhooks.receive(delivery);
  await calm();
  expect(journal.ends).toEqual(['malformed', 'invalid', 'ignored', 'unhandled', 'processed a,b']);
  expect(journal.entries.map(({ event }) => event)).toEqual([
    undefined,
    'notes_created',
    'brand_new',
    'todo_created',
    'notes_created',
  ]);
  webhooks.onInvalid(() => undefined).onUnknown(() => undefined);
  for (const delivery of [signed.invalid(), signed.unknown()]) await webhooks.receive(delivery);
  await calm();
  expect(journal.ends.slice(5)).toEqual(['quarantined onInvalid', 'ignored onUnknown']);
});

test('keeps nothing of what no secret signs, and nothing for verify', async () => {
  const { webhooks, journal } = withJournal();
  const delivery = genuine();
  expect(await send(webhooks, { ...delivery, body: `${delivery.body} ` })).toBe('401 UNAUTHENTICATED');
  await webhooks.verify(delivery);
  expect(journal.entries).toStrictEqual([]);
});

test('a repeat of a failed delivery adds to what succeeded; a duplicate changes nothing', async () => {
  const { webhooks, journal } = withJournal();
  let isBroken = true;
  webhooks.on('*', () => undefined, { name: 'a' });
  webhooks.on(
    'notes_created',
    () => {
      if (isBroken) throw new Error('broken');
    },
    { name: 'b' },
  );
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('500 FAILED');
  await calm();
  expect(journal.ends).toEqual(['failed a']);
  isBroken = false;
  expect(await send(webhooks, delivery)).toBe('200 processed');
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  await calm();
  expect(journal.ends).toEqual(['processed a,b']);
  expect(journal.entries).toHaveLength(1);
});

test('a timeout is followed by the late end', async () => {
  const { webhooks, journal } = withJournal({ timeoutMs: 20 });
  const { passed, open } = gate();
  webhooks.on('notes_created', () => passed);
  expect(await send(webhooks, genuine())).toBe('503 TIMEOUT');
  await calm();
  expect(journal.ends).toEqual(['timeout']);
  open();
  await until(() => journal.ends[0] === 'processed notes_created');
});

test('copies that come while the first is handled are not written again', async () => {
  const { webhooks, journal } = withJournal();
  const { passed, open } = gate();
  webhooks.on('notes_created', () => passed);
  const delivery = genuine();
  const answers = [send(webhooks, delivery), send(webhooks, delivery), send(webhooks, delivery)];
  await calm();
  open();
  expect(await Promise.all(answers)).toEqual(['200 processed', '200 processed', '200 processed']);
  await calm();
  expect(journal.calls).toEqual(['append', 'ended']);
  await send(webhooks, delivery);
  expect(journal.calls.filter((call) => call === 'append')).toHaveLength(2);
});

const faults: readonly (readonly [string, ArrayJournal['fault']])[] = [
  ['rejects', () => Promise.reject(new Error('disk full'))],
  ['is silent', () => new Promise(() => undefined)],
  [
    'throws',
    () => {
      throw new Error('disk full');
    },
  ],
];

test.each(faults)(
  'a journal that %s: 503, nothing runs, and the next is taken when it is well again',
  async (_, fault) => {
    const { logger, lines } = notedLog('error');
    const { webhooks, journal } = withJournal({ logger, deduplicate: { storeTimeoutMs: 200 } });
    const handled: string[] = [];
    webhooks.on('notes_created', (_event, { key }) => void handled.push(key));
    journal.fault = fault;
    const delivery = genuine();
    expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
    expect(handled).toStrictEqual([]);
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'unavailable', reason: 'The journal could not keep the delivery.' }),
    ]);
    journal.fault = (_method, go) => go();
    expect(await send(webhooks, delivery)).toBe('200 processed');
    expect(journal.entries.map(({ key }) => key)).toEqual(handled);
  },
);

test('of a journal that is silent, one warning names it', async () => {
  const { logger, lines } = notedLog('warn');
  const { webhooks, journal } = withJournal({ logger, deduplicate: { storeTimeoutMs: 200 } });
  journal.fault = () => new Promise(() => undefined);
  expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  expect(lines.filter((line) => 'silent' in line)).toEqual([
    expect.objectContaining({ level: 40, silent: 'journal', silentMs: 200 }),
  ]);
});

test('the store is asked while the journal writes, and no handler runs before both have answered', async () => {
  const store = memoryStore();
  const claiming = gate();
  const writing = gate();
  const claim = jest.fn<ReturnType<DeliveryStore['claim']>, Parameters<DeliveryStore['claim']>>(async (...given) => {
    await claiming.passed;
    return await store.claim(...given);
  });
  const { webhooks, journal } = withJournal({ deduplicate: { store: { ...wrapped(store), claim } } });
  journal.fault = async (method, go) => {
    if (method === 'append') await writing.passed;
    await go();
  };
  const handler = jest.fn();
  webhooks.on('notes_created', handler);
  const answered = send(webhooks, genuine());
  await until(() => claim.mock.calls.length === 1 && journal.calls.includes('append'));
  claiming.open();
  await calm();
  expect(handler).not.toHaveBeenCalled();
  writing.open();
  expect(await answered).toBe('200 processed');
  expect(handler).toHaveBeenCalledTimes(1);
});

test('what the journal cannot keep gives its claim back: another process takes the repeat, as the first attempt', async () => {
  const store = memoryStore();
  const { webhooks, journal } = withJournal({ deduplicate: { store } });
  const handler = jest.fn();
  webhooks.on('notes_created', handler);
  journal.fault = () => Promise.reject(new Error('disk full'));
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  const attempts: number[] = [];
  const other = bigmindWebhooks({ secret, logger: false, deduplicate: { store } });
  other.on('notes_created', (_event, { attempt }) => void attempts.push(attempt));
  expect(await send(other, delivery)).toBe('200 processed');
  expect(attempts).toEqual([1]);
  expect(handler).not.toHaveBeenCalled();
});

test('a duplicate is not acknowledged while the journal cannot keep it: what is answered 200 is in the journal', async () => {
  const store = memoryStore();
  const before = bigmindWebhooks({ secret, logger: false, deduplicate: { store } });
  before.on('notes_created', () => undefined);
  const delivery = genuine();
  expect(await send(before, delivery)).toBe('200 processed');
  const { webhooks, journal } = withJournal({ deduplicate: { store } });
  webhooks.on('notes_created', () => undefined);
  journal.fault = () => Promise.reject(new Error('disk full'));
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  journal.fault = (_method, go) => go();
  expect(await send(webhooks, delivery)).toBe('200 duplicate');
  expect(journal.entries).toHaveLength(1);
});

test.each(faults)(
  'with onFailure: continue, one that %s is warned about once an outage, and deliveries run',
  async (_, fault) => {
    const { logger, lines } = notedLog('warn');
    const options = { logger, deduplicate: { storeTimeoutMs: 200 } };
    const { webhooks, journal } = withJournal(options, new ArrayJournal('continue'));
    webhooks.on('notes_created', () => undefined);
    const warned = () => lines.filter((line) => (line as { code?: string }).code === 'JOURNAL_FAILED').length;
    for (let outage = 1; outage <= 2; outage += 1) {
      journal.fault = (method, go) => (method === 'append' ? fault(method, go) : go());
      for (let count = 0; count < 3; count += 1) expect(await send(webhooks, genuine())).toBe('200 processed');
      expect(warned()).toBe(outage);
      journal.fault = (_method, go) => go();
      expect(await send(webhooks, genuine())).toBe('200 processed');
    }
    await calm();
    expect(journal.ends).toEqual(['processed notes_created', 'processed notes_created']);
  },
);

test('an end that the journal does not take delays no answer, and is written later', async () => {
  const { logger, lines } = notedLog('warn');
  const { webhooks, journal } = withJournal({ logger });
  webhooks.on('notes_created', () => undefined);
  journal.fault = (method, go) => (method === 'ended' ? Promise.reject(new Error('away')) : go());
  for (let count = 0; count < 3; count += 1) expect(await send(webhooks, genuine())).toBe('200 processed');
  await until(() => lines.length > 0);
  expect(journal.ends).toEqual(['-', '-', '-']);
  journal.fault = (_method, go) => go();
  await send(webhooks, genuine());
  await until(() => journal.ends.every((end) => end === 'processed notes_created'));
  expect(lines).toEqual([expect.objectContaining({ code: 'JOURNAL_FAILED' })]);
});

/** Takes no end of the delivery that it keeps first. */
class ChoosyJournal extends ArrayJournal {
  readonly told: string[] = [];
  refuse: () => Promise<void> = () => Promise.resolve();

  override ended(key: string, end: JournalEnd): Promise<void> {
    this.told.push(key);
    return key === this.entries[0]?.key ? this.refuse() : super.ended(key, end);
  }
}

test.each<[string, () => Promise<void>]>([
  ['refuses for ever', () => Promise.reject(new Error('never'))],
  [
    'throws at for ever',
    () => {
      throw new Error('never');
    },
  ],
  ['never answers', () => new Promise(() => undefined)],
])('an end that the journal %s is warned about once, and all others are told, each once', async (_, refuse) => {
  const { logger, lines } = notedLog('warn');
  const journal = new ChoosyJournal();
  journal.refuse = refuse;
  const { webhooks } = withJournal({ logger, deduplicate: { storeTimeoutMs: 100 } }, journal);
  webhooks.on('notes_created', () => undefined);
  const deliveries = Array.from({ length: 8 }, genuine);
  await Promise.all(deliveries.slice(0, 4).map((delivery) => send(webhooks, delivery)));
  const triesOfFirst = () => journal.told.filter((key) => key === journal.entries[0]?.key).length;
  for (const delivery of deliveries.slice(4)) {
    const tries = triesOfFirst();
    await send(webhooks, delivery);
    await until(() => journal.ends.slice(1).every((end) => end === 'processed notes_created'));
    await until(() => triesOfFirst() > tries);
  }
  const others = journal.entries.slice(1).map(({ key }) => key);
  expect(journal.told.filter((key) => others.includes(key)).toSorted()).toEqual(others.toSorted());
  expect(journal.ends[0]).toBe('-');
  expect(lines).toEqual([expect.objectContaining({ code: 'JOURNAL_FAILED' })]);
});

test('ends that are never answered refuse no delivery', async () => {
  const { webhooks, journal } = withJournal({ deduplicate: { storeTimeoutMs: 200 } });
  webhooks.on('notes_created', () => undefined);
  journal.fault = (method, go) => (method === 'ended' ? new Promise(() => undefined) : go());
  await send(webhooks, genuine());
  await new Promise((resolve) => setTimeout(resolve, 300));
  const answers = [send(webhooks, genuine()), send(webhooks, genuine()), send(webhooks, genuine())];
  expect(await Promise.all(answers)).toEqual(['200 processed', '200 processed', '200 processed']);
});

test('close waits for the ends that are to be written, not for ever, and closes the journal', async () => {
  const { webhooks, journal } = withJournal({ deduplicate: { storeTimeoutMs: 100 } });
  webhooks.on('notes_created', () => undefined);
  await send(webhooks, genuine());
  await webhooks.close();
  expect(journal.ends).toEqual(['processed notes_created']);
  expect(journal.isClosed).toBe(true);
  const silent = withJournal({ deduplicate: { storeTimeoutMs: 200 } });
  silent.webhooks.on('notes_created', () => undefined);
  silent.journal.fault = (method, go) => (method === 'ended' ? new Promise(() => undefined) : go());
  await send(silent.webhooks, genuine());
  await silent.webhooks.close();
  expect(silent.journal.isClosed).toBe(true);
});

test.each<[string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('the disk is gone'))],
  ['is silent', () => new Promise(() => undefined)],
])('close resolves when closing the journal %s, and the log says so', async (_title, closing) => {
  const { logger, lines } = notedLog();
  const { webhooks, journal } = withJournal({ deduplicate: { storeTimeoutMs: 200 }, logger });
  journal.close = closing;
  await webhooks.close();
  const cause = expect.objectContaining({ type: expect.any(String) as string }) as unknown;
  expect(lines).toContainEqual(expect.objectContaining({ level: 40, msg: 'The journal could not be closed', cause }));
});

test('with a queue it is queued, and then as the worker ends it, also when the worker is first to tell', async () => {
  const queue = new ArrayQueue();
  const { webhooks, journal } = withJournal({ queue, deduplicate: { store: memoryStore() } });
  webhooks.on('notes_created', () => undefined);
  const { passed, open } = gate();
  expect(await send(webhooks, genuine())).toBe('200 queued');
  await calm();
  expect(journal.ends).toEqual(['queued']);
  await webhooks.work();
  await until(() => journal.ends[0] === 'processed notes_created');
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = async (job) => {
    await enqueue(job);
    await passed;
  };
  const answered = send(webhooks, genuine());
  await until(() => journal.ends[1] === 'processed notes_created');
  open();
  expect(await answered).toBe('200 queued');
  await calm();
  expect(journal.ends[1]).toBe('processed notes_created');
  await webhooks.close();
});

test('a repeat that the queue takes leaves how the worker ended it, also if the clock of the worker is behind', async () => {
  const queue = new ArrayQueue({ attempts: 1 });
  const store = memoryStore();
  const { webhooks: web, journal } = withJournal({ queue, deduplicate: { store } });
  const clock = { now: () => Date.now() - 60_000 };
  const { webhooks: worker } = withJournal({ queue, deduplicate: { store }, clock }, journal);
  worker.on('notes_created', () => Promise.reject(new Error('The CRM is away')), { name: 'crm' });
  worker.on('notes_created', () => undefined, { name: 'mail' });
  const delivery = genuine();
  expect(await send(web, delivery)).toBe('200 queued');
  await calm();
  expect(await found(web)).toMatchObject([{ outcome: 'queued', endedAt: undefined }]);
  await worker.work();
  await until(() => journal.ends[0] === 'failed mail');
  expect(await send(web, delivery)).toBe('200 queued');
  await calm();
  expect(journal.ends).toEqual(['failed mail']);
  expect(await found(web, { outcome: 'failed' })).toMatchObject([{ endedAt: expect.any(Date) as Date }]);
  await worker.close();
  await web.close();
});

test('a delivery whose name a key function cannot give is kept by its bytes', async () => {
  const key = ({ payload }: { readonly payload: unknown }) => (payload as { data: { note_id: string } }).data.note_id;
  const { webhooks, journal } = withJournal({ deduplicate: { key } });
  expect(await send(webhooks, signed.malformed())).toBe('400 MALFORMED');
  expect(journal.entries).toHaveLength(1);
});

test('without de-duplication deliveries are kept under the same key', async () => {
  const delivery = genuine();
  const keys: (string | undefined)[] = [];
  for (const deduplicate of [false, {}] as const) {
    const { webhooks, journal } = withJournal({ deduplicate });
    webhooks.on('notes_created', () => undefined);
    await send(webhooks, delivery);
    await calm();
    expect(journal.ends).toEqual(['processed notes_created']);
    keys.push(journal.entries[0]?.key);
  }
  expect(keys[0]).toBe(keys[1]);
});

test('a delivery that is kept late, after it was handled all the same, has its end, and is not run again', async () => {
  const late = gate();
  const journal = new ArrayJournal('continue');
  journal.fault = (method, go) => (method === 'append' ? late.passed.then(go) : go());
  const { webhooks } = withJournal({ deduplicate: { storeTimeoutMs: 50 } }, journal);
  let runs = 0;
  webhooks.on('notes_created', () => void runs++, { name: 'a' });
  expect(await send(webhooks, genuine())).toBe('200 processed');
  expect(journal.ends).toStrictEqual([]);
  late.open();
  await until(() => journal.ends.includes('processed a'));
  // As after a restart: what memory knew is gone.
  const { webhooks: later } = withJournal({}, journal);
  later.on('notes_created', () => void runs++, { name: 'a' });
  expect(await later.journal.replay()).toMatchObject({ found: 1, ran: 0 });
  expect(runs).toBe(1);
});

test('a delivery that is never kept leaves nothing to write, and close() does not wait for it', async () => {
  const journal = new ArrayJournal('continue');
  journal.fault = (method, go) => (method === 'append' ? new Promise(() => undefined) : go());
  const { webhooks } = withJournal({ deduplicate: { storeTimeoutMs: 50 } }, journal);
  webhooks.on('notes_created', () => undefined);
  expect(await send(webhooks, genuine())).toBe('200 processed');
  await webhooks.close();
  expect(journal.calls).not.toContain('ended');
});

test('of two receivers with one journal, one that is closed twice leaves it to the other', async () => {
  const journal = new ArrayJournal();
  let closed = 0;
  journal.close = async () => void closed++;
  const [first, second] = [withJournal({}, journal).webhooks, withJournal({}, journal).webhooks];
  await Promise.all([first.close(), first.close()]);
  await first.close();
  expect(closed).toBe(1);
  await second.close();
  expect(closed).toBe(2);
});
