import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JournalQuery, JournalRecord } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import { type Seal, unsealable } from '../../foundations/journal-seal';
import { badOption } from '../../foundations/option-checks';
import type { Folder } from './folder';
import { readEnd, readEntry } from './line';
import { loseEntry } from './lose-entry';
import { keyWords } from './segment-index';
import { MovedError, SegmentReader } from './segment-reader';
import type { Located, Segments } from './segments';

export interface Findable {
  readonly folder: Folder;
  readonly segments: Segments;
  readonly logger: Logger;
  readonly seal: Seal | undefined;
}

/** How many entries are passed over in one turn of the event loop, by what the index says of them. */
const mostInATurn = 2000;

/** Finds entries one after the other. It goes from position to position, so files may come, go and move meanwhile. */
export async function* findRecords(journal: Findable, query: JournalQuery): AsyncGenerator<JournalRecord, void> {
  const next = entriesOf(journal.segments, query);
  const reader = new SegmentReader(journal.folder);
  let passed = 0;
  try {
    for (let located = next.at(next.start); located !== undefined; ) {
      const { moving } = located.segment;
      let record: JournalRecord | undefined;
      try {
        await moving;
        if (moving !== undefined) throw new MovedError();
        if (isInTime(located, query)) record = await readRecord(journal, reader, located, query);
        else if (++passed % mostInATurn === 0) await nextTurn();
      } catch (error) {
        if (!(error instanceof MovedError)) throw error;
        located = next.at(next.start);
        continue;
      }
      if (record !== undefined) yield record;
      next.start = located.place.position;
      located = next.at(next.start);
    }
  } finally {
    await reader.close();
  }
}

interface Next {
  /** The position behind which it goes on. */
  start: number;
  at(position: number): Located | undefined;
}

/** The entries that a query may mean, by its order, position and key. Those that are kept later are left out. */
function entriesOf(segments: Segments, { key, order, after }: JournalQuery): Next {
  const isOldestFirst = order === 'oldest first';
  const last = segments.before(Number.MAX_SAFE_INTEGER)?.place.position ?? 0;
  const start = after === undefined ? (isOldestFirst ? 0 : Number.MAX_SAFE_INTEGER) : readPosition(after);
  const isBehind = (place: number, position: number): boolean => (isOldestFirst ? place > position : place < position);
  if (key !== undefined) {
    const words = keyWords(key);
    const found = (position: number): Located | undefined => {
      const located = words && segments.locate(words);
      return located && isBehind(located.place.position, position) ? located : undefined;
    };
    return { start, at: found };
  }
  if (!isOldestFirst) return { start, at: (position) => segments.before(position) };
  const within = (located: Located | undefined): Located | undefined =>
    located !== undefined && located.place.position <= last ? located : undefined;
  return { start, at: (position) => within(segments.after(position)) };
}

function readPosition(text: string): number {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  throw badOption('fileJournal.find.after', 'a position that this journal gave', text);
}

function isInTime({ place: { receivedAt } }: Located, { from, to }: JournalQuery): boolean {
  return (from === undefined || receivedAt >= from) && (to === undefined || receivedAt < to);
}

/** The record of an entry; `undefined` if it is not meant, or cannot be read. */
async function readRecord(
  { logger, seal }: Findable,
  reader: SegmentReader,
  located: Located,
  { events, tenant: wanted, outcomes }: JournalQuery,
): Promise<JournalRecord | undefined> {
  const line = await reader.entry(located);
  if (line === undefined) {
    loseEntry(logger, located);
    return undefined;
  }
  const { segment, place } = located;
  const { key, event, tenant, scheme, receivedAt, sealed, headers = {}, params = {}, body = '' } = readEntry(line);
  if (events !== undefined && (event === undefined || !events.includes(event))) return undefined;
  if (wanted !== undefined && tenant !== wanted) return undefined;
  const ended = place.endLength > 0 && (await reader.line(segment, place.endOffset, place.endLength));
  const end = ended ? readEnd(ended) : undefined;
  if (outcomes !== undefined && (end === undefined || !outcomes.includes(end.outcome))) return undefined;
  if (sealed !== undefined && seal === undefined) throw unsealable(key);
  const open = { headers, params, rawBody: Buffer.from(body, 'base64') };
  const sensitive =
    sealed === undefined || seal === undefined ? open : await seal.open(Buffer.from(sealed, 'base64'), key);
  return { key, event, tenant, scheme, receivedAt, ...sensitive, position: String(place.position), end };
}
