import assert from 'node:assert/strict';
import { long, type Promises } from './bench';

/** What a store promises about deliveries that are done, and about what is none of its own. */
export const finishing: Promises = [
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
