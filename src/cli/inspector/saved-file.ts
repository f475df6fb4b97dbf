import type { FileHandle } from 'node:fs/promises';
import { openPrivateFile } from '../private-file';
import { visibleText } from '../visible-text';

/** What was saved before. */
export interface SavedBefore {
  /** The latest lines, within the bounds of the log. */
  readonly lines: readonly string[];
  /** How many lines stand before those. */
  readonly before: number;
  /** The same for the same file. */
  readonly run: string;
}

/** A file to append lines to. */
export interface SavedFile {
  readonly saved: SavedBefore;
  append(line: string): void;
  /** Resolves when all of it is written. */
  close(): Promise<void>;
}

/** How many bytes of earlier lines are read back at most. Bodies are a third longer there. */
const mostBytes = 128 * 1024 * 1024;
const mostLines = 10_000;

/**
 * Opens a file to append to, and reads what is in it. Only its owner may read it, since payloads are customers' data.
 *
 * @param failed called if a line cannot be written, and not again until one could be
 * @throws Failure
 */
export async function openSavedFile(path: string, failed: (reason: string) => void): Promise<SavedFile> {
  const file = await openPrivateFile(path, 'append');
  const saved = await readSaved(file);
  let isAtStart = await endsWithLine(file);
  let isFailing = false;
  let written = Promise.resolve();
  function tell(error: unknown, effect: string): void {
    failed(`${visibleText(path)} cannot be written: ${(error as Error).message}.${effect}`);
  }
  async function write(line: string): Promise<void> {
    const { size } = await file.stat();
    try {
      await file.appendFile(`${isAtStart ? '' : '\n'}${line}\n`);
      isAtStart = true;
    } catch (error) {
      // Half a line would be no JSON to those who read the file.
      isAtStart = await file.truncate(size).then(
        () => isAtStart,
        () => false,
      );
      throw error;
    }
  }
  async function writeOrTell(line: string): Promise<void> {
    try {
      await write(line);
      isFailing = false;
    } catch (error) {
      if (!isFailing) tell(error, ' This delivery is not in it. Later ones are, once it can be written again.');
      isFailing = true;
    }
  }
  return {
    saved,
    append(line) {
      written = written.then(() => writeOrTell(line));
    },
    async close() {
      await written;
      // Some file systems say only then that they could not write.
      await file.close().catch((error: unknown) => tell(error, ''));
    },
  };
}

async function readSaved(file: FileHandle): Promise<SavedBefore> {
  const lines: string[] = [];
  let before = 0;
  let bytes = 0;
  for await (const line of file.readLines({ start: 0, autoClose: false, encoding: 'utf8' })) {
    lines.push(line);
    bytes += line.length;
    while (lines.length > mostLines || (bytes > mostBytes && lines.length > 1)) {
      bytes -= lines.shift()?.length ?? 0;
      before += 1;
    }
  }
  // The inode of a removed file may be given to the next one.
  const { dev, ino, birthtimeMs } = await file.stat();
  return { lines, before, run: `${dev}-${ino}-${birthtimeMs}` };
}

/** A killed process may have left half a line. */
async function endsWithLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
