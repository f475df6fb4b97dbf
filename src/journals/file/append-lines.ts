import type { FileHandle } from 'node:fs/promises';
import type { Segment } from './segment';

const lineEnd = Buffer.from('\n');

/**
 * Appends lines to a file that is as long as its segment says. Returns where each of them starts. After an error, what
 * was written of them is cut off again, now or when the file is opened next.
 */
export async function appendLines(
  file: FileHandle,
  segment: Segment,
  lines: readonly Buffer[],
  isDurable: boolean,
): Promise<readonly number[]> {
  const bytes = Buffer.concat(segment.isTorn ? [lineEnd, ...lines] : lines);
  const { size } = segment;
  try {
    await writeAll(file, bytes, size);
    if (isDurable) await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => {
      segment.stray += 1;
    });
    throw error;
  }
  let offset = segment.isTorn ? size + 1 : size;
  segment.isTorn = false;
  segment.size = size + bytes.length;
  return lines.map((line) => {
    offset += line.length;
    return offset - line.length;
  });
}

export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    // A full disk takes a part first, and refuses the next call.
    if (bytesWritten === 0) throw new Error('The file system took no bytes.');
    written += bytesWritten;
  }
}
