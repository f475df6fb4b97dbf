import { lstatSync, constants as mode, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError } from '../../foundations/describe-error';
import { WebhookError } from '../../foundations/errors';

/** For files that are not made yet, such as one that replaces another. Those of a crash are removed at the start. */
export const unfinished = '.unfinished';

/** Called while a file takes the place of another. */
interface Steps {
  readonly moving?: () => void;
  /** The new file is there. A later error does not bring the old one back, though a loss of power may. */
  readonly moved?: () => void;
}

/** The folder of a journal. Nobody but its owner reads it, and no link is followed out of it. */
export class Folder {
  readonly path: string;
  /** The first folder that was made and may be gone after a loss of power. */
  #firstMade: string | undefined;
  /** How many syncs failed, and how many of those a later one has made good. */
  #failed = 0;
  #madeGood = 0;

  constructor(path: string) {
    this.path = path;
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  /** Makes the folder where it is missing, so that a loss of power does not take it along. @throws WebhookError `BAD_OPTION` */
  async make(): Promise<void> {
    const firstAbove = await mkdir(dirname(this.path), { recursive: true });
    const isMade = await makeFolder(this.path);
    this.#firstMade ??= firstAbove ?? (isMade ? this.path : undefined);
    requirePrivate(this.path, await lstat(this.path));
    try {
      await syncNames(this.#firstMade ?? this.path, this.path);
    } catch (error) {
      // The folder above one that is there may be somebody else’s, or on a file system that cannot do it. One that we
      // made is on the file system of that above: the journal could not make the names of its files last either.
      if (this.#firstMade !== undefined) throw error;
    }
    this.#firstMade = undefined;
  }

  async list(): Promise<readonly string[]> {
    return readdir(this.path);
  }

  /** Opens an existing file, for reading or for both. Anything else of its name, such as a pipe, is refused. */
  async open(name: string, flags: 'read' | 'write' = 'read'): Promise<FileHandle> {
    // A pipe would wait for its other end.
    const safely = mode.O_NOFOLLOW | mode.O_NONBLOCK;
    const file = await open(this.pathOf(name), (flags === 'read' ? mode.O_RDONLY : mode.O_RDWR) | safely);
    try {
      if (!(await file.stat()).isFile()) throw new Error(`${this.pathOf(name)} is no file.`);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async read(name: string): Promise<Buffer> {
    const file = await this.open(name);
    return file.readFile().finally(() => file.close());
  }

  /** Makes a file that is not there, for reading and writing. It may be gone after a crash until `sync`. */
  async create(name: string): Promise<FileHandle> {
    return open(this.pathOf(name), mode.O_RDWR | mode.O_CREAT | mode.O_EXCL | mode.O_NOFOLLOW, 0o600);
  }

  /** Writes a file whole: after a crash or an error, either it or its predecessor is there. */
  async replace(name: string, write: (file: FileHandle) => Promise<void>, steps: Steps = {}): Promise<void> {
    const draft = `${name}${unfinished}`;
    await this.remove(draft);
    try {
      const file = await this.create(draft);
      try {
        await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
      steps.moving?.();
      await rename(this.pathOf(draft), this.pathOf(name));
    } catch (error) {
      await this.remove(draft).catch(() => undefined);
      throw error;
    }
    steps.moved?.();
    await this.sync();
  }

  /** Removes a file, if it is there. A folder of its name stays: it is none of ours. */
  async remove(name: string): Promise<void> {
    const path = this.pathOf(name);
    try {
      await unlink(path);
    } catch (error) {
      const found = await lstat(path).catch(() => undefined);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && found?.isDirectory() !== true) throw error;
    }
  }

  /** Makes names of files last: those that were made, replaced or removed. */
  async sync(): Promise<void> {
    // One that fails meanwhile may be of a later name.
    const failed = this.#failed;
    await syncFolder(this.path).catch((error: unknown) => {
      this.#failed += 1;
      throw error;
    });
    this.#madeGood = Math.max(this.#madeGood, failed);
  }

  /** Makes names last that are there since a sync failed. To be called before more is built on them. */
  async syncRest(): Promise<void> {
    if (this.#failed > this.#madeGood) await this.sync();
  }
}

/** Returns whether it was missing. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Makes the names of nested folders last, from the first to the last of them; also where a process was killed before. */
async function syncNames(first: string, last: string): Promise<void> {
  await syncFolder(dirname(last));
  if (last !== first) await syncNames(first, dirname(last));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, mode.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Looks at a folder that may be there already, when the journal is made. @throws WebhookError `BAD_OPTION` */
export function checkFolder(path: string): void {
  const found = lookAt(path);
  if (found !== undefined) requirePrivate(path, found);
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Something on the way to it is a file, or may not be entered.
    const remedy = 'Name a folder that this process may make or use.';
    return refuse(path, `cannot be looked at: ${describeError(error).message}`, remedy);
  }
}

function refuse(path: string, what: string, remedy: string): never {
  throw new WebhookError('BAD_OPTION', `fileJournal.directory: ${path} ${what}. ${remedy}`);
}

function requirePrivate(path: string, found: Stats): void {
  if (found.isSymbolicLink()) refuse(path, 'is a symbolic link', 'Name the folder that it leads to.');
  if (!found.isDirectory())
    refuse(path, 'is no folder', "Name a folder of the journal's own; it is made if it is missing.");
  if ((found.mode & 0o077) !== 0) {
    const octal = (found.mode & 0o777).toString(8).padStart(4, '0');
    const remedy =
      'Run chmod 700 on it, or name a folder inside it that does not exist yet: it is made with mode 0700.';
    const what = `is open to other users (mode ${octal}), and a journal holds customers' data`;
    refuse(path, what, isOpenToGroupAlone(found) ? `${remedy} ${withFsGroup}` : remedy);
  }
}

/** As Kubernetes leaves each folder of a volume: without this, chmod would be undone at the next start. */
function isOpenToGroupAlone(found: Stats): boolean {
  return (found.mode & 0o077) === 0o070;
}

const withFsGroup =
  'On Kubernetes, fsGroup opens the folders of a volume at each start of a pod: set fsGroupChangePolicy: OnRootMismatch ' +
  'beside it, and name a folder inside the volume, since its root stays open.';
