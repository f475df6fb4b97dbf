import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Claim, DeliveryStore } from '../index';

/** One promise of the contract; `run` rejects if it is broken. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

export interface StoreContractOptions {
  /** The store under test. Called once for each case, so it may be shared or fresh. */
  readonly store: () => DeliveryStore | Promise<DeliveryStore>;
  /** The lease that some cases wait for, in milliseconds; longer than a call of the store takes. @default 100 */
  readonly shortLeaseMs?: number | undefined;
}

/** The tools of a case: a store, an unused key, and a way to let a short lease pass. */
interface Bench {
  readonly store: DeliveryStore;
  readonly key: string;
  readonly shortMs: number;
  readonly claim: (leaseMs?: number, ttlMs?: number) => Promise<Claim>;
  readonly lapse: () => Promise<void>;
}

const long = 60_000;

/**
 * The promises of every `DeliveryStore`, as cases for any test runner (Jest, Vitest, node:test): `for (const { name,
 * run } of storeContract({ store })) test(name, run)`. Each case uses its own key, so the store need not be empty.
 */
export function storeContract({ store, shortLeaseMs = 100 }: StoreContractOptions): readonly ContractCase[] {
  return promises.map(([name, check]) => ({
    name,
    run: async () => check(makeBench(await store(), shortLeaseMs)),
  }));
}

function makeBench(store: DeliveryStore, shortMs: number): Bench {
  const key = randomUUID();
  return {
    store,
    key,
    shortMs,
    async claim(leaseMs = long, ttlMs = long) {
      const claim = await store.claim(key, leaseMs, ttlMs);
      assert.ok(typeof claim === 'object' && 'token' in claim, `expected a claim, got ${JSON.stringify(claim)}`);
      return claim;
    },
    lapse: () => new Promise((resolve) => setTimeout(resolve, shortMs * 1.5)),
  };
}

const promises: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'gives a new delivery its first attempt, with nothing succeeded',
    async ({ claim }) => {
      const { attempt, succeeded, token } = await claim();
      assert.deepEqual({ attempt, succeeded: [...succeeded] }, { attempt: 1, succeeded: [] });
      assert.equal(typeof token, 'string');
    },
  ],
  [
    'refuses a delivery that is claimed, and says what is left of the lease',
    async ({ store, key, claim }) => {
      await claim();
      const other = await store.claim(key, long, long);
      assert.ok(typeof other === 'object' && 'running' in other && other.running);
      assert.ok(other.retryAfterMs > long / 2 && other.retryAfterMs <= long, `${other.retryAfterMs} ms`);
    },
  ],
  [
    'lets one of many claims at once through',
    async ({ store, key }) => {
      const claims = await Promise.all(Array.from({ length: 20 }, async () => store.claim(key, long, long)));
      assert.equal(claims.filter((claim) => typeof claim === 'object' && 'token' in claim).length, 1);
    },
  ],
  [
    'lets others claim when the lease has passed, with a new token and the next attempt',
    async ({ claim, lapse, shortMs }) => {
      const first = await claim(shortMs);
      await lapse();
      const second = await claim();
      assert.notEqual(second.token, first.token);
      assert.equal(second.attempt, 2);
    },
  ],
  [
    'counts a lease that is longer than any as passed, as after a clock was set back, and never names a longer wait',
    async ({ store, key, claim }) => {
      const stale = await claim(60 * long);
      const fresh = await claim(long);
      assert.equal(fresh.attempt, 2);
      assert.equal(await store.complete(key, stale.token, long), false);
      const other = await store.claim(key, long - 500, long);
      assert.ok(typeof other === 'object' && 'running' in other && other.retryAfterMs <= long - 500);
    },
  ],
  [
    'still counts a claim as held when its lease has passed and nobody else came',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim(shortMs);
      await lapse();
      assert.equal(await store.extend(key, token, long), true);
      const other = await store.claim(key, long, long);
      assert.ok(typeof other === 'object' && 'running' in other);
    },
  ],
  [
    'fences a holder off whose claim another has taken',
    async ({ store, key, claim, lapse, shortMs }) => {
      const stale = await claim(shortMs);
      await lapse();
      const fresh = await claim();
      assert.equal(await store.extend(key, stale.token, 1), false);
      assert.equal(await store.complete(key, stale.token, long), false);
      assert.equal(await store.release(key, stale.token), false);
      assert.equal(await store.extend(key, fresh.token, long), true);
    },
  ],
  [
    'keeps the lease alive as long as it is extended',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim(shortMs);
      assert.equal(await store.extend(key, token, long), true);
      await lapse();
      const other = await store.claim(key, long, long);
      assert.ok(typeof other === 'object' && 'running' in other);
    },
  ],
  [
    'remembers a delivery that is done, and takes no second completion',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      assert.equal(await store.complete(key, token, long), true);
      assert.equal(await store.claim(key, long, long), 'done');
      assert.equal(await store.complete(key, token, long), false);
      assert.equal(await store.release(key, token), false);
      assert.equal(await store.extend(key, token, long), false);
      assert.equal(await store.claim(key, long, long), 'done');
    },
  ],
  [
    'forgets a delivery that is done when its time is over',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim();
      await store.complete(key, token, shortMs);
      await lapse();
      assert.equal((await claim()).attempt, 1);
    },
  ],
  [
    'lets a repeat claim a released delivery at once, with the successes of before',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      assert.equal(await store.succeeded(key, token, 'a handler, with "quotes"', long), true);
      assert.equal(await store.succeeded(key, token, '+*', long), true);
      assert.equal(await store.succeeded(key, token, '+*', long), true);
      assert.equal(await store.release(key, token), true);
      assert.equal(await store.release(key, token), false);
      const { attempt, succeeded } = await claim();
      assert.equal(attempt, 2);
      assert.deepEqual([...succeeded].sort(), ['+*', 'a handler, with "quotes"']);
    },
  ],
  [
    'does not count an attempt that is given back with nothing started, and keeps its successes',
    async ({ store, key, claim }) => {
      const first = await claim();
      await store.succeeded(key, first.token, 'before', long);
      await store.release(key, first.token);
      const idle = await claim();
      assert.equal(idle.attempt, 2);
      assert.equal(await store.release(key, idle.token, false), true);
      assert.equal(await store.release(key, idle.token, false), false);
      const { attempt, succeeded } = await claim();
      assert.deepEqual({ attempt, succeeded: [...succeeded] }, { attempt: 2, succeeded: ['before'] });
    },
  ],
  [
    'adds a success although the claim is another’s by now',
    async ({ store, key, claim, lapse, shortMs }) => {
      const stale = await claim(shortMs);
      await lapse();
      const fresh = await claim();
      assert.equal(await store.succeeded(key, stale.token, 'late', long), false);
      assert.equal(await store.succeeded(key, fresh.token, 'in time', long), true);
      await store.release(key, fresh.token);
      assert.deepEqual([...(await claim()).succeeded].sort(), ['in time', 'late']);
    },
  ],
  [
    'adds a success to a delivery that it has forgotten',
    async ({ store, key, claim }) => {
      assert.equal(await store.succeeded(key, randomUUID(), 'kept', long), false);
      const { attempt, succeeded } = await claim();
      assert.deepEqual({ attempt, succeeded: [...succeeded] }, { attempt: 1, succeeded: ['kept'] });
    },
  ],
  [
    'leaves a delivery done when a success comes late',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      await store.complete(key, token, long);
      assert.equal(await store.succeeded(key, token, 'late', long), false);
      assert.equal(await store.claim(key, long, long), 'done');
    },
  ],
  [
    'forgets progress when its time is over',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim(shortMs, shortMs);
      await store.succeeded(key, token, 'old', shortMs);
      await store.release(key, token);
      await lapse();
      const { attempt, succeeded } = await claim();
      assert.deepEqual({ attempt, succeeded: [...succeeded] }, { attempt: 1, succeeded: [] });
    },
  ],
  [
    'answers a ping, if it has one, and claims nothing by it',
    async ({ store, claim, key }) => {
      assert.equal(await store.ping?.(), undefined);
      const { token } = await claim();
      assert.equal(await store.ping?.(), undefined);
      assert.equal(await store.complete(key, token, long), true);
    },
  ],
  [
    'keeps deliveries apart',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      const other = await store.claim(`${key}-other`, long, long);
      assert.ok(typeof other === 'object' && 'token' in other);
      assert.equal(await store.complete(`${key}-other`, token, long), false);
      assert.equal(await store.complete(key, token, long), true);
    },
  ],
];
