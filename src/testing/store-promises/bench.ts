import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Claim, DeliveryStore } from '../../index';

/** The tools of a case: a store, an unused key, and a way to let a short lease pass. */
export interface Bench {
  readonly store: DeliveryStore;
  readonly key: string;
  readonly shortMs: number;
  /** Claims as a receiver does, with a token for the claim. */
  readonly claim: (leaseMs?: number, ttlMs?: number) => Promise<Claim>;
  readonly lapse: () => Promise<void>;
}

export type Check = (bench: Bench) => Promise<void>;
export type Promises = readonly (readonly [string, Check])[];

/** A time that does not pass in a case. */
export const long = 60_000;

export function makeBench(store: DeliveryStore, shortMs: number): Bench {
  const key = randomUUID();
  return {
    store,
    key,
    shortMs,
    async claim(leaseMs = long, ttlMs = long) {
      return assertClaim(await store.claim(key, leaseMs, ttlMs, randomUUID()));
    },
    lapse: () => new Promise((resolve) => setTimeout(resolve, shortMs * 1.5)),
  };
}

/** That it is a claim, which it returns. */
export function assertClaim(claim: Awaited<ReturnType<DeliveryStore['claim']>>): Claim {
  assert.ok(typeof claim === 'object' && 'token' in claim, `expected a claim, got ${JSON.stringify(claim)}`);
  return claim;
}

/** That somebody else has the claim. Returns how long to wait for it. */
export function assertRunning(claim: Awaited<ReturnType<DeliveryStore['claim']>>): number {
  assert.ok(
    typeof claim === 'object' && 'running' in claim && claim.running,
    `expected none, got ${JSON.stringify(claim)}`,
  );
  return claim.retryAfterMs;
}
