import assert from 'node:assert/strict';
import type { JournalEntry } from '../../foundations/contracts/journal';
import { assertSame, type Bench, entries, entry, keysOf, type Promises } from './bench';

const oddTexts = [
  '',
  '__proto__',
  'constructor',
  'nul \0 within',
  'lone \uD800 surrogates \uDC00',
  'line\nends\r\n\u2028\u2029',
  '"quoted" \\ \'',
  'größer 日本 🎈',
  '%_*?{}',
];

/** What a journal promises about keeping: an entry as it came, one for each key. */
export const keeping: Promises = [
  [
    'keeps an entry as it came, every byte of its body',
    (bench) =>
      arrivesWhole(bench, entry({ rawBody: Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)) })),
  ],
  ['keeps an entry with an empty body', (bench) => arrivesWhole(bench, entry({ rawBody: Buffer.alloc(0) }))],
  [
    'keeps an entry with a body of 5 MB',
    (bench) => arrivesWhole(bench, entry({ rawBody: Buffer.alloc(5 * 1024 * 1024, 'text, \0, and \uD83C\uDF88\n') })),
  ],
  [
    'keeps an entry that names no event and has no tenant, no headers and no params',
    (bench) => arrivesWhole(bench, entry({ event: undefined, tenant: undefined, headers: {}, params: {} })),
  ],
  [
    'leaves out headers and params that are undefined',
    (bench) =>
      arrivesWhole(bench, entry({ headers: { 'x-absent': undefined, 'x-here': '' }, params: { absent: undefined } })),
  ],
  [
    'keeps any text as event, as tenant, and in headers and params',
    async ({ keep, all, keys }) => {
      const kept = oddTexts.map((text) => entry({ event: text, tenant: text, ...odd(text) }));
      await keep(...kept);
      const found = await all();
      assert.equal(found.length, kept.length);
      for (const [index, one] of kept.entries()) {
        assertSame(found[index], one);
        assert.deepEqual(await keys({ events: [one.event as string] }), [one.key]);
        assert.deepEqual(await keys({ tenant: one.tenant }), [one.key]);
      }
    },
  ],
  [
    'keeps one entry for a key, the first, and changes nothing for a repeat',
    async ({ journal, keep, all }) => {
      const first = entry();
      await keep(first, entry());
      await journal.append({ ...first, receivedAt: first.receivedAt + 1000, rawBody: Buffer.from('another') });
      const found = await all();
      assert.equal(found.length, 2);
      assertSame(found[0], first);
    },
  ],
  [
    'keeps one entry for a key that comes many times at once',
    async ({ journal, keys }) => {
      const one = entry();
      await Promise.all(Array.from({ length: 20 }, () => journal.append(one)));
      assert.deepEqual(await keys(), [one.key]);
    },
  ],
  [
    'keeps all of many entries that come at once',
    async ({ journal, keys }) => {
      const many = entries(200);
      await Promise.all(many.map((one) => journal.append(one)));
      assert.deepEqual((await keys()).sort(), keysOf(many).sort());
    },
  ],
  [
    'has kept an entry as soon as append has resolved',
    async ({ journal, keys }) => {
      for (const one of entries(10)) {
        await journal.append(one);
        assert.deepEqual(await keys({ key: one.key }), [one.key]);
      }
    },
  ],
  [
    'answers a ping, if it has one, and keeps nothing by it',
    async ({ journal, keep, keys }) => {
      assert.equal(await journal.ping?.(), undefined);
      assert.deepEqual(await keys(), []);
      const one = entry();
      await keep(one);
      assert.equal(await journal.ping?.(), undefined);
      assert.deepEqual(await keys(), [one.key]);
    },
  ],
  [
    'counts its entries, and says when the oldest and the newest were received',
    async ({ journal, keep }) => {
      const { entries: none, oldest, newest, unreadable } = await journal.stats();
      assert.deepEqual(
        { none, oldest, newest, unreadable },
        { none: 0, oldest: undefined, newest: undefined, unreadable: 0 },
      );
      const [early, middle, late] = entries(3) as [JournalEntry, JournalEntry, JournalEntry];
      await keep(middle, late, early, middle);
      const stats = await journal.stats();
      assert.deepEqual(
        { ...stats, bytes: stats.bytes > 0 },
        { entries: 3, bytes: true, oldest: early.receivedAt, newest: late.receivedAt, unreadable: 0 },
      );
    },
  ],
];

function odd(text: string): Pick<JournalEntry, 'headers' | 'params'> {
  // An assignment would set the prototype for __proto__.
  return {
    headers: Object.fromEntries([
      [text, 'by its name'],
      ['x-value', text],
    ]),
    params: Object.fromEntries([
      [text, 'by its name'],
      ['value', text],
    ]),
  };
}

async function arrivesWhole({ keep, all }: Bench, one: JournalEntry): Promise<void> {
  await keep(one);
  const found = await all();
  assert.equal(found.length, 1);
  assertSame(found[0], one);
  const [byKey] = await all({ key: one.key });
  assertSame(byKey, one);
}
