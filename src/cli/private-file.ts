import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Failure } from './failure';
import { nameOfInput, whyUnread } from './read-input';
import { visibleText } from './visible-text';

// Windows has neither O_NOFOLLOW nor O_NONBLOCK: they are undefined there, and change nothing.
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

const ways = { read: O_RDONLY, append: O_RDWR | O_APPEND | O_CREAT } as const;

/**
 * Opens a file that only its owner may read. A link is not followed: someone else may have put it there.
 *
 * @throws Failure for a link, a folder or a device, and for a file of somebody else or that others may read
 */
export async function openPrivateFile(path: string, way: keyof typeof ways): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  const file = await open(path, ways[way] | O_NOFOLLOW | O_NONBLOCK, 0o600).catch((error: unknown) => {
    throw new Failure(`${nameOfInput(path)} cannot be opened: ${whyNotOpened(error as NodeJS.ErrnoException, way)}.`);
  });
  const why = await whyNotPrivate(file, way);
  if (why === undefined) return file;
  await file.close();
  throw new Failure(`${visibleText(path)} is not used: ${why}.`);
}

function whyNotOpened(error: NodeJS.ErrnoException, way: keyof typeof ways): string {
  // The file itself would be made.
  if (error.code === 'ENOENT' && way === 'append') return 'there is no such folder';
  if (error.code === 'ELOOP') return 'it is a link, and links are not followed';
  return error.code === 'ENXIO' ? 'it is no file' : whyUnread(error);
}

async function whyNotPrivate(file: FileHandle, way: keyof typeof ways): Promise<string | undefined> {
  const stats = await file.stat();
  const { mode, uid, nlink } = stats;
  if (!stats.isFile()) return 'it is no file';
  if (process.getuid === undefined) return undefined;
  if (uid !== process.getuid()) return 'it belongs to another user';
  if (way === 'append' && nlink > 1) return 'it has a second name (a hard link)';
  if ((mode & 0o077) !== 0) return 'others may read it. Make it yours alone with chmod 600, or name another file';
  return undefined;
}
