import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Journal, JournalEntry, JournalQuery, JournalRecord } from '../../foundations/contracts/journal';
import { silentLogger } from '../../foundations/silent-logger';

/** The tools of a case. */
export interface Bench {
  /** The journal, open and empty. After `reopen` it is the second one. */
  readonly journal: Journal;
  /** Closes the journal, and opens another on what it has kept. */
  readonly reopen: () => Promise<Journal>;
  /** Appends entries, one after the other. */
  readonly keep: (...entries: readonly JournalEntry[]) => Promise<void>;
  /** What is found, by default everything, the oldest first. */
  readonly all: (query?: Partial<JournalQuery>) => Promise<JournalRecord[]>;
  /** The keys of what is found. */
  readonly keys: (query?: Partial<JournalQuery>) => Promise<string[]>;
}

export type Check = (bench: Bench) => Promise<void>;
export type Promises = readonly (readonly [string, Check])[];

export async function withBench(make: () => Promise<Journal>, check: Check): Promise<void> {
  let journal = await make();
  journal.open({ logger: silentLogger, clock: Date });
  const bench: Bench = {
    get journal() {
      return journal;
    },
    async reopen() {
      await journal.close?.();
      journal = await make();
      journal.open({ logger: silentLogger, clock: Date });
      return journal;
    },
    async keep(...entries) {
      for (const one of entries) await journal.append(one);
    },
    all: (query) => collect(journal.find({ order: 'oldest first', ...query })),
    keys: async (query) => (await bench.all(query)).map(({ key }) => key),
  };
  try {
    await check(bench);
  } finally {
    await journal.close?.();
  }
}

async function collect(found: AsyncIterable<JournalRecord>): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of found) records.push(record);
  return records;
}

/** An entry with a new key, received now. */
export function entry(changes: Partial<JournalEntry> = {}): JournalEntry {
  return {
    key: randomBytes(32).toString('hex'),
    event: 'notes_created',
    tenant: 'acme',
    scheme: 'a scheme of its own',
    receivedAt: Date.now(),
    headers: { 'content-type': 'application/json', 'x-of-its-own': 'ä, "quoted"' },
    params: { tenant: 'acme' },
    rawBody: Buffer.from('{"event":"notes_created"}'),
    ...changes,
  };
}

/** Several entries, received a second apart; the last one a minute ago. */
export function entries(count: number, changes: (index: number) => Partial<JournalEntry> = () => ({})): JournalEntry[] {
  const first = Date.now() - 60_000 - count * 1000;
  return Array.from({ length: count }, (_, index) => entry({ receivedAt: first + index * 1000, ...changes(index) }));
}

export function keysOf(kept: readonly JournalEntry[]): string[] {
  return kept.map(({ key }) => key);
}

/** That an entry is found as it was kept. Bodies are compared by themselves: nobody can read a difference of 5 MB. */
export function assertSame(found: JournalRecord | undefined, kept: JournalEntry): void {
  assert.ok(found !== undefined, 'an entry is missing');
  const { position, rawBody } = found;
  assert.deepEqual(comparable(found), comparable(kept));
  assert.ok(Buffer.isBuffer(rawBody) && rawBody.equals(kept.rawBody), 'rawBody is something else');
  assert.ok(typeof position === 'string' && position.length <= 200, 'position is no text of at most 200 characters');
}

/** Names such as `__proto__` are compared, too, and an absent value is the same as `undefined`. */
function comparable({ key, event, tenant, scheme, receivedAt, headers, params }: JournalEntry): object {
  const listed = (pairs: object): unknown[] =>
    Object.entries(pairs)
      .filter(([, value]) => value !== undefined)
      .sort();
  return { key, event, tenant, scheme, receivedAt, headers: listed(headers), params: listed(params) };
}
