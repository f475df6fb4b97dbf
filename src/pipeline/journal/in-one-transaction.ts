import type { Journal, JournalEntry } from '../../foundations/contracts/journal';
import type { DeliveryQueue, QueuedDelivery } from '../../foundations/contracts/queue';
import { WebhookError } from '../../foundations/errors';
import { requirePromise } from '../require-promise';

/** Keeps a delivery and enqueues its job: both or neither. */
export type KeepAndEnqueue = (entry: JournalEntry, job: QueuedDelivery) => Promise<void>;

/**
 * How a journal and a queue write in one transaction; `undefined` if the queue was not told to.
 *
 * @throws WebhookError `BAD_OPTION` if it was, and cannot
 */
export function inOneTransaction(
  queue: DeliveryQueue | undefined,
  journal: Journal | undefined,
): KeepAndEnqueue | undefined {
  const withJournal = queue?.withJournal;
  if (withJournal === undefined) return undefined;
  const withQueue = journal?.withQueue;
  if (withQueue?.pool !== withJournal.pool) throw notTogether(journal);
  return (entry, job) => {
    const appended = withQueue.append(entry, (transaction) =>
      requirePromise(withJournal.enqueue(job, transaction), 'queue.withJournal.enqueue'),
    );
    return requirePromise(appended, 'journal.withQueue.append');
  };
}

function notTogether(journal: Journal | undefined): WebhookError {
  const got =
    journal === undefined
      ? 'got no journal'
      : journal.withQueue === undefined
        ? "got one that cannot: it is no postgresJournal, its pool is neither a Pool of pg nor PGlite, or onFailure is 'continue'"
        : 'got one with another pool';
  const expected = 'the queue was given a pool, to be written in one transaction with a journal on the same pool';
  return new WebhookError(
    'BAD_OPTION',
    `journal: ${expected}, ${got}. Pass both the same pool, or leave out the queue's.`,
  );
}
