import { bigmindWebhooks, memoryStore, type QueuedDelivery } from '../../../src';
import { ArrayQueue } from '../../queueing/array-queue';
import { ArrayJournal, calm, gate, genuine, notedLog, type Options, secret, send, signed, until } from './kit';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((webhooks) => webhooks.close()));
});

/** A service with a queue, a journal and a shared store. */
function service(store = memoryStore()) {
  const journal = new ArrayJournal();
  const queue = new ArrayQueue({ attempts: 2 });
  function receiver(options: Options = {}) {
    const made = bigmindWebhooks({ secret, logger: false, journal, queue, deduplicate: { store }, ...options });
    open.push(made);
    return made;
  }
  return { journal, queue, receiver };
}

/** A worker that notes what its handler `name` runs. */
async function worker(webhooks: ReturnType<ReturnType<typeof service>['receiver']>, ran: string[], name = 'a') {
  webhooks.on('notes_created', (_event, { key, replayed }) => void ran.push(`${name} ${key} ${replayed}`), { name });
  await webhooks.work();
}

test('a replay is enqueued at low priority, as a job of its own, and a worker runs what is not done', async () => {
  const { journal, queue, receiver } = service();
  const { logger, lines } = notedLog();
  const web = receiver({ logger });
  const ran: string[] = [];
  await worker(receiver(), ran);
  expect(await send(web, genuine())).toBe('200 queued');
  await until(() => journal.ends[0] === 'processed a');
  const key = journal.entries[0]?.key ?? '';
  expect(await web.journal.replay()).toMatchObject({ found: 1, ran: 1, outcomes: { queued: 1 }, handlers: {} });
  const queued = lines.filter((line) => 'outcome' in line && line.outcome === 'queued');
  expect(queued).toEqual([
    expect.not.objectContaining({ replayed: true }),
    expect.objectContaining({ key, replayed: true }),
  ]);
  const job = queue.jobs[1] as QueuedDelivery;
  expect(job).toMatchObject({ version: 2, priority: 'low', replay: { key, force: false, outcome: 'processed' } });
  expect(job.key).not.toBe(key);
  await until(() => queue.verdicts.length === 2);
  expect(ran).toEqual([`a ${key} false`]);
  await web.journal.replay({ force: true });
  await until(() => queue.verdicts.length === 3);
  expect(ran).toEqual([`a ${key} false`, `a ${key} true`]);
});

test('a new handler of the workers is filled, once', async () => {
  const { journal, queue, receiver } = service();
  const web = receiver();
  const ran: string[] = [];
  const old = receiver();
  await worker(old, ran);
  for (let count = 0; count < 3; count += 1) await send(web, genuine());
  await until(() => journal.ends.every((end) => end === 'processed a'));
  await old.close();
  await worker(receiver(), ran, 'warehouse');
  expect(await web.journal.replay({ handlers: ['warehouse'] })).toMatchObject({ ran: 3 });
  expect(await web.journal.replay({ handlers: ['warehouse'] })).toMatchObject({ ran: 3 });
  await until(() => queue.verdicts.length === 9);
  expect(ran.filter((line) => line.startsWith('warehouse'))).toHaveLength(3);
  await calm();
  expect(journal.ends).toEqual(Array(3).fill('processed a,warehouse'));
});

test('a worker that has none of the named handlers does not acknowledge the job', async () => {
  const { queue, receiver } = service();
  const web = receiver();
  const ran: string[] = [];
  const behind = receiver();
  await send(web, genuine());
  await worker(behind, ran);
  await until(() => queue.verdicts.length === 1);
  await web.journal.replay({ handlers: ['warehouse'] });
  await until(() => queue.states.includes('dead after 2'));
  const [letter] = await web.deadLetters.list();
  expect(letter).toMatchObject({
    key: (await behind.deadLetters.get(letter?.id ?? ''))?.key,
    reason: expect.stringContaining('This worker has none of the handlers that the replay names.') as string,
  });
  await behind.close();
  await worker(receiver(), ran, 'warehouse');
  await web.deadLetters.redrive('all');
  await until(() => ran.some((line) => line.startsWith('warehouse')));
});

test('a forced replay runs each handler once in all attempts of its job, also when it is redriven; another one runs all', async () => {
  const { journal, queue, receiver } = service();
  const web = receiver();
  const ran: string[] = [];
  const webhooks = receiver();
  let isBroken = false;
  webhooks.on(
    'notes_created',
    () => {
      if (isBroken) throw new Error('down');
      ran.push('b');
    },
    { name: 'b' },
  );
  await worker(webhooks, ran);
  await send(web, genuine());
  await until(() => journal.ends[0] === 'processed a,b');
  const key = journal.entries[0]?.key ?? '';
  isBroken = true;
  await web.journal.replay({ force: true });
  await until(() => queue.states.includes('dead after 2'));
  expect(await web.deadLetters.list()).toEqual([expect.objectContaining({ key, replayed: true })]);
  isBroken = false;
  await web.deadLetters.redrive('all');
  await until(() => queue.verdicts.length === 2);
  const first = [`a ${key} false`, 'b'];
  expect(ran.splice(0).toSorted()).toEqual([...first, `a ${key} true`, 'b'].toSorted());
  await web.journal.replay({ force: true });
  await until(() => queue.verdicts.length === 3);
  expect(ran.splice(0).toSorted()).toEqual([`a ${key} true`, 'b']);
  await calm();
  expect(journal.ends).toEqual(['processed a,b']);
  await web.journal.replay();
  await calm();
  expect(ran).toStrictEqual([]);
});

test.each([false, true])('a replay that is redriven weeks later knows what it ran: force %j', async (force) => {
  let now = 0;
  const { queue, journal, receiver } = service(memoryStore({ clock: { now: () => now } }));
  const web = receiver();
  await send(web, genuine());
  const behind = receiver();
  await worker(behind, []);
  await until(() => journal.ends[0] === 'processed a');
  await behind.close();
  const ran: string[] = [];
  const webhooks = receiver();
  let isBroken = true;
  webhooks.on(
    'notes_created',
    () => {
      ran.push('b');
      if (isBroken) throw new Error('down');
    },
    { name: 'b' },
  );
  await worker(webhooks, ran, 'c');
  await web.journal.replay({ force, handlers: ['b', 'c'] });
  await until(() => queue.states.includes('dead after 2'));
  now += 29 * 86_400_000;
  isBroken = false;
  await web.deadLetters.redrive('all');
  await until(() => queue.verdicts.length === 2);
  const key = journal.entries[0]?.key ?? '';
  expect(ran.toSorted()).toEqual(['b', 'b', 'b', `c ${key} true`]);
});

test('a replay that fails does not shorten what is remembered for a dead letter of the same delivery', async () => {
  let now = 0;
  const { queue, receiver } = service(memoryStore({ clock: { now: () => now } }));
  const web = receiver();
  const ran: string[] = [];
  const webhooks = receiver();
  let isBroken = true;
  webhooks.on('notes_created', () => {
    if (isBroken) throw new Error('down');
  });
  await worker(webhooks, ran);
  await send(web, genuine());
  await until(() => queue.states.includes('dead after 2'));
  await web.journal.replay();
  await until(() => queue.states.join() === 'dead after 2,dead after 2');
  now += 29 * 86_400_000;
  isBroken = false;
  await web.deadLetters.redrive('1');
  await until(() => queue.verdicts.length === 1);
  expect(ran).toHaveLength(1);
});

test('what is no event is handled where it is replayed, as it is when it comes', async () => {
  const { queue, receiver } = service();
  const web = receiver();
  await send(web, signed.invalid());
  await calm();
  const taken: string[] = [];
  web.onInvalid(({ outcome }) => void taken.push(outcome));
  expect(await web.journal.replay()).toMatchObject({ ran: 1, outcomes: { quarantined: 1 } });
  expect(taken).toEqual(['invalid']);
  expect(queue.jobs).toHaveLength(0);
});

test('a queue that is away is waited for', async () => {
  const { journal, queue, receiver } = service();
  const web = receiver();
  await send(web, genuine());
  await calm();
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = () => Promise.reject(new Error('away'));
  const replay = web.journal.replay();
  setTimeout(() => (queue.enqueue = enqueue), 80);
  expect(await replay).toMatchObject({ ran: 1, failed: 0, outcomes: { queued: 1 } });
  expect(queue.jobs).toHaveLength(2);
  expect(journal.ends).toEqual(['queued']);
});

test('close() waits until the queue has what a replay is giving it, and closes the queue only then', async () => {
  const { journal, receiver } = service();
  await send(receiver(), genuine());
  const steps: string[] = [];
  const given = gate();
  class SlowQueue extends ArrayQueue {
    override async enqueue(job: QueuedDelivery): Promise<void> {
      steps.push('asked');
      await given.passed;
      await super.enqueue(job);
      steps.push('enqueued');
    }
    async close(): Promise<void> {
      await Promise.resolve();
      steps.push('closed');
    }
  }
  const closing = bigmindWebhooks({ secret, logger: false, journal, queue: new SlowQueue() });
  const replay = closing.journal.replay({ force: true });
  await until(() => steps.length === 1);
  const closed = closing.close();
  await calm();
  expect(steps).toEqual(['asked']);
  given.open();
  await Promise.all([replay, closed]);
  expect(steps).toEqual(['asked', 'enqueued', 'closed']);
});

test('the line of a worker’s run says that it is a replay', async () => {
  const { logger, lines } = notedLog('info');
  const { queue, receiver } = service();
  const web = receiver();
  const webhooks = receiver({ logger });
  await send(web, genuine());
  await worker(webhooks, []);
  await until(() => queue.verdicts.length === 1);
  await web.journal.replay({ force: true });
  await until(() => queue.verdicts.length === 2);
  expect(lines.at(-1)).toMatchObject({ outcome: 'processed', replayed: true, event: 'notes_created' });
});
