import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { writeAll } from './append-lines';
import type { Folder } from './folder';
import type { Segment } from './segment';
import { bytesPerEntry, SegmentIndex } from './segment-index';
import type { Segments } from './segments';

/** How long a segment may be, or grow, before its index is written: to read as much takes a moment. */
const mostUnwritten = 1024 * 1024;
/** The one that grows has it written less often. */
const mostUnwrittenOfNewest = 64 * 1024 * 1024;

/** The first line of an index file. The columns of the index are behind it, and a checksum of both at the end. */
interface Head {
  readonly version: 2;
  readonly bytes: ReturnType<typeof endianness>;
  readonly count: number;
  /** Up to where it knows the segment. */
  readonly size: number;
  /** Checksum of the bytes before. Another file under the name of the segment has others there. */
  readonly tail: number;
  readonly unreadable: number;
  readonly isTorn: boolean;
}

const checksumLength = 4;
const lineEnd = 0x0a;

/**
 * Writes the indexes that are due into files of their own, so that the next start need not read all segments. Such a
 * file may be old, damaged or missing: entries that it lacks are read from the segment. So no error counts.
 */
export async function writeIndexFiles(folder: Folder, segments: Segments, which: 'all' | 'most'): Promise<void> {
  for (const segment of segments.all) {
    const isGrowing = which === 'most' && segment === segments.newest;
    const isDue = segment.size - segment.indexedTo > (isGrowing ? mostUnwrittenOfNewest : mostUnwritten);
    if (segment.moving !== undefined) continue;
    // The file or the index is wrong: the next start reads the file. Until then, an old index does no harm.
    if (segment.hasLost && which === 'all') await removeIndexFile(folder, segment).catch(() => undefined);
    // Whether a stray line counts depends on other files: each start reads it.
    if (segment.hasLost || segment.stray > 0 || !isDue) continue;
    await write(folder, segment).catch(() => undefined);
    // It may have been removed meanwhile.
    if (!segments.has(segment)) await folder.remove(segment.indexName).catch(() => undefined);
  }
}

/** To be called before lines move: places that it knows would be those of others. */
export async function removeIndexFile(folder: Folder, segment: Segment): Promise<void> {
  segment.indexedTo = 0;
  // The segment itself may have been removed before, and is gone for good only then.
  await folder.remove(segment.indexName).finally(() => folder.sync());
}

/** Takes from the index file of a segment what it knows, if there is one. */
export async function readIndexFile(folder: Folder, segment: Segment): Promise<void> {
  try {
    const { head, columns } = parse(await folder.read(segment.indexName));
    const { count, size, tail, unreadable, isTorn } = head;
    const file = await folder.open(segment.name);
    if (tail !== (await tailOf(file, size).finally(() => file.close()))) return;
    segment.reset(SegmentIndex.of(count, columns), size);
    segment.indexedTo = size;
    segment.unread = count;
    segment.unreadable = unreadable;
    segment.isTorn = isTorn;
  } catch {
    // The segment is read.
  }
}

async function write(folder: Folder, segment: Segment): Promise<void> {
  const { size } = segment;
  // After an error, it is tried again when the segment has grown.
  segment.indexedTo = size;
  const read = await folder.open(segment.name);
  const tail = await tailOf(read, size).finally(() => read.close());
  const { index, unreadable, isTorn } = segment;
  const head: Head = { version: 2, bytes: endianness(), count: index.count, size, tail, unreadable, isTorn };
  const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...index.columns]);
  const checksum = Buffer.alloc(checksumLength);
  checksum.writeUInt32LE(crc32(bytes));
  await folder.replace(segment.indexName, (file) => writeAll(file, Buffer.concat([bytes, checksum]), 0));
}

function parse(bytes: Buffer): { readonly head: Head; readonly columns: Buffer } {
  const end = bytes.length - checksumLength;
  const content = bytes.subarray(0, end);
  const start = content.indexOf(lineEnd) + 1;
  const head = JSON.parse(content.toString('utf8', 0, start)) as Head;
  const columns = content.subarray(start);
  const isOurs = head.version === 2 && head.bytes === endianness() && crc32(content) === bytes.readUInt32LE(end);
  if (!isOurs || !fits(head, columns)) throw new Error('It is no index of ours.');
  return { head, columns };
}

function fits({ count, size, unreadable }: Head, columns: Buffer): boolean {
  const areWhole = [count, size, unreadable].every((number) => Number.isSafeInteger(number) && number >= 0);
  return areWhole && size > 0 && columns.length === count * bytesPerEntry;
}

const tailLength = 4096;

async function tailOf(file: FileHandle, size: number): Promise<number> {
  const length = Math.min(size, tailLength);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  if (bytesRead < length) throw new Error('The segment is shorter than its index.');
  return crc32(buffer);
}
