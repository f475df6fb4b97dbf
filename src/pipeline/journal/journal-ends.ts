import { OldestFirstMap } from '../../deduplication/oldest-first-map';
import type { Ask } from '../../foundations/breaker';
import type { Journal, JournalEnd } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import { describeError } from '../../foundations/describe-error';
import { joinEnds } from '../../foundations/join-ends';
import { logSafely } from '../../foundations/tell';

/** More are given up, the oldest first: a journal that is away must not fill the memory. */
const mostWaiting = 10_000;
const mostAtOnce = 100;
const firstPauseMs = 50;
const longestPauseMs = 2000;

export interface JournalEndsSettings {
  readonly journal: Journal;
  /** Asks it, within `storeTimeoutMs`. */
  readonly ask: Ask;
  readonly logger: Logger;
}

/** A key, and how its delivery ended. */
type EndOf = readonly [key: string, end: JournalEnd];

/** Tells the journal how deliveries ended, in the background. While it does not take them, they wait. */
export class JournalEnds {
  readonly #settings: JournalEndsSettings;
  /** By key; an end that waits is joined with a later one. */
  readonly #waiting = new OldestFirstMap<JournalEnd>();
  #writing: Promise<void> | undefined;
  #isFailing = false;
  #wake: () => void = () => undefined;

  constructor(settings: JournalEndsSettings) {
    this.#settings = settings;
  }

  /** How many wait to be written. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when every end so far is written. */
  get idle(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  add(key: string, end: JournalEnd): void {
    const earlier = this.#waiting.get(key);
    this.#waiting.set(key, earlier === undefined ? end : joinEnds(earlier, end));
    if (this.#waiting.size > mostWaiting) this.#waiting.takeOldest();
    this.#writing ??= this.#writeAll();
  }

  /** To be called when the journal has answered something: what waits is tried at once. */
  flush(): void {
    this.#wake();
  }

  async #writeAll(): Promise<void> {
    // Later in this turn: the answer comes first.
    await Promise.resolve();
    for (let pauseMs = firstPauseMs; this.#waiting.size > 0; ) {
      const areTaken = await this.#writeSome();
      if (areTaken) pauseMs = firstPauseMs;
      else await this.#pause(pauseMs);
      if (!areTaken) pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    this.#writing = undefined;
  }

  /** Resolves to whether the journal took one. */
  async #writeSome(): Promise<boolean> {
    const some: EndOf[] = [];
    const most = this.#isFailing ? 1 : mostAtOnce;
    for (let one = this.#waiting.takeOldest(); one !== undefined; one = this.#waiting.takeOldest()) {
      some.push(one);
      if (some.length === most) break;
    }
    const { journal, ask } = this.#settings;
    try {
      const refused = await ask(() => tell(journal, some));
      this.#isFailing = false;
      for (const { end, error } of refused) this.#keep(end, error);
      return true;
    } catch (error) {
      for (const end of some) this.#keep(end, error);
      return false;
    }
  }

  /** An end that the journal did not take waits again. */
  #keep([key, end]: EndOf, error: unknown): void {
    this.#tellOnce(error);
    const later = this.#waiting.get(key);
    this.#waiting.set(key, later === undefined ? end : joinEnds(end, later));
  }

  /** Once in each outage. */
  #tellOnce(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const fields = { code: 'JOURNAL_FAILED', cause: describeError(error) };
    logSafely(
      this.#settings.logger,
      'warn',
      fields,
      'The journal was not told how a delivery ended; it is tried again',
    );
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }
}

/** Tells the journal of all. Resolves to those that it refused; rejects if it took none. */
async function tell(
  journal: Journal,
  ends: readonly EndOf[],
): Promise<readonly { readonly end: EndOf; readonly error: unknown }[]> {
  const told = await Promise.allSettled(ends.map(async ([key, end]) => journal.ended(key, end)));
  const refused = ends.flatMap((end, index) => {
    const result = told[index];
    return result?.status === 'rejected' ? [{ end, error: result.reason as unknown }] : [];
  });
  if (refused[0] !== undefined && refused.length === ends.length) throw refused[0].error;
  return refused;
}
