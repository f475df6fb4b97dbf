import type { FileHandle } from 'node:fs/promises';
import { isWhole, readHead } from './line';
import type { Segment } from './segment';
import { type KeyWords, keyWords } from './segment-index';

const blockLength = 1024 * 1024;
const lineEnd = 0x0a;

/** A line that is read, without its line end. */
interface ReadLine {
  readonly bytes: Buffer;
  readonly offset: number;
  /** False for the last one of a file that does not end with a line end. */
  readonly isEnded: boolean;
}

/**
 * Fills the index of a segment from its file, behind what is known of it. `isKept` says whether any segment has a key: the
 * first entry counts, and a crash may have left another.
 */
export async function scanSegment(
  segment: Segment,
  file: FileHandle,
  isKept: (key: KeyWords) => Promise<boolean>,
): Promise<void> {
  for await (const { bytes, offset, isEnded } of linesOf(file, segment.size)) {
    segment.size = offset + bytes.length + (isEnded ? 1 : 0);
    segment.isTorn = !isEnded;
    if (bytes.length > 0) await note(segment, bytes, offset, isKept);
  }
}

async function note(
  segment: Segment,
  line: Buffer,
  offset: number,
  isKept: (key: KeyWords) => Promise<boolean>,
): Promise<void> {
  const head = isWhole(line) ? readHead(line) : undefined;
  const key = head && keyWords(head.key);
  if (head === undefined || key === undefined) {
    segment.unreadable += 1;
    return;
  }
  const { index } = segment;
  if (head.kind === 'end') {
    const found = index.find(key);
    if (found === undefined) segment.stray += 1;
    else index.setEnd(found, offset, line.length);
  } else if (head.position <= index.lastPosition || (await isKept(key))) segment.stray += 1;
  else index.add(key, head.position, head.receivedAt, offset, line.length);
}

async function* linesOf(file: FileHandle, from: number): AsyncGenerator<ReadLine> {
  let parts: Buffer[] = [];
  let offset = from;
  let readTo = from;
  for (;;) {
    // A new one each time: the last part of it is kept until its line is whole.
    const block = Buffer.allocUnsafe(blockLength);
    const { bytesRead } = await file.read(block, 0, blockLength, readTo);
    if (bytesRead === 0) break;
    readTo += bytesRead;
    let start = 0;
    for (;;) {
      const end = block.indexOf(lineEnd, start);
      if (end < 0 || end >= bytesRead) break;
      const rest = block.subarray(start, end);
      const bytes = parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
      yield { bytes, offset, isEnded: true };
      parts = [];
      offset += bytes.length + 1;
      start = end + 1;
    }
    if (start < bytesRead) parts.push(block.subarray(start, bytesRead));
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > 0) yield { bytes, offset, isEnded: false };
}
