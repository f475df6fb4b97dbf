import { type JournalRecord, notEnded } from '../../foundations/contracts/journal';
import type { FoundDelivery, JournalOfReceiver } from '../../foundations/contracts/replay';
import { WebhookError } from '../../foundations/errors';
import type { Report } from '../../foundations/measures';
import { receiverIsClosing } from '../../foundations/receiver-is-closing';
import { parseFind, parseForget } from '../../options/parse-find';
import { parseReplay } from '../../options/parse-replay';
import type { PipelineParts } from '../parts';
import { requirePromise } from '../require-promise';
import { entriesIn } from './entries-in';
import type { Journaling } from './journaling';
import { Replay } from './replay';

/** The member `journal` of a receiver, and the end of its replays. */
export interface ClosableJournal {
  readonly journal: JournalOfReceiver;
  /** Its replays start nothing more, and later ones are refused. Resolves when they have ended. */
  stop(): Promise<unknown>;
  /** Waits for the replays, whose handlers have ended, and closes the journal. Never rejects. */
  close(): Promise<void>;
}

/** Without a journal, every call of `journal` rejects with `NO_JOURNAL`. */
export function journalOfReceiver(parts: PipelineParts, report: Report): ClosableJournal {
  const { registry, queueing, checks } = parts;
  const replays = new Map<Replay, Promise<unknown>>();
  let isClosing = false;

  function required(): Journaling {
    if (parts.journaling !== undefined) return parts.journaling;
    throw new WebhookError('NO_JOURNAL', 'journal: this receiver has no journal. Pass the journal option.');
  }
  /** Names of the handlers; `undefined` if only the workers have them. */
  function handlerNames(): readonly string[] | undefined {
    if (!registry.isEmpty) return registry.names;
    if (queueing !== undefined) return undefined;
    throw new WebhookError('NO_HANDLERS', 'journal.replay: register handlers with on() before.');
  }

  const journal: JournalOfReceiver = {
    async *find(filter = {}) {
      const journaling = required();
      const query = parseFind(filter, checks);
      await journaling.settled();
      for await (const record of entriesIn(journaling.journal, query)) yield foundIn(record);
    },
    async replay(options = {}) {
      const journaling = required();
      const replay = new Replay(parseReplay(options, checks, handlerNames()), { parts, journaling, report });
      if (isClosing) throw new WebhookError('UNAVAILABLE', `journal.replay: ${receiverIsClosing}`);
      const summary = replay.run();
      replays.set(replay, summary);
      return await summary.finally(() => replays.delete(replay));
    },
    async forget(which) {
      const parsed = parseForget(which);
      const count = await requirePromise(required().journal.forget(parsed), 'journal.forget');
      await Promise.allSettled([...replays.keys()].map((replay) => replay.forget(parsed)));
      return count;
    },
    async stats() {
      const { entries, bytes, oldest, newest, unreadable } = await required().journal.stats();
      return { entries, bytes, oldest: dateOr(oldest), newest: dateOr(newest), unreadable };
    },
  };
  return {
    journal,
    stop() {
      isClosing = true;
      for (const replay of replays.keys()) replay.stop(receiverIsClosing);
      return Promise.allSettled(replays.values());
    },
    async close() {
      await parts.journaling?.close(Promise.allSettled(replays.values()));
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
    endedAt: end?.endedAt === notEnded ? undefined : dateOr(end?.endedAt),
  };
}

function dateOr(moment: number | undefined): Date | undefined {
  return moment === undefined ? undefined : new Date(moment);
}
