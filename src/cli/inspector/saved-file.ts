import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Failure } from '../failure';

/** A file to append lines to. */
export interface SavedFile {
  append(line: string): void;
  /** Resolves when all of it is written. */
  close(): Promise<void>;
}

/**
 * Opens a file to append to. A new file is readable by its owner only, since payloads are customers' data.
 *
 * @param failed called if a line cannot be written
 * @throws Failure
 */
export async function openSavedFile(path: string, failed: (reason: string) => void): Promise<SavedFile> {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new Failure(`${path} cannot be written: ${(error as Error).message}`);
  }
  stream.on('error', (error) => failed(`${path} cannot be written: ${error.message}`));
  return {
    append: (line) => void stream.write(`${line}\n`),
    close: async () => {
      if (stream.destroyed) return;
      stream.end();
      await once(stream, 'close').catch(() => undefined);
    },
  };
}
