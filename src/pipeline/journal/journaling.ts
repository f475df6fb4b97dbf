import { Breaker } from '../../foundations/breaker';
import type { Clock } from '../../foundations/contracts/clock';
import { type Journal, type JournalEnd, type JournalEntry, notEnded } from '../../foundations/contracts/journal';
import type { Logger } from '../../foundations/contracts/logger';
import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { Settled } from '../../foundations/delivery';
import { describeError } from '../../foundations/describe-error';
import { ignoreRejection, type MaybePromise, recovered, whenReady } from '../../foundations/maybe-promise';
import type { Outcome } from '../../foundations/outcomes';
import { logSafely } from '../../foundations/tell';
import { atMost, withinMs } from '../../foundations/timeouts';
import { requirePromise } from '../require-promise';
import { entriesIn } from './entries-in';
import { JournalEnds } from './journal-ends';

export interface JournalingSettings {
  readonly journal: Journal;
  /** How long the journal may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly onSilence: (message: string, isNew: boolean) => void;
  /** Leaves out headers with credentials. */
  readonly keepHeaders: (headers: WebhookHeaders) => WebhookHeaders;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Ways to end that are no end of the delivery itself: another copy runs, it ended before, or it was not begun and comes
 * again.
 */
const passing: ReadonlySet<Outcome> = new Set(['duplicate', 'in-progress', 'unavailable']);

/** A journal, as the pipeline writes to it. */
export class Journaling {
  readonly journal: Journal;
  readonly keepHeaders: JournalingSettings['keepHeaders'];
  readonly ends: JournalEnds;
  /** How long the journal may take to answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly #settings: JournalingSettings;
  readonly #ask;
  /** The deliveries that are being handled, by key: a copy need not be kept again. */
  readonly #kept = new Map<string, MaybePromise<{ readonly failure: unknown } | undefined>>();
  /** Appends that are under way although nobody waits for them any more, by key. */
  readonly #late = new Map<string, Promise<void>>();
  #isFailing = false;
  #closed: Promise<void> | undefined;

  constructor(settings: JournalingSettings) {
    const { journal, timeoutMs, onSilence, logger } = settings;
    const who = 'The journal';
    this.#settings = settings;
    this.#ask = new Breaker({ who, timeoutMs, onSilence, onAnswer: () => this.ends.flush() }).lane();
    this.journal = journal;
    this.timeoutMs = timeoutMs;
    this.keepHeaders = settings.keepHeaders;
    // Another breaker: ends that are not answered must not refuse deliveries.
    this.ends = new JournalEnds({ journal, ask: new Breaker({ who, timeoutMs }).lane(), logger });
  }

  /** Keeps an entry, within `leftMs`. Resolves to a failure if the delivery must be refused. Never throws or rejects. */
  keep(entry: JournalEntry, leftMs: number): MaybePromise<{ readonly failure: unknown } | undefined> {
    const { key } = entry;
    const before = this.#kept.get(key);
    if (before !== undefined) return before;
    let begun: Promise<void> | undefined;
    const append = (): Promise<void> => {
      begun = requirePromise(this.journal.append(entry), 'journal.append');
      return begun;
    };
    const kept = recovered(
      () => whenReady(this.#inTime(append, leftMs), this.#onKept),
      (failure) => this.#onFailure(failure, key, begun),
    );
    this.#kept.set(key, kept);
    return kept;
  }

  #inTime(append: () => Promise<void>, leftMs: number): MaybePromise<void> {
    const appended = this.#ask(append);
    return leftMs < this.#settings.timeoutMs ? withinMs(appended, leftMs, 'The journal') : appended;
  }

  /** To be called when a delivery was answered, with its key. */
  forget(key: string): void {
    this.#kept.delete(key);
  }

  readonly #onKept = (): undefined => {
    this.#isFailing = false;
  };

  #onFailure(
    failure: unknown,
    key: string,
    begun: Promise<void> | undefined,
  ): { readonly failure: unknown } | undefined {
    if (this.journal.onFailure !== 'continue') return { failure };
    if (begun !== undefined) this.#keepLate(key, begun);
    if (!this.#isFailing) {
      this.#isFailing = true;
      const fields = { code: 'JOURNAL_FAILED', cause: describeError(failure) };
      const missing = 'The journal does not keep deliveries. They are handled all the same, and cannot be replayed';
      logSafely(this.#settings.logger, 'warn', fields, missing);
    }
    return undefined;
  }

  #keepLate(key: string, begun: Promise<void>): void {
    this.#late.set(key, begun);
    const forget = (): void => {
      if (this.#late.get(key) === begun) this.#late.delete(key);
    };
    begun.then(forget, forget);
  }

  /** Adds how a delivery ended, in the background. */
  ended({ outcome, details }: Settled): void {
    const { key, succeeded = [], joined, replayed } = details;
    // A copy ends as the first does, and a replay adds its own end.
    if (key === undefined || joined || replayed || passing.has(outcome)) return;
    this.addEnd(key, outcome, succeeded);
  }

  addEnd(key: string, outcome: Outcome, succeeded: readonly string[]): void {
    // A worker may have ended it long ago: the queue takes a repeat as well, and runs nothing for it.
    const endedAt = outcome === 'queued' ? notEnded : this.#settings.clock.now();
    const end = { outcome, succeeded, endedAt };
    const late = this.#late.get(key);
    // The journal ignores the end of a delivery that it does not have yet.
    if (late === undefined) this.ends.add(key, end);
    else ignoreRejection(late.then(() => this.ends.add(key, end)));
  }

  /** Keeps the place of a replay, within the time of an answer. */
  async mark(name: string, position: string | undefined): Promise<void> {
    const marked = requirePromise(this.journal.mark(name, position), 'journal.mark');
    await withinMs(marked, this.#settings.timeoutMs, 'The journal');
  }

  /** Waits until the ends of this process are written, no longer than for an answer. */
  async settled(): Promise<void> {
    await atMost(this.#settings.timeoutMs, this.ends.written());
  }

  /** How a delivery ended, as the journal knows it now; `undefined` if it knows of no end. */
  async endOf(key: string): Promise<JournalEnd | undefined> {
    await atMost(this.#settings.timeoutMs, this.ends.writtenOf(key));
    return await withinMs(this.#findEnd(key), this.#settings.timeoutMs, 'The journal');
  }

  async #findEnd(key: string): Promise<JournalEnd | undefined> {
    for await (const record of entriesIn(this.journal, { key, order: 'newest first' })) return record.end;
    return undefined;
  }

  /**
   * Waits for `used`, then for ends that are to be written, then closes the journal; each within the time of an answer. A
   * further call waits for the first one: the journal may have other receivers.
   */
  close(used: Promise<unknown>): Promise<void> {
    this.#closed ??= this.#close(used);
    return this.#closed;
  }

  async #close(used: Promise<unknown>): Promise<void> {
    const { timeoutMs, logger } = this.#settings;
    await atMost(timeoutMs, used);
    await this.settled();
    try {
      await withinMs(this.journal.close?.(), timeoutMs, 'The journal');
    } catch (error) {
      logSafely(logger, 'warn', { cause: describeError(error) }, 'The journal could not be closed');
    }
  }
}
