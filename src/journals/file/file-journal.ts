import { randomBytes } from 'node:crypto';
import type {
  Journal,
  JournalEnd,
  JournalEntry,
  JournalForget,
  JournalQuery,
  JournalRecord,
  JournalSettings,
  JournalStats,
} from '../../foundations/contracts/journal';
import { codeOf } from '../../foundations/describe-error';
import { OpenReceivers } from '../../foundations/open-receivers';
import { writeAll } from './append-lines';
import { findRecords } from './find';
import { Folder, unfinished } from './folder';
import { forget } from './forget';
import { isKept } from './is-kept';
import { type EntryLine, entryLine } from './line';
import { Marks } from './marks';
import { type OpenJournal, openJournal } from './open-journal';
import { type FileJournalOptions, parseOptions, type Settings } from './options';
import { type KeyWords, keyWords } from './segment-index';
import { SegmentReader } from './segment-reader';

/**
 * Keeps deliveries in files, for one process: a file a day, of lines of JSON, which `npx bigmind-webhooks replay` reads,
 * too. An entry is on the disk before its delivery is answered; many share one write. Several receivers of a process may
 * share one journal.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function fileJournal(options: FileJournalOptions): Journal {
  return new FileJournal(parseOptions(options));
}

/** About what a line takes beside its body. */
const lineOverhead = 600;

class FileJournal implements Journal {
  readonly onFailure: 'refuse' | 'continue';
  readonly #settings: Settings;
  readonly #folder: Folder;
  readonly #receivers = new OpenReceivers<JournalSettings>();
  #opening: Promise<OpenJournal> | undefined;
  /** When the folder is free again that was open before. */
  #left: Promise<unknown> = Promise.resolve();
  /** Those that are being appended, by key. */
  readonly #appending = new Map<string, Promise<void>>();
  #forgetting: Promise<unknown> = Promise.resolve();
  #marks: Marks | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#folder = new Folder(settings.directory);
    this.onFailure = settings.onFailure;
  }

  open(settings: JournalSettings): void {
    this.#receivers.add(settings);
  }

  async append(entry: JournalEntry): Promise<void> {
    const { key } = entry;
    const words = requireEntry(entry);
    if (await this.#isKept(await this.#today(), words)) return;
    // Before copies wait for it: a seal that never answers must not hold up the delivery when it comes again.
    const line = await entryLine(entry, this.#settings.seal);
    const running = this.#appending.get(key);
    if (running !== undefined) return running;
    const appended = this.#append(entry, words, line).finally(() => this.#appending.delete(key));
    this.#appending.set(key, appended);
    await appended;
  }

  async ended(key: string, end: JournalEnd): Promise<void> {
    const words = keyWords(key);
    const { segments, writer } = await this.#today();
    if (words !== undefined && segments.locate(words) !== undefined) await writer.end({ key: words, text: key, end });
  }

  async *find(query: JournalQuery): AsyncGenerator<JournalRecord, void> {
    const { folder, segments, logger } = await this.#today();
    yield* findRecords({ folder, segments, logger, seal: this.#settings.seal }, query);
  }

  /** One after the other: each may write every file anew. */
  async forget(which: JournalForget): Promise<number> {
    const journal = await this.#today();
    const forgotten = this.#forgetting.then(() => forget(journal, which));
    this.#forgetting = forgotten.catch(() => undefined);
    return forgotten;
  }

  async stats(): Promise<JournalStats> {
    const { segments } = await this.#today();
    const { all } = segments;
    const times = all.flatMap(({ index }) => [index.oldest, index.newest]).filter((time) => time !== undefined);
    return {
      entries: sum(all.map(({ index }) => index.entries)),
      bytes: sum(all.map(({ size }) => size)),
      oldest: times.length === 0 ? undefined : Math.min(...times),
      newest: times.length === 0 ? undefined : Math.max(...times),
      unreadable: sum(all.map(({ unreadable }) => unreadable)),
    };
  }

  async mark(name: string, position: string | undefined): Promise<void> {
    const { folder } = await this.#ready();
    await this.#marksOf(folder).set(name, position);
  }

  async marked(name: string): Promise<string | undefined> {
    const { folder } = await this.#ready();
    return this.#marksOf(folder).get(name);
  }

  /** Writes a block and removes it: a full disk shows in no other way. */
  async ping(): Promise<void> {
    const { folder } = await this.#today();
    const name = `ping.${randomBytes(6).toString('hex')}${unfinished}`;
    const file = await folder.create(name);
    try {
      await writeAll(file, Buffer.alloc(4096), 0);
      await file.datasync();
    } finally {
      await file.close();
      await folder.remove(name);
    }
  }

  async close(): Promise<void> {
    if (this.#receivers.remove()) await this.#leave();
  }

  async #append({ receivedAt, rawBody }: JournalEntry, key: KeyWords, line: EntryLine): Promise<void> {
    const opening = this.#ready();
    const journal = await opening;
    await journal.removeOld();
    if (await this.#isKept(journal, key)) return;
    const bytes = Math.ceil(rawBody.length * 1.4) + lineOverhead;
    await journal.writer.entry({ key, receivedAt, line, bytes }).catch((error: unknown) => {
      // Somebody removed, moved or replaced the file. The next use looks at what is there, and makes what is missing.
      if (codeOf(error) === 'ENOENT' && this.#opening === opening) void this.#leave().catch(() => undefined);
      throw error;
    });
  }

  async #isKept(journal: OpenJournal, key: KeyWords): Promise<boolean> {
    const reader = new SegmentReader(journal.folder);
    return await isKept(journal, reader, key).finally(() => reader.close());
  }

  /** Closes the folder, if it is open, when what was begun has ended. The next use opens it again. */
  async #leave(): Promise<void> {
    const begun = [...this.#appending.values(), this.#forgetting];
    const opening = this.#opening;
    this.#opening = undefined;
    this.#marks = undefined;
    const left = this.#left.then(async () => {
      const journal = await opening?.catch(() => undefined);
      await Promise.allSettled(begun);
      await journal?.close();
    });
    this.#left = left.catch(() => undefined);
    await left;
  }

  #marksOf(folder: Folder): Marks {
    this.#marks ??= new Marks(folder);
    return this.#marks;
  }

  /** Without the days that are over: an entry that is about to be removed does not count as kept. */
  async #today(): Promise<OpenJournal> {
    const journal = await this.#ready();
    await journal.removeOld();
    return journal;
  }

  /** Opens the folder at the first use. If that fails, the next use tries again. */
  #ready(): Promise<OpenJournal> {
    const { settings, isClosed } = this.#receivers;
    if (settings === undefined) return Promise.reject(new Error('The journal is not open: a receiver opens it.'));
    if (isClosed) return Promise.reject(new Error('The journal is closed.'));
    this.#opening ??= this.#openFolder(settings);
    return this.#opening;
  }

  #openFolder(settings: JournalSettings): Promise<OpenJournal> {
    const opening = this.#left
      .then(() => openJournal(this.#folder, this.#settings.keepDays, settings))
      .catch((error: unknown) => {
        if (this.#opening === opening) this.#opening = undefined;
        throw error;
      });
    return opening;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function requireEntry({ key, receivedAt }: JournalEntry): KeyWords {
  const words = keyWords(key);
  if (words === undefined) throw new TypeError('fileJournal.append: expected a key of 64 hex digits.');
  if (!Number.isFinite(receivedAt)) throw new TypeError('fileJournal.append: expected receivedAt to be a number.');
  return words;
}
