import { SegmentIndex } from './segment-index';

/** A file of a journal: the entries of a day, or of a part of it. */
export class Segment {
  readonly name: string;
  /** The name of its index file, which may be missing. */
  readonly indexName: string;
  /** UTC, as in the file's name. */
  readonly day: string;
  /** The position from which on it was made; orders the files. */
  readonly first: number;
  index = new SegmentIndex();
  /** Bytes of whole lines, and of the fragments that a crash left between them. */
  size = 0;
  /** Lines that cannot be read. */
  unreadable = 0;
  /** Lines that nobody finds, since an append of their key failed or a crash came before its answer. */
  stray = 0;
  /** Whether the last line has no line end. */
  isTorn = false;
  /**
   * Whether the disk may hold other bytes at the file's end: after a failed write or sync, and in a file of an earlier
   * process. A later sync that succeeds says nothing about bytes from before the failed one.
   */
  isDoubtful = false;
  /** Up to where the index file knows it, or would if it could have been written. */
  indexedTo = 0;
  /** How many entries, from the first, are known from the index file alone: their lines were not read. */
  unread = 0;
  /** Whether an entry turned out not to be where the index says. */
  hasLost = false;
  /** Changes whenever lines move. */
  version = 0;
  /** While lines move: resolves when the index fits the file again. */
  moving: Promise<void> | undefined;

  constructor(day: string, first: number) {
    this.day = day;
    this.first = first;
    const stem = `${day}.${String(first).padStart(16, '0')}`;
    this.name = `${stem}.ndjson`;
    this.indexName = `${stem}.index`;
  }

  /** Whether the file holds lines that the index does not know. */
  get isUnclean(): boolean {
    return this.unreadable > 0 || this.stray > 0 || this.isTorn;
  }

  /** Takes another index for the file, or none: then the file is to be read. */
  reset(index = new SegmentIndex(), size = 0): void {
    this.index = index;
    this.size = size;
    this.unreadable = 0;
    this.stray = 0;
    this.isTorn = false;
    this.isDoubtful = false;
    this.indexedTo = 0;
    this.unread = 0;
    this.hasLost = false;
  }

  /** For an entry whose line cannot be read: its key may be kept again. */
  lose(number: number): void {
    if (this.index.at(number) === undefined) return;
    this.index.lose(number);
    this.unreadable += 1;
    this.hasLost = true;
  }

  static named(name: string): Segment | undefined {
    const [, day, first] = /^(\d{4}-\d{2}-\d{2})\.(\d{16})\.ndjson$/.exec(name) ?? [];
    return day === undefined ? undefined : new Segment(day, Number(first));
  }
}

const indexPattern = /^\d{4}-\d{2}-\d{2}\.\d{16}\.index$/;

/** Whether a name is that of an index file. What else lies in the folder is somebody else’s. */
export function isIndexName(name: string): boolean {
  return indexPattern.test(name);
}

const [firstMoment, lastMoment] = [Date.parse('0000-01-01T00:00Z'), Date.parse('9999-12-31T24:00Z') - 1];

/**
 * The day in UTC, which has no summer time.
 *
 * @throws RangeError if no file’s name can have it
 */
export function dayOf(moment: number): string {
  if (!(moment >= firstMoment && moment <= lastMoment)) {
    throw new RangeError(`The clock says ${moment}: expected milliseconds since 1970, in a year of four digits.`);
  }
  return new Date(moment).toISOString().slice(0, 10);
}
