import assert from 'node:assert/strict';
import { assertSame, entries, entry, keysOf, type Promises } from './bench';
import { assertEnd, end } from './ending';

/** A place of a replay, in characters. */
const longestPlace = 2000;

/** What a journal promises beyond its process: all is there when it is opened again. */
export const lasting: Promises = [
  [
    'may be closed unused',
    async ({ reopen, keys }) => {
      await reopen();
      assert.deepEqual(await keys(), []);
    },
  ],
  [
    'holds entries and ends when it is opened again, in the same order',
    async ({ journal, keep, all, keys, reopen }) => {
      const many = entries(20);
      await keep(...many);
      await journal.ended(many[3]?.key as string, end('failed', ['a'], 1000));
      await journal.ended(many[3]?.key as string, end('processed', ['b'], 2000));
      await reopen();
      const found = await all();
      assert.equal(found.length, 20);
      for (const [index, one] of many.entries()) assertSame(found[index], one);
      assertEnd(found[3], 'processed', ['a', 'b'], 2000);
      assert.equal(found[4]?.end, undefined);
      assert.deepEqual(await keys({ order: 'newest first' }), keysOf(many).reverse());
    },
  ],
  [
    'keeps one entry for a key, and adds to its end, when it is opened again',
    async ({ journal, keep, all, reopen }) => {
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('failed', ['a']));
      const again = await reopen();
      await keep(one, entry());
      await again.ended(one.key, end('processed', ['b']));
      const found = await all();
      assert.equal(found.length, 2);
      assertEnd(found[0], 'processed', ['a', 'b']);
    },
  ],
  [
    'goes on behind a position when it is opened again, also with what is kept then',
    async ({ keep, all, keys, reopen }) => {
      const many = entries(5);
      await keep(...many);
      const after = (await all())[2]?.position;
      await reopen();
      const later = entry();
      await keep(later);
      assert.deepEqual(await keys({ after }), keysOf([...many.slice(3), later]));
      assert.deepEqual(await keys({ after, order: 'newest first' }), keysOf(many.slice(0, 2).reverse()));
    },
  ],
  [
    'has forgotten for good when it is opened again',
    async ({ journal, keep, keys, reopen }) => {
      const many = entries(4, (index) => ({ tenant: index < 2 ? 'acme' : 'other' }));
      await keep(...many);
      await journal.ended(many[0]?.key as string, end('processed', ['a']));
      await journal.forget({ tenant: 'acme' });
      const again = await reopen();
      assert.deepEqual(await keys(), keysOf(many.slice(2)));
      assert.equal((await again.stats()).entries, 2);
    },
  ],
  [
    'remembers how far a replay is, for each name, until it is told to forget it',
    async ({ journal, keep, all }) => {
      await keep(...entries(2));
      const [first, second] = (await all()).map(({ position }) => position) as [string, string];
      const names = ['backfill', '__proto__', 'constructor', 'nul \0', 'lone \uD800', 'größer "quoted" 🎈'];
      for (const name of names) {
        assert.equal(await journal.marked(name), undefined);
        await journal.mark(name, first);
      }
      await journal.mark('backfill', second);
      assert.deepEqual(await Promise.all(names.map((name) => journal.marked(name))), [
        second,
        ...names.slice(1).fill(first),
      ]);
      // More than a position.
      const place = (filling: number) => JSON.stringify({ after: second, 'größer "quoted" 🎈': 'x'.repeat(filling) });
      const longest = place(longestPlace - place(0).length);
      await journal.mark('backfill', longest);
      assert.equal(await journal.marked('backfill'), longest);
      await journal.mark('backfill', undefined);
      await journal.mark('never marked', undefined);
      assert.equal(await journal.marked('backfill'), undefined);
      assert.equal(await journal.marked('__proto__'), first);
    },
  ],
  [
    'remembers how far a replay is when it is opened again',
    async ({ journal, keep, all, keys, reopen }) => {
      const many = entries(3);
      await keep(...many);
      await journal.mark('backfill', (await all())[0]?.position);
      await journal.mark('gone', (await all())[0]?.position);
      await journal.mark('gone', undefined);
      const again = await reopen();
      assert.deepEqual(await keys({ after: await again.marked('backfill') }), keysOf(many.slice(1)));
      assert.equal(await again.marked('gone'), undefined);
    },
  ],
];
