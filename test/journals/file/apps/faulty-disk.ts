import { constants, existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';

/** What the disk refuses, with EIO. */
export type Refused = 'writes' | 'syncs' | 'syncs of folders' | 'syncs after a rename' | 'nothing';

export interface FaultyDisk {
  refuse(what: Refused): void;
  /** Leaves of all files and folders what is on the disk, and ends the process. */
  losePower(): Promise<never>;
}

/** What a disk has of a file, beside what the system has in memory. */
class Image {
  #bytes: Buffer;
  /** What was written and is not on the disk: start and end. */
  #dirty: (readonly [number, number])[] = [];

  constructor(bytes = Buffer.alloc(0)) {
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  write(start: number, end: number): void {
    this.#dirty.push([start, end]);
  }

  /** What was written goes to the disk. */
  sync(now: Buffer): void {
    const grown = Buffer.alloc(now.length);
    this.#bytes.copy(grown);
    for (const [start, end] of this.#dirty) now.copy(grown, start, start, end);
    this.#bytes = grown;
    this.#dirty = [];
  }

  /** As Linux does: what could not be written is taken for written. The next sync says nothing of it. */
  failToSync(): void {
    this.#dirty = [];
  }
}

/** What the disk has under a name: a file or a folder. */
type Named = Image | 'folder';

/** Stands between this process and the disk below `root`. To be called before anything is opened there. */
export function faultyDisk(root: string): FaultyDisk {
  /** Of the files as the process sees them, by path. */
  const images = new Map<string, Image>();
  /** Of the folders, by path: the names that are on the disk. */
  const folders = new Map<string, ReadonlyMap<string, Named>>();
  let refused: Refused = 'nothing';
  let isRenamed = false;
  let isOff = false;
  let running = 0;

  function imageOf(path: string): Image {
    const image = images.get(path) ?? new Image(readFileSync(path));
    images.set(path, image);
    return image;
  }

  function syncFolder(path: string): void {
    const names = readdirSync(path).map((name) => [name, lstatSync(join(path, name))] as const);
    const files = names.filter(([, found]) => found.isFile() || found.isDirectory());
    folders.set(
      path,
      new Map(files.map(([name, found]) => [name, found.isFile() ? imageOf(join(path, name)) : 'folder'])),
    );
  }

  /** What is there at the start is on the disk. */
  function know(path: string): void {
    syncFolder(path);
    for (const [name, named] of folders.get(path) ?? []) if (named === 'folder') know(join(path, name));
  }

  function cut(path: string): void {
    const known = folders.get(path) ?? new Map<string, Named>();
    for (const name of readdirSync(path)) if (!known.has(name)) rmSync(join(path, name), { recursive: true });
    for (const [name, named] of known) {
      if (named === 'folder') cut(join(path, name));
      else writeFileSync(join(path, name), named.bytes);
    }
  }

  /** Without power, nothing happens any more. */
  async function act<T>(work: () => Promise<T>): Promise<T> {
    if (isOff) return new Promise(() => undefined);
    running += 1;
    return work().finally(() => {
      running -= 1;
    });
  }

  function refuse(what: Refused): void {
    if (refused === what) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  }

  function watched(file: fs.FileHandle, path: string): fs.FileHandle {
    const isFolder = lstatSync(path).isDirectory();
    const original = { write: file.write.bind(file), truncate: file.truncate.bind(file) };
    const sync = (): Promise<void> =>
      act(async () => {
        if (isFolder) {
          refuse('syncs of folders');
          if (isRenamed) refuse('syncs after a rename');
          syncFolder(path);
          return;
        }
        const image = imageOf(path);
        if (refused === 'syncs') image.failToSync();
        refuse('syncs');
        image.sync(await readWhole(file));
      });
    return Object.assign(file, {
      sync,
      datasync: sync,
      write: (bytes: Buffer, offset: number, length: number, position: number) =>
        act(async () => {
          // What fails may have written a part.
          const written = refused === 'writes' ? Math.floor(length / 2) : length;
          imageOf(path).write(position, position + written);
          await original.write(bytes, offset, written, position);
          refuse('writes');
          return { bytesWritten: written, buffer: bytes };
        }),
      truncate: (length: number) => act(() => original.truncate(length)),
      writeFile: (text: string) => file.write(Buffer.from(text), 0, Buffer.byteLength(text), 0),
    });
  }

  const original = { open: fs.open, rename: fs.rename };
  Object.assign(fs, {
    open: (path: string, flags: number, mode?: number) =>
      act(async () => {
        const file = await original.open(path, flags, mode);
        if (!path.startsWith(root)) return file;
        if ((flags & constants.O_CREAT) !== 0) images.set(path, new Image());
        return watched(file, path);
      }),
    rename: (from: string, to: string) =>
      act(async () => {
        const image = existsSync(from) && lstatSync(from).isFile() ? imageOf(from) : undefined;
        await original.rename(from, to);
        isRenamed = true;
        if (image !== undefined) images.set(to, image);
      }),
  });
  know(root);

  return {
    refuse(what) {
      refused = what;
      isRenamed = false;
    },
    async losePower() {
      isOff = true;
      while (running > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      cut(root);
      process.kill(process.pid, 'SIGKILL');
      return new Promise<never>(() => undefined);
    },
  };
}

async function readWhole(file: fs.FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  return buffer.subarray(0, bytesRead);
}
