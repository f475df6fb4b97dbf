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
import { arrayJournal, memory } from '../../testing/array-journal';

/** The journal in an array, which notes what it is asked, and fails when it should. */
export class ArrayJournal implements Journal {
  readonly onFailure: 'refuse' | 'continue' | undefined;
  readonly opened: JournalSettings[] = [];
  readonly calls: string[] = [];
  isClosed = false;
  /** What happens in place of a call, which `go` makes. */
  fault: (method: string, go: () => Promise<void>) => Promise<void> = (_, go) => go();
  readonly #memory = memory();
  readonly #journal = arrayJournal(this.#memory);
  readonly marks = this.#memory.marks;

  constructor(onFailure?: 'refuse' | 'continue') {
    this.onFailure = onFailure;
  }

  open(settings: JournalSettings): void {
    this.opened.push(settings);
  }

  append(entry: JournalEntry): Promise<void> {
    return this.#call('append', () => {
      const copy = structuredClone({ ...entry, rawBody: undefined });
      return this.#journal.append({ ...copy, rawBody: Buffer.from(entry.rawBody) });
    });
  }

  ended(key: string, end: JournalEnd): Promise<void> {
    return this.#call('ended', () => this.#journal.ended(key, end));
  }

  async *find(query: JournalQuery): AsyncGenerator<JournalRecord> {
    await Promise.resolve();
    this.calls.push('find');
    yield* this.#journal.find(query);
  }

  forget(which: JournalForget): Promise<number> {
    return this.#journal.forget(which);
  }

  stats(): Promise<JournalStats> {
    return this.#journal.stats();
  }

  mark(name: string, position: string | undefined): Promise<void> {
    return this.#call('mark', () => this.#journal.mark(name, position));
  }

  marked(name: string): Promise<string | undefined> {
    return this.#journal.marked(name);
  }

  ping(): Promise<void> {
    return this.#call('ping', () => Promise.resolve());
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.isClosed = true;
  }

  /** Each delivery that is kept, in order. */
  get entries(): readonly JournalEntry[] {
    return this.#memory.kept.map(({ entry }) => entry);
  }
  /** The end of each, as `outcome succeeded,…`; `-` while unknown. */
  get ends(): readonly string[] {
    return this.#memory.kept.map(({ end }) =>
      end === undefined ? '-' : `${end.outcome} ${end.succeeded.toSorted().join()}`.trim(),
    );
  }

  #call(method: string, go: () => Promise<void>): Promise<void> {
    this.calls.push(method);
    return this.fault(method, async () => {
      await Promise.resolve();
      await go();
    });
  }
}

/** Finds what is kept while it finds, too. */
export class LiveJournal extends ArrayJournal {
  override async *find(query: JournalQuery): AsyncGenerator<JournalRecord> {
    for (let after = query.after; ; ) {
      const { value } = await super.find({ ...query, after }).next();
      if (value === undefined) return;
      yield value;
      after = value.position;
    }
  }
}
