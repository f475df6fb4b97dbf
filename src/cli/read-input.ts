import { readFile } from 'node:fs/promises';
import { misuse } from './failure';
import type { Io } from './io';
import { readAtMost } from './read-at-most';
import { guessedUtf8 } from './to-utf8';
import { visibleText } from './visible-text';

/** The name of an input in messages. */
export function nameOfInput(path: string): string {
  return path === '-' ? 'standard input' : visibleText(path);
}

/**
 * The bytes of a file, or of standard input for `-`, in UTF-8 without a byte order mark.
 *
 * @throws Failure
 */
export async function readInput(path: string, { stdin, interrupted }: Io): Promise<Buffer> {
  if (path === '-') {
    // Otherwise Ctrl-C would wait for input that nobody types any more.
    interrupted.addEventListener('abort', () => stdin.destroy(), { once: true });
    return guessedUtf8((await readAtMost(stdin, Number.POSITIVE_INFINITY)).bytes);
  }
  try {
    return guessedUtf8(await readFile(path));
  } catch (error) {
    throw misuse(`${visibleText(path)} cannot be read: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}

/** Why a file could not be read, in words. */
export function whyUnread({ code = '', message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
};
