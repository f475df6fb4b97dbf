import type { Journal, JournalRecord } from '../../foundations/contracts/journal';
import type { FoundDelivery, JournalOfReceiver } from '../../foundations/contracts/replay';
import { WebhookError } from '../../foundations/errors';
import { parseFind, parseForget } from '../../options/parse-find';

/** Makes the member `journal` of a receiver. Without a journal, every call rejects with `NO_JOURNAL`. */
export function journalOfReceiver(
  journal: Journal | undefined,
  events: ReadonlyMap<string, unknown>,
): JournalOfReceiver {
  function kept(): Journal {
    if (journal !== undefined) return journal;
    throw new WebhookError('NO_JOURNAL', 'journal: this receiver has no journal. Pass the journal option.');
  }
  return {
    async *find(filter = {}) {
      for await (const record of kept().find(parseFind(filter, events))) yield foundIn(record);
    },
    async replay() {
      kept();
      return await Promise.reject(new Error('not yet'));
    },
    async forget(which) {
      return await kept().forget(parseForget(which));
    },
    async stats() {
      const { entries, bytes, oldest, newest, unreadable } = await kept().stats();
      return { entries, bytes, oldest: dateOr(oldest), newest: dateOr(newest), unreadable };
    },
  };
}

function foundIn(record: JournalRecord): FoundDelivery {
  const { key, event, tenant, scheme, receivedAt, headers, params, rawBody, end } = record;
  return {
    key,
    event,
    tenant,
    scheme,
    receivedAt: new Date(receivedAt),
    headers,
    params,
    rawBody,
    outcome: end?.outcome,
    succeeded: end?.succeeded ?? [],
    endedAt: dateOr(end?.endedAt),
  };
}

function dateOr(moment: number | undefined): Date | undefined {
  return moment === undefined ? undefined : new Date(moment);
}
