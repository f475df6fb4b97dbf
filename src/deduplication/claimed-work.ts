import type { WebhookParams } from '../foundations/contracts/request';
import type { HandlerFailure, RunReport, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import type { HeldClaim } from './held-claim';

/** What is known of a delivery, for the log and `onError`. */
export interface KnownDelivery {
  readonly event: string | undefined;
  /** Its idempotency key. */
  readonly key: string;
  readonly tenant: string | undefined;
  readonly params: WebhookParams;
  /** Whether it is run again from the journal. */
  readonly replayed: boolean | undefined;
}

/** How far the handlers of a delivery have come. */
export interface RunProgress {
  /** The attempt of its claim, once it has one. */
  readonly attempt?: number | undefined;
  /** Names of the handlers that have started and not ended. */
  readonly running: readonly string[];
  /** Names of the handlers that have succeeded so far. */
  readonly succeeded: readonly string[];
  /** What has failed so far. */
  readonly failures: readonly HandlerFailure[];
}

/** A delivery's handlers, ready to run. */
export interface ClaimedWork {
  /** What its claim is on: the delivery's key; for a replay perhaps another one. */
  readonly key: string;
  readonly known: KnownDelivery;
  /** The outcome when every handler has succeeded. */
  readonly success: Outcome;
  readonly progress: RunProgress;
  /** Whether its handlers run under another claim, too, and are counted there. @default false */
  readonly isCountedElsewhere?: boolean | undefined;
  /** Whether a queue holds the delivery until its outcome is known. Then a success is recorded beside the answer. */
  readonly isQueued?: boolean | undefined;
  /** Ready when the handlers may run; a refusal if they must not. The claim is asked for meanwhile. @default they may */
  readonly kept?: MaybePromise<Settled | undefined>;
  /** Whether the delivery is done, once these handlers have succeeded and none has failed. */
  completes(succeeded: readonly string[]): boolean;
  /** How long it is until the deadline of the answer, in milliseconds. */
  msLeft(): number;
  /** Runs the handlers that have not succeeded before. Never throws or rejects. */
  run(claim: HeldClaim, succeeded: readonly string[]): MaybePromise<RunReport>;
}
