import type { FileHandle } from 'node:fs/promises';
import type { Segment } from './segment';

const lineEnd = Buffer.from('\n');

/**
 * Appends lines to a file that is as long as its segment says. Returns where each of them starts. After an error, the
 * bytes written so far are cut off again, now or when the file is opened next. After a torn or doubtful end, a line end
 * comes first, so that the new lines are whole in any case.
 */
export async function appendLines(
  file: FileHandle,
  segment: Segment,
  lines: readonly Buffer[],
  isDurable: boolean,
): Promise<readonly number[]> {
  const { size } = segment;
  const isApart = segment.isTorn || segment.isDoubtful;
  const bytes = Buffer.concat(isApart ? [lineEnd, ...lines] : lines);
  try {
    await writeAll(file, bytes, size);
    if (isDurable) await file.datasync();
  } catch (error) {
    segment.isDoubtful = size > 0;
    await file.truncate(size).catch(() => {
      segment.stray += 1;
    });
    throw error;
  }
  let offset = isApart ? size + 1 : size;
  segment.isTorn = false;
  segment.isDoubtful = false;
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
