import type { WebhookParams } from '../foundations/contracts/request';
import type { HandlerFailure, RunReport, Settled } from '../foundations/delivery';
import type { MaybePromise } from '../foundations/maybe-promise';
import type { Outcome } from '../foundations/outcomes';
import type { HeldClaim } from './held-claim';

/** A delivery's handlers, ready to run. */
export interface ClaimedWork {
  /** Idempotency key. */
  readonly key: string;
  /** Event name, for the log. */
  readonly event: string | undefined;
  /** Whether its handlers run under another claim, too, and are counted there. @default false */
  readonly isCountedElsewhere?: boolean | undefined;
  /** For the log and `onError`, as are the path parameters. */
  readonly tenant: string | undefined;
  readonly params: WebhookParams;
  /** The attempt of its claim, once it has one, for the log. */
  readonly attempt?: number | undefined;
  /** Names of the handlers that have started and not ended. */
  readonly running: readonly string[];
  /** Names of the handlers that have succeeded so far. */
  readonly succeeded: readonly string[];
  /** What has failed so far. */
  readonly failures: readonly HandlerFailure[];
  /** The outcome when every handler has succeeded. */
  readonly success: Outcome;
  /** For a replay. Copies need all handlers, so they do not join it, and it joins none. */
  readonly replayed?: boolean | undefined;
  /** The delivery's own key, for the log, if the claim is on another one. */
  readonly deliveryKey?: string | undefined;
  /** Whether the delivery is done, once these handlers have succeeded and none has failed. */
  completes(succeeded: readonly string[]): boolean;
  /** Whether a queue holds the delivery until its outcome is known. Then a success is recorded beside the answer. */
  readonly isHeld?: boolean | undefined;
  /** Ready when the handlers may run; a refusal if they must not. The claim is asked for meanwhile. @default they may */
  readonly kept?: MaybePromise<Settled | undefined>;
  /** How long the answer may still wait for a success to be written, in milliseconds. */
  msLeft(): number;
  /** Runs the handlers that have not succeeded before. Never throws or rejects. */
  run(claim: HeldClaim, succeeded: readonly string[]): MaybePromise<RunReport>;
}
