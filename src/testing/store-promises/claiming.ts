import assert from 'node:assert/strict';
import { assertClaim, assertRunning, long, type Promises } from './bench';

/** A key that `dispatch()` takes, in bytes. */
const longestKey = 1024;

/** What a store promises about claims: one holder at a time, and for how long. */
export const claiming: Promises = [
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
      const waitMs = assertRunning(await store.claim(key, long, long));
      assert.ok(waitMs > long / 2 && waitMs <= long, `${waitMs} ms`);
    },
  ],
  [
    'lets one of many claims at once through',
    async ({ store, key }) => {
      const claims = await Promise.all(Array.from({ length: 20 }, async () => store.claim(key, long, long)));
      const others = claims.filter((claim) => typeof claim !== 'object' || !('token' in claim));
      assert.equal(others.length, 19);
      for (const other of others) assertRunning(other);
    },
  ],
  [
    'keeps keys apart that differ in case alone, and long ones in their last byte',
    async ({ store, key }) => {
      const filling = `${key} `.repeat(longestKey).slice(0, longestKey - 1);
      for (const one of [`${key} a`, `${key} A`, `${filling}a`, `${filling}b`]) {
        assertClaim(await store.claim(one, long, long));
      }
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
      assert.ok(assertRunning(await store.claim(key, long - 500, long)) <= long - 500);
    },
  ],
  [
    'still counts a claim as held when its lease has passed and nobody else came',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim(shortMs);
      await lapse();
      assert.equal(await store.extend(key, token, long), true);
      assertRunning(await store.claim(key, long, long));
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
      assertRunning(await store.claim(key, long, long));
    },
  ],
  [
    'holds a claim for its lease, though progress would be kept for less',
    async ({ store, key, claim, lapse, shortMs }) => {
      const { token } = await claim(long, shortMs);
      await lapse();
      assertRunning(await store.claim(key, long, long));
      assert.equal(await store.complete(key, token, long), true);
    },
  ],
];
