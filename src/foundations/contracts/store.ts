import type { MaybePromise } from '../maybe-promise';

/** A claim on a delivery: the right, for a while, to run its handlers. */
export interface Claim {
  /** Fencing token: new for every claim, so that a holder that lost its lease cannot act on another's. */
  readonly token: string;
  /** How often this delivery has been claimed, from 1. */
  readonly attempt: number;
  /** Names of the handlers that earlier attempts recorded as succeeded. */
  readonly succeeded: readonly string[];
}

/** Somebody else's claim. */
export interface ClaimedElsewhere {
  readonly running: true;
  /** What is left of the other claim's lease, in milliseconds. */
  readonly retryAfterMs: number;
}

/**
 * Remembers deliveries: which are being handled, which handlers succeeded, which are done. Every method is atomic,
 * uses the store's own clock, and may answer at once or with a promise.
 *
 * A claim is *held* as long as its token is the newest for its key and it was neither completed nor released; a lease
 * that has passed only lets others claim, and until one does the claim is still held.
 */
export interface DeliveryStore {
  /**
   * Claims `key` for `leaseMs` (> 0), unless it is done, or claimed with a lease that has not passed. The progress of
   * the delivery is kept for `ttlMs` from now (never shorter than the lease).
   */
  claim(key: string, leaseMs: number, ttlMs: number): MaybePromise<Claim | ClaimedElsewhere | 'done'>;
  /** Lets the lease end `leaseMs` from now. Resolves to whether the claim was still held; if not, nothing changes. */
  extend(key: string, token: string, leaseMs: number): MaybePromise<boolean>;
  /**
   * Records that a handler succeeded: a fact, added even when the claim is no longer held, since the effect happened;
   * and even when the store knows nothing of the delivery any more, then kept for `ttlMs` from now. Only a delivery that
   * is done needs no more facts. Resolves to whether the claim was still held.
   */
  succeeded(key: string, token: string, handlerName: string, ttlMs: number): MaybePromise<boolean>;
  /** Marks the delivery done for `ttlMs` from now. Resolves to whether the claim was still held; if not, nothing changes. */
  complete(key: string, token: string, ttlMs: number): MaybePromise<boolean>;
  /**
   * Gives the claim back, keeping the recorded successes, so that a repeat can claim at once. Resolves to whether the
   * claim was still held; if not, nothing changes.
   */
  release(key: string, token: string): MaybePromise<boolean>;
}
