import type { JournalForget, JournalQuery, JournalRecord } from '../../foundations/contracts/journal';
import { type Row, readText, readWholeNumber } from '../../foundations/foreign-values';
import type { Seal } from '../../foundations/journal-seal';
import { badOption } from '../../foundations/option-checks';
import { toStored } from '../../foundations/stored-text';
import type { Database } from './database';
import { readRecord } from './record';
import { find, foundAtMost, remove, requireUnlocked } from './search-statements';

export interface Searched {
  readonly database: Database;
  readonly namespace: string;
  readonly seal: Seal | undefined;
  /** Told of an entry that cannot be read. */
  readonly onUnreadable: (position: string) => void;
  /** How often this process has removed entries. */
  readonly removals: { count: number };
}

/** Before all entries and behind all of them. */
const ends = { oldest: ['-infinity', '0'], newest: ['infinity', '9223372036854775807'] } as const;

/** How many rows of the small table a statement looks at: no more than it may find, unless little of them is meant. */
const seenAtLeast = foundAtMost;
/** However little it finds, no statement takes long. */
const seenAtMost = 10_000;

/** From where a statement looks, and at how many rows. */
interface Step {
  readonly place: readonly string[];
  readonly seenNow: number;
}

/** The step behind one that returned this row, and found so many; `undefined` if it was the last. */
function nextStep(row: Row, found: number, { seenNow }: Step): Step | undefined {
  if (countIn(row, 'isfull') === 1) return { place: readPlace(read(row, 'last')), seenNow };
  if (countIn(row, 'seen') < seenNow) return undefined;
  const isSparse = found < foundAtMost / 2;
  return { place: readPlace(read(row, 'reached')), seenNow: isSparse ? Math.min(seenAtMost, seenNow * 4) : seenNow };
}

/** How old a page may get, in milliseconds. Its rest is then read again: another process may have removed it. */
const freshMs = 5000;

/**
 * Reads page by page, each by a statement of its own, so that the database holds nothing in between. Entries that this
 * process removes meanwhile are left out.
 */
export async function* findIn(searched: Searched, query: JournalQuery): AsyncGenerator<JournalRecord, void, undefined> {
  const { database, namespace, seal, onUnreadable, removals } = searched;
  const { from, to, key, events, tenant, outcomes, order, after } = query;
  const isNewestFirst = order === 'newest first';
  const text = find(key === undefined ? 'all' : 'key', isNewestFirst);
  const filters: unknown[] = [
    momentOf(from),
    momentOf(to),
    events === undefined ? null : JSON.stringify(events.map(toStored)),
    tenant === undefined ? null : toStored(tenant),
    outcomes === undefined ? null : JSON.stringify(outcomes),
  ];
  const start = after === undefined ? ends[isNewestFirst ? 'newest' : 'oldest'] : readPlace(after);
  for (let step: Step | undefined = { place: start, seenNow: seenAtLeast }; step !== undefined; ) {
    const values = [namespace, ...step.place, ...filters, step.seenNow, ...(key === undefined ? [] : [key])];
    const rows = await database.someRowsOf(text, values);
    const { count } = removals;
    const freshUntil = performance.now() + freshMs;
    const isFresh = (): boolean => removals.count === count && performance.now() < freshUntil;
    const found = rows.filter(({ position }) => position !== null);
    let reached: string | undefined;
    for (const row of found) {
      const record = await readRecord(row, seal);
      // At least one is given of each page, so that it goes on.
      if (reached !== undefined && !isFresh()) break;
      reached = read(row, 'position');
      if (record === 'unreadable') onUnreadable(reached);
      else if (record !== 'gone') yield record;
    }
    const [first] = rows;
    const last = found.at(-1);
    if (reached !== undefined && last !== undefined && reached !== read(last, 'position')) {
      step = { place: readPlace(reached), seenNow: step.seenNow };
    } else step = nextStep(first, found.length, step);
  }
}

/** Removes entries, some hundred by a statement. Resolves to their number. */
export async function forgetIn(searched: Searched, which: JournalForget): Promise<number> {
  const { database, namespace, removals } = searched;
  const key = 'key' in which ? which.key : undefined;
  const text = remove(key === undefined ? 'all' : 'key');
  const before = 'before' in which ? momentOf(which.before) : null;
  const tenant = 'tenant' in which ? toStored(which.tenant) : null;
  const filters = [null, before, null, tenant, null];
  let sum = 0;
  for (let step: Step | undefined = { place: ends.oldest, seenNow: seenAtLeast }; step !== undefined; ) {
    const values = [namespace, ...step.place, ...filters, step.seenNow, ...(key === undefined ? [] : [key])];
    const [row] = await database.someRowsOf(text, values);
    const removed = countIn(row, 'removed');
    sum += removed;
    if (removed > 0) removals.count += 1;
    step = nextStep(row, removed, step);
  }
  return sum;
}

/** Removes the entry of a key that is past its time, and no newer one that another process has kept meanwhile. */
export async function removeOldOf({ database, namespace }: Searched, key: string, keepDays: number): Promise<void> {
  const values = [namespace, ...ends.oldest, null, null, null, null, null, 1, keepDays, key];
  await database.someRowsOf(remove('old key'), values);
}

/** Removes a few hundred of those that are past their time. Resolves to whether there may be more. */
export async function removeOld({ database, namespace }: Searched, keepDays: number): Promise<boolean> {
  const values = [namespace, ...ends.oldest, null, null, null, null, null, foundAtMost, keepDays];
  await database.run(requireUnlocked);
  const [row] = await database.someRowsOf(remove('old'), values);
  return countIn(row, 'isfull') === 1 && countIn(row, 'removed') > 0;
}

/** No time of PostgreSQL is as early as the earliest `Date`. */
const firstMoment = Date.UTC(-4000, 0);

function momentOf(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.max(ms, firstMoment);
}

const placePattern = /^(\d{4,6}-\d\d-\d\d)\/(\d{1,18})$/;

function readPlace(position: string): readonly [day: string, id: string] {
  const [, day, id] = placePattern.exec(position) ?? [];
  if (day !== undefined && id !== undefined) return [day, id];
  throw badOption('postgresJournal.find.after', 'a position that this journal gave', position);
}

function countIn(row: Row, name: string): number {
  return readWholeNumber(row[name], `postgresJournal.pool: ${name}`);
}

function read(row: Row, name: string): string {
  return readText(row[name], `postgresJournal.pool: ${name}`);
}
