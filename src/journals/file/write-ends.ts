import type { JournalEnd } from '../../foundations/contracts/journal';
import { joinEnds } from '../../foundations/join-ends';
import type { CurrentFile } from './current-file';
import type { Folder } from './folder';
import { endLine, readEnd } from './line';
import type { Segment } from './segment';
import type { KeyWords } from './segment-index';
import { SegmentReader } from './segment-reader';

/** An end that waits to be written. */
export interface EndToWrite {
  readonly key: KeyWords;
  /** The key as text. */
  readonly text: string;
  readonly end: JournalEnd;
}

/** Writes ends into the segment of their entries, so that they go with it. */
export async function writeEnds(
  folder: Folder,
  file: CurrentFile,
  segment: Segment,
  ends: readonly EndToWrite[],
): Promise<void> {
  const merged = await mergeEnds(folder, segment, ends);
  const lines = [...merged.values()].map(({ text, end }) => endLine(text, end));
  if (lines.length === 0) return;
  const offsets = await file.append(segment, lines, false);
  for (const [index, number] of [...merged.keys()].entries()) {
    // Without its line end.
    segment.index.setEnd(number, offsets[index] as number, (lines[index] as Buffer).length - 1);
  }
}

/** The newest end of each entry, by its number, with the names of those before. */
async function mergeEnds(
  folder: Folder,
  segment: Segment,
  ends: readonly EndToWrite[],
): Promise<ReadonlyMap<number, EndToWrite>> {
  const merged = new Map<number, EndToWrite>();
  const reader = new SegmentReader(folder);
  try {
    for (const given of ends) {
      const number = segment.index.find(given.key);
      const place = number === undefined ? undefined : segment.index.at(number);
      if (number === undefined || place === undefined) continue;
      const line =
        place.endLength === 0 || merged.has(number)
          ? undefined
          : await reader.line(segment, place.endOffset, place.endLength);
      const before = merged.get(number)?.end ?? (line && readEnd(line));
      merged.set(number, before === undefined ? given : { ...given, end: joinEnds(before, given.end) });
    }
  } finally {
    await reader.close();
  }
  return merged;
}
