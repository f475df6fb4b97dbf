import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { long, type Promises } from './bench';

/** What a store promises about progress: no success is lost, and none outlives its time. */
export const progress: Promises = [
  [
    'lets a repeat claim a released delivery at once, with the successes of before',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      assert.equal(await store.succeeded(key, token, 'a handler, with "quotes"', long), true);
      assert.equal(await store.succeeded(key, token, '+*', long), true);
      assert.equal(await store.succeeded(key, token, '+*', long), true);
      assert.equal(await store.succeeded(key, token, 'größer 日本 🎈', long), true);
      assert.equal(await store.release(key, token), true);
      assert.equal(await store.release(key, token), false);
      const { attempt, succeeded } = await claim();
      assert.equal(attempt, 2);
      assert.deepEqual([...succeeded].sort(), ['+*', 'a handler, with "quotes"', 'größer 日本 🎈']);
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
    "adds a success although the claim is another's by now",
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
    'adds a success after its claim was released, and says that nobody holds it',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      await store.release(key, token);
      assert.equal(await store.succeeded(key, token, 'late', long), false);
      const { attempt, succeeded } = await claim();
      assert.deepEqual({ attempt, succeeded: [...succeeded] }, { attempt: 2, succeeded: ['late'] });
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
    'adds all of many successes that come at once, also of names that differ in case alone',
    async ({ store, key, claim }) => {
      const { token } = await claim();
      const names = Array.from({ length: 10 }, (_, index) => [`handler ${index}`, `Handler ${index}`])
        .flat()
        .sort();
      const held = await Promise.all(names.map(async (name) => store.succeeded(key, token, name, long)));
      assert.ok(held.every(Boolean));
      await store.release(key, token);
      assert.deepEqual([...(await claim()).succeeded].sort(), names);
    },
  ],
  [
    'keeps progress for its time, however short the leases are',
    async ({ store, key, claim, lapse, shortMs }) => {
      const first = await claim(shortMs);
      await store.succeeded(key, first.token, 'kept', long);
      assert.equal(await store.extend(key, first.token, shortMs), true);
      await lapse();
      const second = await claim(shortMs);
      assert.deepEqual([second.attempt, ...second.succeeded], [2, 'kept']);
      await store.release(key, second.token);
      await lapse();
      const third = await claim();
      assert.deepEqual([third.attempt, ...third.succeeded], [3, 'kept']);
    },
  ],
];
