import type { JournalSettings } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import { describeError } from '../../foundations/describe-error';
import { logSafely } from '../../foundations/tell';
import { type Folder, unfinished } from './folder';
import { removeSegment } from './forget';
import { dropConflicting, dropLater } from './index-conflicts';
import { readIndexFile, writeIndexFiles } from './index-file';
import { isKept } from './is-kept';
import { type Lock, lockFolder } from './lock';
import { marksName } from './marks';
import { scanSegment } from './scan';
import { dayOf, isIndexName, Segment } from './segment';
import type { KeyWords } from './segment-index';
import { SegmentReader } from './segment-reader';
import { Segments } from './segments';
import { Writer } from './writer';

/** A journal whose folder is locked and known. */
export interface OpenJournal {
  readonly folder: Folder;
  readonly segments: Segments;
  readonly writer: Writer;
  readonly logger: Logger;
  /** Removes the files of days that are over. Looks once a day. */
  readonly removeOld: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const dayMs = 86_400_000;

/**
 * Locks the folder, removes what a crash and old days left, and reads the rest.
 *
 * @throws WebhookError `JOURNAL_IN_USE`, `BAD_OPTION`
 */
export async function openJournal(
  folder: Folder,
  keepDays: number,
  { clock, logger }: JournalSettings,
): Promise<OpenJournal> {
  await folder.make();
  const lock = await lockFolder(folder);
  try {
    const segments = await findSegments(folder);
    const removeOldOn = oldRemover(folder, segments, keepDays, logger);
    await removeOldOn(dayOf(clock.now()));
    await scan(folder, segments, logger);
    const unreadable = segments.all.reduce((sum, segment) => sum + segment.unreadable, 0);
    if (unreadable > 0) logSafely(logger, 'warn', { unreadable }, 'The journal has lines that cannot be read');
    const writer = new Writer(
      { folder, segments, now: () => clock.now(), onDay: removeOldOn },
      firstPosition(segments, clock.now()),
    );
    return {
      folder,
      segments,
      writer,
      logger,
      removeOld: () => removeOldOn(dayOf(clock.now())),
      close: () => writer.close().finally(() => lock.release()),
    };
  } catch (error) {
    await release(lock);
    throw error;
  }
}

/** Removes the files of days that are over, once a day. All that ask meanwhile wait until they are gone. */
function oldRemover(
  folder: Folder,
  segments: Segments,
  keepDays: number,
  logger: Logger,
): (day: string) => Promise<void> {
  const stuck = new Set<Segment>();
  let looked: { readonly day: string; readonly removed: Promise<void> } | undefined;

  async function remove(day: string): Promise<void> {
    const oldest = dayOf(Date.parse(day) - keepDays * dayMs);
    for (const segment of segments.all) {
      if (segment.day >= oldest || segment.moving !== undefined) continue;
      await removeSegment(folder, segments, segment).catch((error: unknown) => {
        looked = undefined;
        if (stuck.has(segment)) return;
        stuck.add(segment);
        logSafely(logger, 'warn', { cause: describeError(error) }, 'A file of the journal could not be removed');
      });
    }
  }

  return (day) => {
    if (looked?.day !== day) looked = { day, removed: remove(day) };
    return looked.removed;
  };
}

async function release(lock: Lock): Promise<void> {
  await lock.release().catch(() => undefined);
}

/** Whether a crash may have left it. */
function isLeftOver(name: string): boolean {
  if (!name.endsWith(unfinished)) return false;
  const stem = name.slice(0, -unfinished.length);
  const isOfSegment = Segment.named(stem) !== undefined || isIndexName(stem);
  return isOfSegment || stem === marksName || /^ping\.[\da-f]{12}$/.test(stem);
}

async function findSegments(folder: Folder): Promise<Segments> {
  const segments = new Segments();
  const names = await folder.list();
  for (const name of names) {
    if (isLeftOver(name)) await folder.remove(name);
    const segment = Segment.named(name);
    if (segment !== undefined) segments.add(segment);
  }
  const indexes = new Set(segments.all.map(({ indexName }) => indexName));
  for (const name of names) {
    // One that stays is never read.
    if (isIndexName(name) && !indexes.has(name)) await folder.remove(name).catch(() => undefined);
  }
  // A process that made a file may have been killed before its name was durable.
  await folder.sync();
  return segments;
}

async function scan(folder: Folder, segments: Segments, logger: Logger): Promise<void> {
  for (const segment of segments.all) await readIndexFile(folder, segment);
  dropConflicting(segments.all);
  const reader = new SegmentReader(folder);
  try {
    for (const segment of segments.all) {
      await readRest(folder, segment, (key) => {
        dropLater(segments, segment, key);
        return isKept({ segments, logger }, reader, key);
      });
    }
  } finally {
    await reader.close();
  }
  await writeIndexFiles(folder, segments, 'all');
}

/** Reads what its index file does not know. */
async function readRest(
  folder: Folder,
  segment: Segment,
  isKeptAlready: (key: KeyWords) => Promise<boolean>,
): Promise<void> {
  try {
    const file = await folder.open(segment.name);
    await scanSegment(segment, file, isKeptAlready).finally(() => file.close());
    segment.isDoubtful = segment.size > 0;
  } catch (cause) {
    const remedy = 'Mend that, or move the file out of the folder: its deliveries are missing then.';
    const what = `${folder.pathOf(segment.name)} cannot be read: ${describeError(cause).message}`;
    throw new Error(`${what}. ${remedy}`, { cause });
  }
}

/** The next ones are whole numbers that JavaScript can tell apart, and have 16 digits in the names of files. */
const lastByTime = 8e15;

/**
 * It includes the time, so that positions go up even after everything was removed: a replay that goes on behind a
 * position passes over lower ones.
 */
function firstPosition(segments: Segments, now: number): number {
  const used = segments.all.map(({ first, index }) => Math.max(first, index.lastPosition));
  const byTime = Math.min(Math.floor(now * 1000), lastByTime);
  return Math.max(byTime, ...used.map((position) => position + 1), 1);
}
