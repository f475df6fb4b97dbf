import type { Outcome } from '../outcomes';
import type { WebhookHeaders, WebhookParams } from './request';

/** A moment: a `Date`, a text that `Date` reads, such as `2026-11-26T09:00Z`, or milliseconds since 1970. */
export type Moment = Date | string | number;

/** A delivery that the journal kept. */
export interface FoundDelivery {
  /** Idempotency key, as `context.key`. */
  readonly key: string;
  /** The event that the payload names; `undefined` if it names none. */
  readonly event: string | undefined;
  /** The tenant whose secret signed it; `undefined` unless `secret` is a function. */
  readonly tenant: string | undefined;
  /** Name of the signature scheme that matched. */
  readonly scheme: string;
  readonly receivedAt: Date;
  /** Headers with signatures, cookies or credentials are left out. */
  readonly headers: WebhookHeaders;
  readonly params: WebhookParams;
  /** The body exactly as it was signed. */
  readonly rawBody: Buffer;
  /** How it ended, the last time; `undefined` while it is handled, and if its process ended before. */
  readonly outcome: Outcome | undefined;
  /** Names of the handlers that succeeded, in any run. */
  readonly succeeded: readonly string[];
  /** When the last run ended; `undefined` if none has. */
  readonly endedAt: Date | undefined;
}

/** Which deliveries; all of them, if nothing is named. */
export interface JournalFilter<EventName extends string = string> {
  /** From this moment on, by the time of arrival. */
  readonly from?: Moment | undefined;
  /** Before this moment. */
  readonly to?: Moment | undefined;
  /** One event, or several. */
  readonly event?: EventName | readonly EventName[] | undefined;
  readonly tenant?: string | undefined;
  /** One outcome of the last run, or several. */
  readonly outcome?: Outcome | readonly Outcome[] | undefined;
  readonly key?: string | undefined;
}

export interface FindOptions<EventName extends string = string> extends JournalFilter<EventName> {
  /** @default 'newest first' */
  readonly order?: 'oldest first' | 'newest first' | undefined;
}

/** What to run again, and how. The oldest delivery is run first. */
export interface ReplayOptions<EventName extends string = string> extends JournalFilter<EventName> {
  /**
   * Names of the handlers to run; `onInvalid` and `onUnknown` name the callbacks. @default every handler of the event
   */
  readonly handlers?: readonly string[] | undefined;
  /** Runs nothing, and counts what would run. @default false */
  readonly dryRun?: boolean | undefined;
  /** Runs handlers again that are done. @default false */
  readonly force?: boolean | undefined;
  /** How many deliveries are started in a second, at most; more than 0. @default no limit */
  readonly rate?: number | undefined;
  /** How many deliveries run at once, from 1 to 1000. @default 4 */
  readonly concurrency?: number | undefined;
  /** Ends it early: nothing more is started, what runs goes on to its end. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each delivery. It does not change the replay. */
  readonly onProgress?: ((progress: ReplayProgress) => unknown) | undefined;
  /**
   * Interrupted and started again under the same name, and with the same options, it goes on where it was. The journal
   * keeps its place until it has come to its end; until then, a replay of the same name that chooses other deliveries or
   * handlers is refused, and so is one from an earlier moment. At most 100 characters.
   * @default none: it starts at the beginning
   */
  readonly name?: string | undefined;
}

/** How far a replay is. `found` is the sum of `ran`, `failed` and `skipped`. */
export interface ReplayProgress {
  /** Deliveries that are finished with. */
  readonly found: number;
  /** Deliveries whose handlers ran, and none failed. With a queue, deliveries that it holds now. */
  readonly ran: number;
  /** Those that could not be handled: a handler failed, or the queue refused them. */
  readonly failed: number;
  /** Deliveries that ran no handler. `outcomes` says why. */
  readonly skipped: number;
  /**
   * How many ended how. Skipped are `duplicate` (its handlers are done), `unhandled` (it has none of the handlers),
   * `in-progress` (it was being handled all the while), `invalid`, `malformed` and `ignored` (without their callback).
   */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /**
   * Those among `duplicate` that are done, but the journal does not know by which handlers, since it was told of no
   * end. Only `force` runs them.
   */
  readonly unclear: number;
  /** When the newest delivery came of those that are finished with; of all that came before it, none is left. */
  readonly upTo: Date | undefined;
}

/** A failure in a replay. */
export interface ReplayFailure {
  readonly key: string;
  readonly event: string | undefined;
  /** The handler that failed; `undefined` if none was started. */
  readonly handler: string | undefined;
  /** Message of the handler's error, or the reason. At most 1000 characters. */
  readonly message: string;
}

/** What a replay did; in a dry run, what it would do. */
export interface ReplaySummary extends ReplayProgress {
  readonly dryRun: boolean;
  /** Runs by the handler's name. With a queue it is empty: workers run them later. */
  readonly handlers: Readonly<Record<string, { readonly ran: number; readonly failed: number }>>;
  /** The first failures, at most 20. */
  readonly failures: readonly ReplayFailure[];
  /**
   * Failures of earlier runs of the same `name`, before the place that this one went on from; 0 for any other replay.
   * They are not run again by going on: `outcome: 'failed'` finds them, and replays them, with `force` again if this
   * replay had it.
   */
  readonly failedBefore: number;
  /** Why it ended early, in words; `undefined` if it came to its end. */
  readonly interrupted: string | undefined;
}

/** What the journal holds. */
export interface JournalContents {
  readonly entries: number;
  /** Bytes that it takes where it is kept. */
  readonly bytes: number;
  /** When the oldest and the newest came; `undefined` if it is empty. */
  readonly oldest: Date | undefined;
  readonly newest: Date | undefined;
  /** Lines or rows that cannot be read, such as one that a crash cut short. */
  readonly unreadable: number;
}

/**
 * The deliveries that were kept, to look at and to run again. Without the option `journal`, every call rejects with
 * `NO_JOURNAL`. Wrong arguments reject with `BAD_OPTION` or `UNKNOWN_EVENT`.
 */
export interface JournalOfReceiver<EventName extends string = string> {
  /** Finds deliveries, and holds a bounded number at a time. A mistake in the filter rejects at the first step. */
  find(filter?: FindOptions<EventName>): AsyncIterable<FoundDelivery>;
  /**
   * Runs deliveries again, with the same key and `context.replayed`. They are parsed and validated anew; their
   * signature is not verified again. A handler that is done, by the store or by the journal, is passed over unless
   * `force` is set, so a handler with a new name runs alone. With a queue, workers run them, after everything else.
   */
  replay(options?: ReplayOptions<EventName>): Promise<ReplaySummary>;
  /** Removes deliveries for good: one, those of a tenant, or those that came before a moment. Resolves to their number. */
  forget(which: { readonly key: string } | { readonly tenant: string } | { readonly before: Moment }): Promise<number>;
  stats(): Promise<JournalContents>;
}
