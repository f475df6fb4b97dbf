import assert from 'node:assert/strict';
import { entries, entry, keysOf, type Promises } from './bench';
import { end } from './ending';

/** What a journal promises about forgetting: what is named is gone, and nothing else. */
export const forgetting: Promises = [
  [
    'forgets an entry by its key, and says how many that were',
    async ({ journal, keep, keys }) => {
      const many = entries(3);
      await keep(...many);
      const key = many[1]?.key as string;
      await journal.ended(key, end('processed', ['a']));
      assert.equal(await journal.forget({ key }), 1);
      assert.equal(await journal.forget({ key }), 0);
      assert.deepEqual(await keys({ key }), []);
      assert.deepEqual(await keys(), [many[0]?.key, many[2]?.key]);
    },
  ],
  [
    'forgets the entries of a tenant, and none of another with a similar name or without a tenant',
    async ({ journal, keep, keys }) => {
      const tenants = ['acme', 'acme', 'other', undefined, 'acme 2', 'ACME', 'acmé', ' acme', 'a_me', '%'];
      const many = entries(10, (index) => ({ tenant: tenants[index] }));
      await keep(...many);
      assert.equal(await journal.forget({ tenant: 'nobody' }), 0);
      assert.equal(await journal.forget({ tenant: 'acme' }), 2);
      assert.deepEqual(await keys(), keysOf(many.slice(2)));
      assert.equal(await journal.forget({ tenant: 'a_me' }), 1);
      assert.equal(await journal.forget({ tenant: '%' }), 1);
      assert.deepEqual(await keys(), keysOf(many.slice(2, 8)));
      assert.deepEqual(await keys({ tenant: 'acme' }), []);
    },
  ],
  [
    'forgets what was received before a moment',
    async ({ journal, keep, keys }) => {
      const many = entries(5);
      await keep(...many);
      const before = many[3]?.receivedAt as number;
      assert.equal(await journal.forget({ before }), 3);
      assert.equal(await journal.forget({ before }), 0);
      assert.deepEqual(await keys(), keysOf(many.slice(3)));
    },
  ],
  [
    'forgets everything',
    async ({ journal, keep, keys }) => {
      await keep(...entries(5));
      assert.equal(await journal.forget({ before: Date.now() + 1000 }), 5);
      assert.deepEqual(await keys(), []);
      assert.equal((await journal.stats()).entries, 0);
      const next = entry();
      await keep(next);
      assert.deepEqual(await keys(), [next.key]);
    },
  ],
  [
    'counts no more what it has forgotten',
    async ({ journal, keep }) => {
      const many = entries(4);
      await keep(...many);
      await journal.forget({ before: many[1]?.receivedAt as number });
      const { entries: count, oldest, newest } = await journal.stats();
      assert.deepEqual(
        { count, oldest, newest },
        { count: 3, oldest: many[1]?.receivedAt, newest: many[3]?.receivedAt },
      );
    },
  ],
  [
    'keeps a forgotten key again when it comes again, with no end from before',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('processed', ['a']));
      await journal.forget({ key: one.key });
      await journal.ended(one.key, end('processed', ['late']));
      assert.deepEqual(await all(), []);
      await keep(one);
      const found = await all();
      assert.equal(found.length, 1);
      assert.equal(found[0]?.end, undefined);
    },
  ],
  [
    'keeps the ends and the order of what it does not forget',
    async ({ journal, keep, all, keys }) => {
      const many = entries(6, (index) => ({ tenant: index % 2 === 0 ? 'acme' : 'other' }));
      await keep(...many);
      for (const { key } of many) await journal.ended(key, end('processed', [`of ${key}`]));
      await journal.forget({ tenant: 'acme' });
      const found = await all();
      assert.deepEqual(
        found.map((record) => [record.key, record.end?.succeeded]),
        [1, 3, 5].map((index) => [many[index]?.key, [`of ${many[index]?.key ?? ''}`]]),
      );
      assert.deepEqual(await keys({ order: 'newest first' }), found.map(({ key }) => key).reverse());
    },
  ],
  [
    'goes on behind a position whose entry is forgotten',
    async ({ journal, keep, all, keys }) => {
      const many = entries(5);
      await keep(...many);
      const after = (await all())[2]?.position;
      await journal.forget({ key: many[2]?.key as string });
      await journal.forget({ key: many[0]?.key as string });
      assert.deepEqual(await keys({ after }), keysOf(many.slice(3)));
      assert.deepEqual(await keys({ after, order: 'newest first' }), [many[1]?.key]);
    },
  ],
  [
    'puts what is kept behind every earlier position, though everything was forgotten meanwhile',
    async ({ journal, keep, all, keys }) => {
      await keep(...entries(3));
      const after = (await all())[2]?.position;
      await journal.forget({ before: Date.now() + 1000 });
      const later = entry();
      await keep(later);
      assert.deepEqual(await keys({ after }), [later.key]);
      assert.deepEqual(await keys({ after, order: 'newest first' }), []);
    },
  ],
  [
    'forgets while entries come, end and are found, and loses none of them',
    async ({ journal, keep, all, keys }) => {
      const old = entries(60, (index) => ({ tenant: index % 2 === 0 ? 'acme' : 'other' }));
      await keep(...old);
      const fresh = entries(60, () => ({ tenant: 'other' }));
      const found: string[] = [];
      async function comeAndEnd(): Promise<void> {
        for (const one of fresh) {
          await journal.append(one);
          await journal.ended(one.key, end('processed', ['a']));
        }
      }
      async function look(): Promise<void> {
        for await (const { key } of journal.find({ order: 'oldest first', to: old[59]?.receivedAt })) found.push(key);
      }
      const [, , forgotten] = await Promise.all([comeAndEnd(), look(), journal.forget({ tenant: 'acme' })]);
      assert.equal(forgotten, 30);
      const others = old.filter(({ tenant }) => tenant === 'other');
      assert.equal(new Set(found).size, found.length);
      assert.deepEqual((await keys()).sort(), keysOf([...others, ...fresh]).sort());
      const ended = (await all()).filter((record) => record.end !== undefined).map(({ key }) => key);
      assert.deepEqual(ended.sort(), keysOf(fresh).sort());
    },
  ],
];
