import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Fills what is left of a small disk. Returns what empties it. */
export function fillDisk(folder: string): () => void {
  const file = join(folder, 'filling');
  const descriptor = openSync(file, 'w');
  for (const size of [1024 * 1024, 4096]) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) if (writeSync(descriptor, piece) < size) break;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(descriptor);
  return () => rmSync(file);
}
