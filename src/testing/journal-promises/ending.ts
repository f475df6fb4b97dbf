import assert from 'node:assert/strict';
import type { JournalEnd, JournalEntry, JournalRecord } from '../../foundations/contracts/journal';
import type { Outcome } from '../../foundations/outcomes';
import { entries, entry, type Promises } from './bench';

/** What a journal promises about ends: the newest outcome, and every name. */
export const ending: Promises = [
  [
    'knows no end until it is told one',
    async ({ journal, keep, all }) => {
      const [first, second] = [entry(), entry()];
      await keep(first, second);
      await journal.ended(second.key, end('processed', ['a']));
      const found = await all();
      assert.equal(found[0]?.end, undefined);
      assertEnd(found[1], 'processed', ['a']);
    },
  ],
  [
    'replaces an earlier outcome, and adds the names to those before',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('failed', ['a', 'b'], 1000));
      await journal.ended(one.key, end('processed', ['b', 'c'], 2000));
      assertEnd((await all())[0], 'processed', ['a', 'b', 'c'], 2000);
      await journal.ended(one.key, end('duplicate', [], 3000));
      assertEnd((await all({ key: one.key }))[0], 'duplicate', ['a', 'b', 'c'], 3000);
    },
  ],
  [
    'holds the outcome that ended last, in whatever order it is told',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('processed', ['a'], 2000));
      await journal.ended(one.key, end('failed', ['b'], 1000));
      assertEnd((await all())[0], 'processed', ['a', 'b'], 2000);
      await journal.ended(one.key, end('duplicate', [], 2000));
      assertEnd((await all())[0], 'duplicate', ['a', 'b'], 2000);
    },
  ],
  [
    'lets what is not ended replace no end, in whatever order it is told',
    async ({ journal, keep, all }) => {
      const [one, other] = entries(2) as [JournalEntry, JournalEntry];
      await keep(one, other);
      await journal.ended(one.key, end('failed', ['a'], 1000));
      await journal.ended(one.key, end('queued', [], 0));
      await journal.ended(other.key, end('queued', [], 0));
      assertEnd((await all({ key: other.key }))[0], 'queued', [], 0);
      await journal.ended(other.key, end('failed', ['a'], 1000));
      for (const record of await all()) assertEnd(record, 'failed', ['a'], 1000);
    },
  ],
  [
    'adds the names of ends that come at once',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      const names = Array.from({ length: 20 }, (_, index) => `handler ${index}`);
      await Promise.all(names.map((name) => journal.ended(one.key, end('processed', [name]))));
      assertEnd((await all())[0], 'processed', names);
    },
  ],
  [
    'keeps any text as the name of a handler',
    async ({ journal, keep, all }) => {
      const names = ['__proto__', '', 'nul \0', 'lone \uD800', 'a "name", {quoted}', '+*', 'größer 🎈', 'two\nlines'];
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('processed', names));
      assertEnd((await all())[0], 'processed', names);
    },
  ],
  [
    'passes over the end of an unknown key, also when that key is kept later',
    async ({ journal, keep, all }) => {
      const [kept, unknown] = [entry(), entry()];
      await keep(kept);
      await journal.ended(unknown.key, end('processed', ['a']));
      assert.equal((await all()).length, 1);
      await keep(unknown);
      assert.deepEqual(
        (await all()).map((found) => found.end),
        [undefined, undefined],
      );
    },
  ],
  [
    'keeps the end when the entry comes again',
    async ({ journal, keep, all }) => {
      const one = entry();
      await keep(one);
      await journal.ended(one.key, end('processed', ['a']));
      await keep(one);
      assertEnd((await all())[0], 'processed', ['a']);
    },
  ],
  [
    'keeps the ends of many apart',
    async ({ journal, all }) => {
      const many = entries(50);
      await Promise.all(
        many.map(async ({ key }, index) => {
          await journal.append(many[index] as (typeof many)[number]);
          await journal.ended(key, end(index % 2 === 0 ? 'processed' : 'failed', [`handler ${index}`]));
        }),
      );
      const found = new Map((await all()).map((record) => [record.key, record]));
      for (const [index, { key }] of many.entries()) {
        assertEnd(found.get(key), index % 2 === 0 ? 'processed' : 'failed', [`handler ${index}`]);
      }
    },
  ],
];

export function end(outcome: Outcome, succeeded: readonly string[], endedAt = Date.now()): JournalEnd {
  return { outcome, succeeded, endedAt };
}

export function assertEnd(
  found: JournalRecord | undefined,
  outcome: Outcome,
  succeeded: readonly string[],
  endedAt?: number,
): void {
  assert.ok(found?.end !== undefined, 'the end is missing');
  assert.equal(found.end.outcome, outcome);
  assert.deepEqual([...found.end.succeeded].sort(), [...succeeded].sort());
  if (endedAt !== undefined) assert.equal(found.end.endedAt, endedAt);
}
