import { CurrentFile, type CurrentFileSettings } from './current-file';
import { writeIndexFiles } from './index-file';
import type { EntryLine } from './line';
import type { Segment } from './segment';
import type { KeyWords } from './segment-index';
import { type EndToWrite, writeEnds } from './write-ends';

interface EntryToWrite {
  readonly key: KeyWords;
  readonly receivedAt: number;
  readonly line: EntryLine;
  /** About what its line takes. */
  readonly bytes: number;
}

interface Waiting<Given> {
  readonly given: Given;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What is written at once. */
const mostGroupBytes = 8 * 1024 * 1024;
/** What may wait for a disk that is slow or stands still. */
const mostWaitingBytes = 256 * 1024 * 1024;

/** Writes lines in groups: all that come while one group is made durable share the next. */
export class Writer {
  readonly #settings: CurrentFileSettings;
  readonly #file: CurrentFile;
  #position: number;
  #entries: Waiting<EntryToWrite>[] = [];
  #waitingBytes = 0;
  #ends: Waiting<EndToWrite>[] = [];
  #pauses: (() => Promise<void>)[] = [];
  #writing: Promise<void> | undefined;

  /** @param position the first one that is free */
  constructor(settings: CurrentFileSettings, position: number) {
    this.#settings = settings;
    this.#file = new CurrentFile(settings);
    this.#position = position;
  }

  /** Resolves when the entry is durable. */
  entry(given: EntryToWrite): Promise<void> {
    if (this.#waitingBytes > 0 && this.#waitingBytes + given.bytes > mostWaitingBytes) {
      return Promise.reject(new Error('The disk of the journal does not keep up: too much waits to be written.'));
    }
    this.#waitingBytes += given.bytes;
    return new Promise((resolve, reject) => {
      this.#entries.push({ given, resolve, reject });
      this.#run();
    });
  }

  /** Resolves when the end is written. It is durable with the next entry. */
  end(given: EndToWrite): Promise<void> {
    return new Promise((resolve, reject) => this.#putEnd({ given, resolve, reject }));
  }

  /** Calls `act` at a moment at which nothing is written. The open file is left if it is this segment’s. */
  pause(segment: Segment, act: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pauses.push(async () => {
        act();
        await this.#file.leave(segment).then(resolve, reject);
      });
      this.#run();
    });
  }

  /** Resolves when everything that waits is written, and closes the file. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    const { folder, segments } = this.#settings;
    await writeIndexFiles(folder, segments, 'all');
    await this.#file.sync().finally(() => this.#file.leave());
  }

  #putEnd(waiting: Waiting<EndToWrite>): void {
    this.#ends.push(waiting);
    this.#run();
  }

  #run(): void {
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const { folder, segments } = this.#settings;
    // Those that come in the same turn are in the first group.
    await Promise.resolve();
    while (this.#entries.length > 0 || this.#ends.length > 0 || this.#pauses.length > 0) {
      for (const pause of this.#pauses.splice(0)) await pause();
      const entries = this.#takeEntries();
      // Ends that wait now are of entries that were kept, or are in this group.
      const ends = this.#ends.splice(0);
      if (entries.length > 0) await settle(entries, (given) => this.#writeEntries(given));
      for (const waiting of entries) this.#waitingBytes -= waiting.given.bytes;
      if (ends.length > 0) await this.#writeEnds(ends);
      await writeIndexFiles(folder, segments, 'most');
    }
    // In the same turn as the last look: what comes from here on starts another run.
    this.#writing = undefined;
  }

  #takeEntries(): Waiting<EntryToWrite>[] {
    let bytes = 0;
    const length = this.#entries.findIndex(({ given }) => {
      bytes += given.bytes;
      return bytes > mostGroupBytes;
    });
    return this.#entries.splice(0, length < 0 ? this.#entries.length : Math.max(length, 1));
  }

  readonly #takePosition = (): number => {
    this.#position += 1;
    return this.#position - 1;
  };

  async #writeEntries(entries: readonly EntryToWrite[]): Promise<void> {
    const { segment } = await this.#file.open(this.#takePosition);
    const numbered = entries.map((entry) => {
      const position = this.#takePosition();
      return { ...entry, position, bytes: entry.line(position) };
    });
    const offsets = await this.#file.append(
      segment,
      numbered.map(({ bytes }) => bytes),
      true,
    );
    for (const [index, { key, position, receivedAt, bytes }] of numbered.entries()) {
      // Without its line end.
      segment.index.add(key, position, receivedAt, offsets[index] as number, bytes.length - 1);
    }
  }

  async #writeEnds(ends: readonly Waiting<EndToWrite>[]): Promise<void> {
    const { folder, segments } = this.#settings;
    const bySegment = new Map<Segment, Waiting<EndToWrite>[]>();
    for (const waiting of ends) {
      const { segment } = segments.locate(waiting.given.key) ?? {};
      if (segment === undefined) waiting.resolve();
      else if (segment.moving !== undefined) void segment.moving.then(() => this.#putEnd(waiting));
      else bySegment.set(segment, [...(bySegment.get(segment) ?? []), waiting]);
    }
    for (const [segment, waiting] of bySegment) {
      await settle(waiting, (given) => writeEnds(folder, this.#file, segment, given));
    }
  }
}

async function settle<Given>(
  waiting: readonly Waiting<Given>[],
  write: (given: readonly Given[]) => Promise<void>,
): Promise<void> {
  try {
    await write(waiting.map(({ given }) => given));
    for (const { resolve } of waiting) resolve();
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
