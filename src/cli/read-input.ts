import { constants } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { Failure, misuse } from './failure';
import type { Io } from './io';
import { readAtMost } from './read-at-most';
import { guessedUtf8 } from './to-utf8';
import { visibleText } from './visible-text';

/** The name of an input in messages. */
export function nameOfInput(path: string): string {
  if (path === '-') return 'standard input';
  // As of a variable that is not set.
  return path === '' ? 'A file without a name' : visibleText(path);
}

/** The longest input that can be read as a text. */
const mostBytes = constants.MAX_STRING_LENGTH;

/**
 * The bytes of a file, or of standard input for `-`, in UTF-8 without a byte order mark.
 *
 * @throws Failure
 */
export async function readInput(path: string, { stdin, interrupted }: Io): Promise<Buffer> {
  if (path === '-') {
    // Otherwise Ctrl-C would wait for input that nobody types any more.
    interrupted.addEventListener('abort', () => stdin.destroy(), { once: true });
    const { bytes, isWhole } = await readAtMost(stdin, mostBytes);
    if (!isWhole) throw tooLarge(path);
    return guessedUtf8(bytes);
  }
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw tooLarge(path);
    return guessedUtf8(await readFile(path));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw misuse(`${nameOfInput(path)} cannot be read: ${whyUnread(error as NodeJS.ErrnoException)}.`);
  }
}

function tooLarge(path: string): Failure {
  const most = Math.floor(mostBytes / 2 ** 20);
  return misuse(
    `${nameOfInput(path)} is too large: up to ${most} MB are read at once. Pass it in parts, as \`split\` makes.`,
  );
}

/** Why a file could not be read, in words. */
export function whyUnread({ code = '', message }: NodeJS.ErrnoException): string {
  // Node's own message repeats the path.
  return reasons[code] ?? visibleText(message);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOSPC: 'no space is left',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  ELOOP: 'its links lead in a circle',
  EROFS: 'what holds it is read-only',
};
