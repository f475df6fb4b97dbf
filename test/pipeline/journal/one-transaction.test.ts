import type { QueuedDelivery } from '../../../src';
import type { JournalWithQueue } from '../../../src/foundations/contracts/journal';
import type { OpenTransaction } from '../../../src/foundations/contracts/open-transaction';
import type { QueueWithJournal } from '../../../src/foundations/contracts/queue';
import { ArrayQueue } from '../../queueing/array-queue';
import { ArrayJournal, bigmindWebhooks, calm, genuine, notedLog, secret, send, signed } from './kit';

/** What a transaction holds until it is committed. */
class Transaction implements OpenTransaction {
  readonly jobs: QueuedDelivery[] = [];
  query = () => Promise.resolve({ rows: [] });
}

/** A journal that writes with a queue on the same pool, and counts the jobs of each transaction. */
class JournalWithPool extends ArrayJournal {
  readonly withQueue: JournalWithQueue;
  readonly committed: number[] = [];

  constructor(pool: object, queue: ArrayQueue) {
    super();
    this.withQueue = {
      pool,
      append: async (entry, enqueue) => {
        const transaction = new Transaction();
        await enqueue(transaction);
        await this.append(entry);
        this.committed.push(transaction.jobs.length);
        for (const job of transaction.jobs) queue.put(job);
      },
    };
  }
}

class QueueWithPool extends ArrayQueue {
  readonly withJournal: QueueWithJournal;
  fault: Error | undefined;

  constructor(pool: object) {
    super();
    this.withJournal = {
      pool,
      enqueue: (job, transaction) => {
        if (this.fault !== undefined) return Promise.reject(this.fault);
        (transaction as Transaction).jobs.push(job);
        return Promise.resolve();
      },
    };
  }

  override enqueue(): Promise<void> {
    return Promise.reject(new Error('a job was enqueued by itself'));
  }
}

function together() {
  const pool = {};
  const queue = new QueueWithPool(pool);
  const journal = new JournalWithPool(pool, queue);
  const noted = notedLog();
  const webhooks = bigmindWebhooks({ secret, queue, journal, logger: noted.logger });
  return { webhooks, queue, journal, lines: noted.lines };
}

test('on one pool, a delivery is kept and enqueued in one transaction, and neither by itself', async () => {
  const { webhooks, queue, journal } = together();
  const delivery = genuine();
  expect(await send(webhooks, delivery)).toBe('200 queued');
  expect(journal.committed).toEqual([1]);
  expect(journal.calls.filter((call) => call === 'append')).toHaveLength(1);
  const [entry] = journal.entries;
  expect(entry?.rawBody.toString()).toBe(delivery.body);
  expect(queue.jobs).toMatchObject([{ key: entry?.key, event: 'notes_created' }]);
});

test('a transaction that fails is 503, and leaves neither an entry nor a job', async () => {
  const { webhooks, queue, journal } = together();
  const delivery = genuine();
  queue.fault = new Error('the database is full');
  expect(await send(webhooks, delivery)).toBe('503 UNAVAILABLE');
  await calm();
  expect([journal.entries, journal.committed, queue.jobs]).toStrictEqual([[], [], []]);
  queue.fault = undefined;
  expect(await send(webhooks, delivery)).toBe('200 queued');
  expect(journal.committed).toEqual([1]);
});

test('what is no event is kept without a job', async () => {
  const { webhooks, queue, journal } = together();
  expect(await send(webhooks, signed.invalid())).toBe('422 INVALID');
  expect([journal.entries.length, journal.committed, queue.jobs]).toStrictEqual([1, [], []]);
});

test.each([
  ['no journal', () => undefined, 'got no journal.'],
  ['a journal that cannot', () => new ArrayJournal(), 'got one that cannot:'],
  ['a journal on another pool', () => new JournalWithPool({}, new ArrayQueue()), 'got one with another pool.'],
])('a queue that writes with a journal is refused with %s', (_title, journal, words) => {
  const queue = new QueueWithPool({});
  const make = () => bigmindWebhooks({ secret, logger: false, queue, journal: journal() });
  expect(make).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  expect(make).toThrow(words);
});
