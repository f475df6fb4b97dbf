import type { FileHandle } from 'node:fs/promises';
import type { JournalForget } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import { writeAll } from './append-lines';
import type { Folder } from './folder';
import { removeIndexFile } from './index-file';
import { readEntry } from './line';
import { loseEntry } from './lose-entry';
import type { Segment } from './segment';
import { keyWords, SegmentIndex } from './segment-index';
import { SegmentReader } from './segment-reader';
import type { Located, Segments } from './segments';
import type { Writer } from './writer';

export interface Forgetful {
  readonly folder: Folder;
  readonly segments: Segments;
  readonly writer: Writer;
  readonly logger: Logger;
}

/**
 * Writes anew each file that holds what is to be forgotten. Lines that cannot be read are left out, too: they may be of a
 * forgotten delivery that a crash cut short.
 */
export async function forget(journal: Forgetful, which: JournalForget): Promise<number> {
  let count = 0;
  // An earlier call may have removed everything, and failed to make that durable.
  await journal.folder.syncRest();
  for (const segment of journal.segments.all) {
    const { size } = segment.isUnclean ? { size: 0 } : await numbersOf(journal, segment, which);
    // It may have turned out to be unclean.
    const isMeant = size > 0 || segment.isUnclean;
    if (isMeant && journal.segments.has(segment)) count += await rewrite(journal, segment, which);
  }
  return count;
}

async function rewrite(journal: Forgetful, segment: Segment, which: JournalForget): Promise<number> {
  const { folder, segments, writer } = journal;
  let settle: () => void = () => undefined;
  try {
    await writer.pause(segment, () => {
      segment.moving = new Promise((resolve) => {
        settle = resolve;
      });
    });
    // Some may have come while the others were looked at.
    const doomed = await numbersOf(journal, segment, which);
    const kept = entriesOf(segment).filter(({ number }) => !doomed.has(number));
    if (kept.length === 0) await removeSegment(folder, segments, segment);
    else await replaceSegment(folder, segment, kept);
    return doomed.size;
  } finally {
    segment.moving = undefined;
    settle();
  }
}

/** Removes a segment with all that is in it. */
export async function removeSegment(folder: Folder, segments: Segments, segment: Segment): Promise<void> {
  segment.version += 1;
  await folder.remove(segment.name);
  segments.remove(segment);
  // Whoever wanted to open it meanwhile is told, too.
  segment.version += 1;
  await removeIndexFile(folder, segment);
}

function entriesOf(segment: Segment): Located[] {
  const { index } = segment;
  return Array.from({ length: index.count }, (_, number) => ({ segment, number, place: index.at(number) })).filter(
    (one): one is Located => one.place !== undefined,
  );
}

/** The numbers of the entries of a segment that are to be forgotten. */
async function numbersOf(
  { folder, logger }: Forgetful,
  segment: Segment,
  which: JournalForget,
): Promise<ReadonlySet<number>> {
  if ('key' in which) {
    const words = keyWords(which.key);
    const number = words && segment.index.find(words);
    return new Set(number === undefined ? [] : [number]);
  }
  if ('before' in which) {
    const isMeant = ({ place }: Located): boolean => place.receivedAt < which.before;
    return new Set(entriesOf(segment).flatMap((one) => (isMeant(one) ? [one.number] : [])));
  }
  const found = new Set<number>();
  // To parse every line takes longer.
  const written = JSON.stringify(which.tenant);
  const reader = new SegmentReader(folder);
  try {
    for (const located of entriesOf(segment)) {
      const line = await reader.entry(located);
      // Its tenant is unknown now.
      if (line === undefined) loseEntry(logger, located);
      else if (line.includes(written) && readEntry(line).tenant === which.tenant) found.add(located.number);
    }
  } finally {
    await reader.close();
  }
  return found;
}

async function replaceSegment(folder: Folder, segment: Segment, kept: readonly Located[]): Promise<void> {
  const index = new SegmentIndex();
  let size = 0;
  const copy = async (file: FileHandle): Promise<void> => {
    size = await copyLines(folder, segment, kept, index, file);
  };
  await removeIndexFile(folder, segment);
  // From here on, a reader that uses the old places is told that the lines moved.
  const moving = (): void => {
    segment.version += 1;
  };
  // An error after this leaves the new file, where other lines have the old places.
  const moved = (): void => {
    segment.version += 1;
    segment.reset(index, size);
  };
  await folder.replace(segment.name, copy, { moving, moved });
}

const copyBytes = 1024 * 1024;
const lineEnd = Buffer.from('\n');

/** Copies entries, each with its newest end behind it. Returns the length of the new file. */
async function copyLines(
  folder: Folder,
  segment: Segment,
  kept: readonly Located[],
  index: SegmentIndex,
  file: FileHandle,
): Promise<number> {
  const reader = new SegmentReader(folder);
  let parts: Buffer[] = [];
  let [written, size] = [0, 0];
  const put = (line: Buffer): number => {
    parts.push(line, lineEnd);
    size += line.length + 1;
    return size - line.length - 1;
  };
  const flush = async (): Promise<void> => {
    await writeAll(file, Buffer.concat(parts), written);
    written = size;
    parts = [];
  };
  try {
    for (const located of kept) {
      const { number, place } = located;
      const line = await reader.entry(located);
      if (line === undefined) continue;
      index.add(segment.index.keyOf(number), place.position, place.receivedAt, put(line), line.length);
      const end = place.endLength === 0 ? undefined : await reader.line(segment, place.endOffset, place.endLength);
      if (end !== undefined) index.setEnd(index.count - 1, put(end), end.length);
      if (size - written > copyBytes) await flush();
    }
    await flush();
  } finally {
    await reader.close();
  }
  return size;
}
