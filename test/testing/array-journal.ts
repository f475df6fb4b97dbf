import type {
  Journal,
  JournalEnd,
  JournalEntry,
  JournalForget,
  JournalQuery,
  JournalRecord,
} from '../../src/foundations/contracts/journal';

interface Kept {
  readonly entry: JournalEntry;
  readonly number: number;
  end: JournalEnd | undefined;
}

/** What a journal in an array has, so that another can be opened on it. */
export interface Memory {
  kept: Kept[];
  number: number;
  readonly marks: Map<string, string>;
}

export const memory = (): Memory => ({ kept: [], number: 0, marks: new Map() });

/** A journal that keeps its entries in an array. Everything but durable. */
export function arrayJournal(held: Memory = memory()): Journal {
  const find = async function* (query: JournalQuery): AsyncGenerator<JournalRecord> {
    const found = held.kept.filter((one) => matches(one, query));
    for (const { entry, number, end } of query.order === 'oldest first' ? found : found.toReversed()) {
      yield { ...entry, position: String(number), end };
    }
  };
  return {
    open: () => undefined,
    async append(entry) {
      if (held.kept.some((one) => one.entry.key === entry.key)) return;
      held.number += 1;
      held.kept.push({ entry, number: held.number, end: undefined });
    },
    async ended(key, end) {
      const found = held.kept.find(({ entry }) => entry.key === key);
      if (found === undefined) return;
      const newest = found.end !== undefined && found.end.endedAt > end.endedAt ? found.end : end;
      found.end = { ...newest, succeeded: [...new Set([...(found.end?.succeeded ?? []), ...end.succeeded])] };
    },
    find,
    async forget(which) {
      const before = held.kept.length;
      held.kept = held.kept.filter((one) => !isMeant(one.entry, which));
      return before - held.kept.length;
    },
    async stats() {
      const times = held.kept.map(({ entry }) => entry.receivedAt).sort((a, b) => a - b);
      const bytes = held.kept.reduce((sum, { entry }) => sum + entry.rawBody.length, 0);
      return { entries: times.length, bytes, oldest: times[0], newest: times.at(-1), unreadable: 0 };
    },
    async mark(name, position) {
      if (position === undefined) held.marks.delete(name);
      else held.marks.set(name, position);
    },
    marked: async (name) => held.marks.get(name),
    ping: async () => undefined,
    close: async () => undefined,
  };
}

function matches({ entry, number, end }: Kept, query: JournalQuery): boolean {
  const { from = -Infinity, to = Infinity, key = entry.key, events, tenant, outcomes, order, after } = query;
  if (entry.receivedAt < from || entry.receivedAt >= to || entry.key !== key) return false;
  if (events !== undefined && (entry.event === undefined || !events.includes(entry.event))) return false;
  if (tenant !== undefined && entry.tenant !== tenant) return false;
  if (outcomes !== undefined && (end === undefined || !outcomes.includes(end.outcome))) return false;
  return after === undefined || (order === 'oldest first' ? number > Number(after) : number < Number(after));
}

function isMeant(entry: JournalEntry, which: JournalForget): boolean {
  if ('key' in which) return entry.key === which.key;
  return 'tenant' in which ? entry.tenant === which.tenant : entry.receivedAt < which.before;
}
