import type { MaybePromise } from '../maybe-promise';

/**
 * By how many milliseconds a lease may seem longer than any: two servers' clocks differ a little, and a clock is set
 * right by milliseconds.
 */
export const clockSlackMs = 1000;

/** A claim on a delivery: the right to run its handlers, for a while. */
export interface Claim {
  /** Fencing token, new for every claim: a holder that lost its lease cannot change another's claim. */
  readonly token: string;
  /** How often this delivery has been claimed, from 1; without the claims under which nothing was started. */
  readonly attempt: number;
  /** Names of the handlers that earlier attempts recorded as succeeded. */
  readonly succeeded: readonly string[];
}

/** Somebody else's claim. */
export interface ClaimedElsewhere {
  readonly running: true;
  /** The rest of the other claim's lease, in milliseconds; at most the `leaseMs` that was asked for. */
  readonly retryAfterMs: number;
}

/**
 * Remembers which deliveries are being handled, which handlers succeeded and which deliveries are done. Every method is
 * atomic, uses the store's own clock, and may answer at once or with a promise.
 *
 * A claim is *held* as long as its token is the newest for its key and it was neither completed nor released. A lease
 * that has passed lets others claim; until one does, the claim is still held.
 */
export interface DeliveryStore {
  /**
   * Claims `key` for `leaseMs` (> 0), unless it is done or another claim's lease has not passed. A lease that ends more
   * than a second later than this one would counts as passed: the clock was set back, and nobody waits for the
   * difference. The store keeps the delivery's progress for `ttlMs` from now, but at least as long as the lease.
   *
   * `newToken` is a UUID for this claim. A store that uses it as the claim's token gets the claim back if its answer is
   * lost on the way. @default a token of the store's own
   */
  claim(
    key: string,
    leaseMs: number,
    ttlMs: number,
    newToken?: string,
  ): MaybePromise<Claim | ClaimedElsewhere | 'done'>;
  /** The lease now ends `leaseMs` from now. Resolves to whether the claim was still held; if not, nothing changes. */
  extend(key: string, token: string, leaseMs: number): MaybePromise<boolean>;
  /**
   * Records that a handler succeeded. The effect happened, so it is recorded even if the claim is no longer held. If
   * the store has forgotten the delivery, it keeps the success for `ttlMs` from now. If the delivery is done, nothing
   * changes. Resolves to whether the claim was still held.
   */
  succeeded(key: string, token: string, handlerName: string, ttlMs: number): MaybePromise<boolean>;
  /**
   * Marks the delivery done for `ttlMs` from now. Resolves to whether the claim was still held; if not, nothing
   * changes.
   */
  complete(key: string, token: string, ttlMs: number): MaybePromise<boolean>;
  /**
   * Gives the claim back, so that a repeat can claim at once. Recorded successes stay. If no handler was `started`
   * under it (@default true), its attempt does not count. Resolves to whether the claim was still held; if not, nothing
   * changes.
   */
  release(key: string, token: string, started?: boolean): MaybePromise<boolean>;
  /**
   * Resolves if a claim would succeed now, and claims nothing. For `health()`, which waits no longer than
   * `storeTimeoutMs`. @default `health()` leaves the store out
   */
  ping?(): MaybePromise<void>;
}
