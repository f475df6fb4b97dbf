import { OldestFirstMap } from '../../deduplication/oldest-first-map';
import type { Ask } from '../../foundations/breaker';
import type { Journal, JournalEnd } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import { describeError } from '../../foundations/describe-error';
import { joinEnds } from '../../foundations/join-ends';
import { Outbox } from '../../foundations/outbox';
import { logSafely } from '../../foundations/tell';
import { requirePromise } from '../require-promise';

/** Beyond so many, the oldest are given up: a journal that is out of reach must not fill the memory. */
const mostWaiting = 10_000;
const mostAtOnce = 100;
const longestPauseMs = 2000;

export interface JournalEndsSettings {
  readonly journal: Journal;
  /** Asks it, within `storeTimeoutMs`. */
  readonly ask: Ask;
  readonly logger: Logger;
}

/** An end that waits. */
interface Waiting {
  readonly end: JournalEnd;
  /** Whether the journal did not take it before, which the log says. */
  readonly isAgain: boolean;
}

/** Tells the journal how deliveries ended, in the background. While it does not take them, they wait. */
export class JournalEnds {
  readonly #settings: JournalEndsSettings;
  /** By key; an end that waits is joined with a later one. */
  readonly #waiting = new OldestFirstMap<Waiting>();
  #beingWritten: ReadonlyMap<string, Waiting> = new Map();
  readonly #outbox = new Outbox(longestPauseMs);
  /** The write that is under way, until the journal has taken one; `undefined` while nothing waits. */
  #step: Promise<void> | undefined;
  /** While it takes none, they are told one by one. */
  #isFailing = false;
  #isOutageTold = false;

  constructor(settings: JournalEndsSettings) {
    this.#settings = settings;
  }

  /** How many wait to be written. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when every end so far is written, whatever comes meanwhile. */
  async written(): Promise<void> {
    const keys = [...this.#beingWritten.keys(), ...this.#waiting.keys()];
    for (const key of keys) await this.writtenOf(key);
  }

  /** Resolves when no end of this key waits: at once, as a rule. */
  async writtenOf(key: string): Promise<void> {
    while (this.#beingWritten.has(key) || this.#waiting.has(key)) await this.#step;
  }

  add(key: string, end: JournalEnd): void {
    const earlier = this.#waiting.get(key);
    this.#waiting.set(
      key,
      earlier === undefined ? { end, isAgain: false } : { ...earlier, end: joinEnds(earlier.end, end) },
    );
    if (this.#waiting.size > mostWaiting) this.#waiting.takeOldest();
    if (this.#step === undefined) void this.#writeAll();
  }

  /** To be called when the journal has answered something: what waits is tried at once. */
  flush(): void {
    this.#outbox.flush();
  }

  async #writeAll(): Promise<void> {
    // Later in this turn: the answer comes first.
    this.#step = Promise.resolve();
    await this.#step;
    while (this.#waiting.size > 0) {
      this.#step = this.#writeNext();
      await this.#step;
    }
    this.#step = undefined;
  }

  /** Resolves when the journal has taken one. */
  async #writeNext(): Promise<void> {
    if (!(await this.#writeSome())) await this.#outbox.send(() => this.#writeSome());
  }

  /** Resolves to whether the journal took one. */
  async #writeSome(): Promise<boolean> {
    const left = new Map<string, Waiting>();
    const most = this.#isFailing ? 1 : mostAtOnce;
    for (let one = this.#waiting.takeOldest(); one !== undefined; one = this.#waiting.takeOldest()) {
      left.set(...one);
      if (left.size === most) break;
    }
    this.#beingWritten = left;
    const { size } = left;
    const { journal, ask } = this.#settings;
    let failure: unknown;
    try {
      await ask(() => tell(journal, left));
    } catch (error) {
      failure = error;
    }
    const areTaken = left.size < size;
    this.#isFailing = !areTaken;
    if (areTaken) this.#isOutageTold = false;
    for (const one of left) this.#keep(...one, failure);
    this.#beingWritten = new Map();
    return areTaken;
  }

  /** An end that the journal did not take waits again. */
  #keep(key: string, { end, isAgain }: Waiting, error: unknown): void {
    if (!isAgain) this.#tellOnce(error);
    const later = this.#waiting.get(key);
    this.#waiting.set(key, { end: later === undefined ? end : joinEnds(end, later.end), isAgain: true });
  }

  /** Once in each outage. */
  #tellOnce(error: unknown): void {
    if (this.#isOutageTold) return;
    this.#isOutageTold = true;
    const fields = { code: 'JOURNAL_FAILED', cause: describeError(error) };
    logSafely(
      this.#settings.logger,
      'warn',
      fields,
      'The journal was not told how a delivery ended; it is tried again',
    );
  }
}

/** Tells the journal of all, and takes out of `left` what it takes. Rejects if any is left, when all are answered. */
async function tell(journal: Journal, left: Map<string, Waiting>): Promise<void> {
  const told = await Promise.allSettled(
    [...left].map(async ([key, { end }]) => {
      await requirePromise(journal.ended(key, end), 'journal.ended');
      left.delete(key);
    }),
  );
  for (const result of told) if (result.status === 'rejected') throw result.reason;
}
