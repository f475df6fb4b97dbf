import assert from 'node:assert/strict';
import type { JournalEntry } from '../../foundations/contracts/journal';
import { entries, entry, keysOf, type Promises } from './bench';
import { assertEnd, end } from './ending';

/** What a journal promises about finding: what is asked for, in order, each once. */
export const finding: Promises = [
  ['finds nothing in an empty journal', async ({ keys }) => assert.deepEqual(await keys(), [])],
  [
    'finds by key, and nothing by an unknown one',
    async ({ keep, keys }) => {
      const many = entries(3);
      await keep(...many);
      assert.deepEqual(await keys({ key: many[1]?.key }), [many[1]?.key]);
      assert.deepEqual(await keys({ key: entry().key }), []);
    },
  ],
  [
    'finds from a moment on, and before a moment, by when entries were received',
    async ({ keep, keys }) => {
      const many = entries(5);
      await keep(...many);
      const [, from, , to] = many.map(({ receivedAt }) => receivedAt);
      assert.deepEqual(await keys({ from }), keysOf(many.slice(1)));
      assert.deepEqual(await keys({ to }), keysOf(many.slice(0, 3)));
      assert.deepEqual(await keys({ from, to }), keysOf(many.slice(1, 3)));
      assert.deepEqual(await keys({ from: to, to: from }), []);
    },
  ],
  [
    'finds by events, and no entry without one',
    async ({ keep, keys }) => {
      const events = ['notes_created', 'notes_updated', undefined, 'answers_created', 'notes_created'];
      const many = entries(5, (index) => ({ event: events[index] }));
      await keep(...many);
      assert.deepEqual(await keys({ events: ['notes_created'] }), [many[0]?.key, many[4]?.key]);
      assert.deepEqual(await keys({ events: ['answers_created', 'notes_updated'] }), [many[1]?.key, many[3]?.key]);
      assert.deepEqual(await keys({ events: ['undefined'] }), []);
    },
  ],
  [
    'finds by tenant, and no entry without one',
    async ({ keep, keys }) => {
      const tenants = ['acme', undefined, 'acme 2', 'acme'];
      const many = entries(4, (index) => ({ tenant: tenants[index] }));
      await keep(...many);
      assert.deepEqual(await keys({ tenant: 'acme' }), [many[0]?.key, many[3]?.key]);
      assert.deepEqual(await keys({ tenant: 'ACME' }), []);
    },
  ],
  [
    'finds by the newest outcome, and no entry whose end is unknown',
    async ({ journal, keep, keys }) => {
      const [again, failed, , done] = await keptMany(keep);
      await journal.ended(again.key, end('failed', []));
      await journal.ended(failed.key, end('failed', []));
      await journal.ended(done.key, end('processed', []));
      await journal.ended(again.key, end('processed', []));
      assert.deepEqual(await keys({ outcomes: ['failed'] }), [failed.key]);
      assert.deepEqual(await keys({ outcomes: ['processed'] }), [again.key, done.key]);
      assert.deepEqual(await keys({ outcomes: ['processed', 'failed'] }), [again.key, failed.key, done.key]);
    },
  ],
  [
    'finds by all that is asked for together',
    async ({ journal, keep, keys }) => {
      const many = entries(24, (index) => ({
        event: index % 2 === 0 ? 'notes_created' : 'notes_updated',
        tenant: index % 3 === 0 ? 'acme' : 'other',
      }));
      await keep(...many);
      for (const { key } of many.slice(0, 8)) await journal.ended(key, end('failed', []));
      const query = {
        from: many[1]?.receivedAt,
        events: ['notes_created'],
        tenant: 'acme',
        outcomes: ['failed'] as const,
      };
      assert.deepEqual(await keys(query), [many[6]?.key]);
      assert.deepEqual(await keys({ ...query, key: many[0]?.key }), []);
    },
  ],
  [
    'finds in the order in which entries were kept, oldest or newest first, whenever they were received',
    async ({ keep, keys }) => {
      const [first, second, third] = entries(3) as [JournalEntry, JournalEntry, JournalEntry];
      await keep(third, first, second);
      assert.deepEqual(await keys({ order: 'oldest first' }), keysOf([third, first, second]));
      assert.deepEqual(await keys({ order: 'newest first' }), keysOf([second, first, third]));
    },
  ],
  [
    'goes on behind a position, in either order',
    async ({ keep, all, keys }) => {
      const many = entries(6, (index) => ({ event: index % 2 === 0 ? 'notes_created' : 'notes_updated' }));
      await keep(...many);
      const found = await all();
      assert.equal(new Set(found.map(({ position }) => position)).size, 6);
      const after = found[2]?.position;
      assert.deepEqual(await keys({ after }), keysOf(many.slice(3)));
      assert.deepEqual(await keys({ after, events: ['notes_created'] }), [many[4]?.key]);
      assert.deepEqual(await keys({ after, order: 'newest first' }), keysOf(many.slice(0, 2).reverse()));
      assert.deepEqual(await keys({ after: found[5]?.position }), []);
      assert.deepEqual(await keys({ after: found[0]?.position, order: 'newest first' }), []);
    },
  ],
  [
    'finds many, each once, by either order',
    async ({ journal, keys }) => {
      // More than the page of any usual service.
      const many = entries(1100);
      await Promise.all(many.map((one) => journal.append(one)));
      await Promise.all(many.map(({ key }) => journal.ended(key, end('processed', ['a']))));
      const found = await keys();
      assert.deepEqual([...found].sort(), keysOf(many).sort());
      assert.deepEqual(await keys({ order: 'newest first' }), found.reverse());
    },
  ],
  [
    'finds each entry once while others are kept and end',
    async ({ journal, keep }) => {
      for (const order of ['oldest first', 'newest first'] as const) {
        const before = entries(40);
        await keep(...before);
        const found: string[] = [];
        for await (const { key } of journal.find({ order })) {
          found.push(key);
          if (found.length > 150) break;
          const other = entry();
          await journal.append(other);
          await journal.ended(other.key, end('processed', []));
          await journal.ended(key, end('processed', ['again']));
        }
        assert.equal(new Set(found).size, found.length);
        assert.deepEqual(
          keysOf(before).filter((key) => !found.includes(key)),
          [],
        );
      }
    },
  ],
  [
    'finds in two places at once',
    async ({ journal, keep }) => {
      const many = entries(20);
      await keep(...many);
      const pairs: unknown[] = [];
      const backwards = journal.find({ order: 'newest first' })[Symbol.asyncIterator]();
      for await (const { key } of journal.find({ order: 'oldest first' })) {
        const { value } = (await backwards.next()) as { readonly value?: { readonly key: string } };
        pairs.push([key, value?.key]);
      }
      assert.deepEqual(
        pairs,
        many.map(({ key }, index) => [key, many[19 - index]?.key]),
      );
      assert.equal((await backwards.next()).done, true);
    },
  ],
  [
    'may be left before it has found everything',
    async ({ journal, keep, keys }) => {
      const many = entries(30);
      await keep(...many);
      for await (const record of journal.find({ order: 'oldest first' })) {
        assert.equal(record.key, many[0]?.key);
        break;
      }
      const last = entry();
      await keep(last);
      assert.deepEqual(await keys(), keysOf([...many, last]));
    },
  ],
  [
    'finds an entry with the end that it has when it is found',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      for (const outcome of ['failed', 'processed'] as const) {
        await journal.ended(one.key, end(outcome, [outcome]));
        assert.equal((await all({ key: one.key }))[0]?.end?.outcome, outcome);
      }
      assertEnd((await all())[0], 'processed', ['failed', 'processed']);
    },
  ],
];

type Four = [JournalEntry, JournalEntry, JournalEntry, JournalEntry];

async function keptMany(keep: (...entries: readonly JournalEntry[]) => Promise<void>): Promise<Four> {
  const many = entries(4) as Four;
  await keep(...many);
  return many;
}
