import type { MaybePromise } from '../maybe-promise';
import type { Outcome } from '../outcomes';
import type { Clock } from './clock';
import type { Logger } from './logger';
import type { OpenTransaction } from './open-transaction';
import type { WebhookHeaders, WebhookParams } from './request';

/** A genuine delivery, as a journal keeps it. */
export interface JournalEntry {
  /** Idempotency key, 64 hex digits. A journal keeps one entry for each. */
  readonly key: string;
  /** The event that the payload names; `undefined` if it names none. */
  readonly event: string | undefined;
  /** The tenant whose secret signed it; `undefined` unless `secret` is a function. */
  readonly tenant: string | undefined;
  /** Name of the signature scheme that matched. */
  readonly scheme: string;
  /** When the request came, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Headers with signatures, cookies or credentials are left out. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** The body exactly as it was signed. */
  readonly rawBody: Buffer;
}

/** `endedAt` of what has not ended: any end is newer. */
export const notEnded = 0;

/** How a delivery ended, or that a queue has it. */
export interface JournalEnd {
  readonly outcome: Outcome;
  /** Names of the handlers that succeeded, in any run. */
  readonly succeeded: readonly string[];
  /** In milliseconds since 1970; 0 for `queued`, so that the end of a run replaces it, and it replaces none. */
  readonly endedAt: number;
}

/** An entry that was found. */
export interface JournalRecord extends JournalEntry {
  /** Where it lies; `after` goes on behind it. Text of the journal's own, at most 200 characters. */
  readonly position: string;
  /** The newest end; `undefined` while it is unknown. */
  readonly end: JournalEnd | undefined;
}

/** Which entries to find; all of them, if nothing is named. */
export interface JournalQuery {
  /** From this moment on, by `receivedAt`, in milliseconds since 1970. */
  readonly from?: number | undefined;
  /** Before this moment. */
  readonly to?: number | undefined;
  readonly key?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly tenant?: string | undefined;
  /** Those whose newest outcome is one of these. */
  readonly outcomes?: readonly Outcome[] | undefined;
  /** By the order of keeping. */
  readonly order: 'oldest first' | 'newest first';
  /** Only what lies behind this position, in this order. */
  readonly after?: string | undefined;
}

/** Which entries to remove. */
export type JournalForget = { readonly key: string } | { readonly tenant: string } | { readonly before: number };

/** What a journal holds. */
export interface JournalStats {
  readonly entries: number;
  /** Bytes that it takes where it is kept. */
  readonly bytes: number;
  /** `receivedAt` of the oldest and the newest; `undefined` if it is empty. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** Lines or rows that cannot be read, such as one that a crash cut short. */
  readonly unreadable: number;
}

/**
 * Encrypts what a journal stores of a delivery: body, headers and path parameters. Its key, event, tenant and times stay
 * readable, since a journal finds by them.
 */
export interface JournalSeal {
  /**
   * Encrypts bytes so that a change of them is noticed, as AES-256-GCM does. If it throws or rejects, the delivery is not
   * kept. Bytes that are returned at once are copied; a promise resolves to bytes of its own.
   */
  encrypt(content: Buffer): MaybePromise<Uint8Array>;
  /** Throws or rejects if it cannot decrypt. It has half a minute. */
  decrypt(sealed: Buffer): MaybePromise<Uint8Array>;
}

/** What the receiver tells its journal. */
export interface JournalSettings {
  readonly logger: Logger;
  /** In milliseconds since 1970. */
  readonly clock: Clock;
}

/** How a journal keeps an entry and a queue holds its job in one transaction, where both are in one database. */
export interface JournalWithQueue {
  /** The user's client. A queue that was given the same object, as `withJournal.pool`, writes with it. */
  readonly pool: object;
  /**
   * Calls `enqueue` and keeps the entry in one transaction: both or neither. No connection is taken before the first
   * statement of `enqueue`. It is called again if another transaction came between.
   */
  append(entry: JournalEntry, enqueue: (transaction: OpenTransaction) => Promise<void>): Promise<void>;
}

/**
 * Keeps genuine deliveries for some days, so that they can be run again. A promise may stay pending while the journal
 * does not answer: the receiver waits no longer than `storeTimeoutMs`.
 */
export interface Journal {
  /**
   * What becomes of a delivery that cannot be kept: `refuse` answers 503, so that it is repeated; `continue` handles it
   * and logs a warning. @default 'refuse'
   */
  readonly onFailure?: 'refuse' | 'continue' | undefined;
  /**
   * Each receiver calls this first, and once. It opens nothing and starts no timer. Receivers of one process may share a
   * journal.
   */
  open(settings: JournalSettings): void;
  /**
   * Resolves once the entry would outlive a crash. If the key is kept already, nothing changes. Rejects when it cannot
   * be kept, at once if that is known.
   */
  append(entry: JournalEntry): Promise<void>;
  /** Writes in one transaction with a queue. @default each writes by itself */
  readonly withQueue?: JournalWithQueue | undefined;
  /**
   * Adds how a delivery ended. The outcome with the newest `endedAt` counts: two processes may tell in either order. Of
   * two with the same one, that which is told later counts. `succeeded` adds to those before. Nothing happens if the key
   * is not kept.
   */
  ended(key: string, end: JournalEnd): Promise<void>;
  /**
   * Finds entries, each once, and holds a bounded number at a time. Entries that are kept while it runs may be missing.
   * What cannot be read is passed over, and counted in `stats`.
   */
  find(query: JournalQuery): AsyncIterable<JournalRecord>;
  /** Removes entries for good, so that no file, table or index holds them. Resolves to their number. */
  forget(which: JournalForget): Promise<number>;
  stats(): Promise<JournalStats>;
  /**
   * Remembers, durably, how far the replay of this name is: text of the receiver's own, at most 2000 characters.
   * `undefined` forgets it.
   */
  mark(name: string, place: string | undefined): Promise<void>;
  /** What was marked last under this name. */
  marked(name: string): Promise<string | undefined>;
  /** Resolves if an entry could be kept now, and keeps none. For `health()`. @default `health()` leaves it out */
  ping?(): Promise<void>;
  /**
   * Closes what the journal opened itself, but no client of the user. Each receiver calls this once; a shared journal
   * closes with the last of them. @default nothing
   */
  close?(): Promise<void>;
}
