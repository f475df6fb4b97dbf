import type {
  Journal,
  JournalEnd,
  JournalEntry,
  JournalForget,
  JournalQuery,
  JournalRecord,
  JournalSettings,
  JournalStats,
} from '../../../src';

interface Kept {
  readonly entry: JournalEntry;
  readonly place: number;
  end: JournalEnd | undefined;
}

/** A journal that keeps its entries in an array. Everything but durable. */
export class ArrayJournal implements Journal {
  readonly onFailure: 'refuse' | 'continue' | undefined;
  readonly opened: JournalSettings[] = [];
  readonly calls: string[] = [];
  readonly marks = new Map<string, string>();
  isClosed = false;
  /** What happens in place of a call, which `go` makes. */
  fault: (method: string, go: () => Promise<void>) => Promise<void> = (_, go) => go();
  #kept: Kept[] = [];
  #places = 0;

  constructor(onFailure?: 'refuse' | 'continue') {
    this.onFailure = onFailure;
  }

  open(settings: JournalSettings): void {
    this.opened.push(settings);
  }

  append(entry: JournalEntry): Promise<void> {
    return this.#call('append', () => {
      if (this.#find(entry.key) !== undefined) return;
      const copy = structuredClone({ ...entry, rawBody: undefined });
      this.#kept.push({
        entry: { ...copy, rawBody: Buffer.from(entry.rawBody) },
        place: ++this.#places,
        end: undefined,
      });
    });
  }

  ended(key: string, end: JournalEnd): Promise<void> {
    return this.#call('ended', () => {
      const kept = this.#find(key);
      if (kept === undefined) return;
      const succeeded = [...new Set([...(kept.end?.succeeded ?? []), ...end.succeeded])];
      const newest = kept.end !== undefined && kept.end.endedAt > end.endedAt ? kept.end : end;
      kept.end = { ...newest, succeeded };
    });
  }

  async *find({ from, to, key, events, tenant, outcomes, order, after }: JournalQuery): AsyncGenerator<JournalRecord> {
    await Promise.resolve();
    this.calls.push('find');
    const inOrder = order === 'oldest first' ? [...this.#kept] : this.#kept.toReversed();
    for (const { entry, place, end } of inOrder) {
      if (after !== undefined && (order === 'oldest first' ? place <= Number(after) : place >= Number(after))) continue;
      if (from !== undefined && entry.receivedAt < from) continue;
      if (to !== undefined && entry.receivedAt >= to) continue;
      if (key !== undefined && entry.key !== key) continue;
      if (events !== undefined && (entry.event === undefined || !events.includes(entry.event))) continue;
      if (tenant !== undefined && entry.tenant !== tenant) continue;
      if (outcomes !== undefined && (end === undefined || !outcomes.includes(end.outcome))) continue;
      yield { ...entry, position: String(place), end };
    }
  }

  async forget(which: JournalForget): Promise<number> {
    await Promise.resolve();
    const before = this.#kept.length;
    this.#kept = this.#kept.filter(({ entry }) => {
      if ('key' in which) return entry.key !== which.key;
      return 'tenant' in which ? entry.tenant !== which.tenant : entry.receivedAt >= which.before;
    });
    return before - this.#kept.length;
  }

  async stats(): Promise<JournalStats> {
    await Promise.resolve();
    const times = this.#kept.map(({ entry }) => entry.receivedAt);
    const bytes = this.#kept.reduce((sum, { entry }) => sum + entry.rawBody.length, 0);
    const [oldest, newest] = times.length === 0 ? [] : [Math.min(...times), Math.max(...times)];
    return { entries: times.length, bytes, oldest, newest, unreadable: 0 };
  }

  mark(name: string, position: string | undefined): Promise<void> {
    return this.#call('mark', () => {
      if (position === undefined) this.marks.delete(name);
      else this.marks.set(name, position);
    });
  }

  async marked(name: string): Promise<string | undefined> {
    await Promise.resolve();
    return this.marks.get(name);
  }

  ping(): Promise<void> {
    return this.#call('ping', () => undefined);
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.isClosed = true;
  }

  /** Each delivery that is kept, in order. */
  get entries(): readonly JournalEntry[] {
    return this.#kept.map(({ entry }) => entry);
  }
  /** The end of each, as `outcome succeeded,…`; `-` while unknown. */
  get ends(): readonly string[] {
    return this.#kept.map(({ end }) =>
      end === undefined ? '-' : `${end.outcome} ${end.succeeded.toSorted().join()}`.trim(),
    );
  }

  #find(key: string): Kept | undefined {
    return this.#kept.find(({ entry }) => entry.key === key);
  }

  #call(method: string, go: () => void): Promise<void> {
    this.calls.push(method);
    return this.fault(method, async () => {
      await Promise.resolve();
      go();
    });
  }
}
