import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure';
import type { Io } from '../io';
import { makeFolder } from '../make-folder';
import { openPrivateFile } from '../private-file';
import { stateFolder } from './state-folder';

/**
 * The secret of a folder, by default the current one, for trials on this machine. The first call makes it; `listen`, `send` and `replay
 * --sign` then use the same one.
 *
 * @throws Failure if it cannot be kept
 */
export async function folderSecret(io: Pick<Io, 'env'>, of?: string): Promise<string> {
  const folder = stateFolder(io, of);
  const path = join(folder, 'secret');
  try {
    makeFolder(folder, 0o700);
    if (!existsSync(path)) await makeOnce(path);
  } catch (error) {
    throw new Failure(`A secret for this folder cannot be kept: ${(error as Error).message}`);
  }
  const file = await openPrivateFile(path, 'read');
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Two commands may start at once. Both then read the secret of the one that was first, and never half of it. */
async function makeOnce(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, newSecret(), { mode: 0o600, flag: 'wx' });
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/** Its beginning says that no destination of Bigmind has it. */
export function newSecret(): string {
  return `local_${randomBytes(24).toString('base64url')}`;
}

/** The line of shell that gives a secret to an app. */
export function exportLine(secret: string): string {
  return process.platform === 'win32'
    ? `$env:BIGMIND_WEBHOOK_SECRET='${secret}'`
    : `export BIGMIND_WEBHOOK_SECRET='${secret}'`;
}
