import { fstatSync, lstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { appendLines } from './append-lines';
import type { Folder } from './folder';
import { dayOf, Segment } from './segment';
import type { Segments } from './segments';

export interface CurrentFileSettings {
  readonly folder: Folder;
  readonly segments: Segments;
  readonly now: () => number;
  /** Called before the first write of a day. */
  readonly onDay: (day: string) => Promise<void>;
}

/** A file grows no further once it is as long as this: each is small enough to be rewritten, or read whole. */
const mostSegmentBytes = 128 * 1024 * 1024;

interface OpenFile {
  readonly segment: Segment;
  readonly file: FileHandle;
}

/** The file that entries are appended to: of today, and not full. */
export class CurrentFile {
  readonly #settings: CurrentFileSettings;
  #open: OpenFile | undefined;

  constructor(settings: CurrentFileSettings) {
    this.#settings = settings;
  }

  /** Opens the file, or makes the next one. `takePosition` gives the number for its name. */
  async open(takePosition: () => number): Promise<OpenFile> {
    const { folder, segments, now, onDay } = this.#settings;
    const day = dayOf(now());
    const isOpen = (segment: Segment): boolean =>
      segment.day === day && segment.size < mostSegmentBytes && segment.moving === undefined;
    if (this.#open !== undefined && isOpen(this.#open.segment)) return this.#open;
    await this.leave();
    await onDay(day);
    const last = segments.newest;
    if (last !== undefined && isOpen(last)) this.#open = { segment: last, file: await openToAppend(folder, last) };
    else this.#open = await this.#make(new Segment(day, takePosition()));
    return this.#open;
  }

  /** Appends lines to a segment: the open one, or any other. */
  async append(segment: Segment, lines: readonly Buffer[], isDurable: boolean): Promise<readonly number[]> {
    if (this.#open?.segment !== segment) {
      const file = await openToAppend(this.#settings.folder, segment);
      return appendLines(file, segment, lines, isDurable).finally(() => file.close());
    }
    try {
      const { file } = this.#open;
      const offsets = await appendLines(file, segment, lines, isDurable);
      if (isDurable) this.#requireName(file, segment);
      return offsets;
    } catch (error) {
      // After a failed sync, the same open file may say of the next one that all is well.
      await this.leave().catch(() => undefined);
      throw error;
    }
  }

  /** Closes the file if it is this segment’s, by default any. The next entry opens another. */
  async leave(segment = this.#open?.segment): Promise<void> {
    const left = this.#open;
    if (left === undefined || left.segment !== segment) return;
    this.#open = undefined;
    await left.file.close();
  }

  /** Makes durable what was only written. */
  async sync(): Promise<void> {
    await this.#open?.file.datasync();
  }

  /**
   * A file that somebody removed, moved or replaced takes lines as before, and nobody finds them.
   *
   * @throws an error with the code `ENOENT`
   */
  #requireName({ fd }: FileHandle, segment: Segment): void {
    const path = this.#settings.folder.pathOf(segment.name);
    const named = lstatSync(path, { throwIfNoEntry: false });
    const { nlink, ino } = fstatSync(fd);
    // Some file systems count no names, and some have no lasting numbers.
    if (named !== undefined && (nlink > 0 || ino === named.ino)) return;
    // The index is of the file that was written, not of the one that is there.
    segment.hasLost = true;
    const what = named === undefined ? 'was removed or moved' : 'was replaced by another file';
    const code = 'ENOENT';
    throw Object.assign(new Error(`${code}: ${path} ${what} while the journal had it open`), { code });
  }

  async #make(segment: Segment): Promise<OpenFile> {
    const { folder, segments } = this.#settings;
    const file = await folder.create(segment.name);
    try {
      await folder.sync();
    } catch (error) {
      await file.close();
      await folder.remove(segment.name).catch(() => undefined);
      throw error;
    }
    segments.add(segment);
    return { segment, file };
  }
}

async function openToAppend(folder: Folder, segment: Segment): Promise<FileHandle> {
  // Until its name is durable, a loss of power takes the appended lines along.
  await folder.syncRest();
  const file = await folder.open(segment.name, 'write');
  try {
    // Bytes that could not be cut off after an error.
    if ((await file.stat()).size > segment.size) await file.truncate(segment.size);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
