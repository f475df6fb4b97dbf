import type { Journal, JournalEntry, JournalQuery, JournalRecord } from '../../src/foundations/contracts/journal';
import { journalContract } from '../../src/testing';
import { arrayJournal, memory } from './array-journal';

/** A journal for each namespace, as if it lay on a disk. */
function onDisk(change: (journal: Journal) => Partial<Journal> = () => ({})) {
  const disks = new Map<string, ReturnType<typeof memory>>();
  return (namespace: string): Journal => {
    const held = disks.get(namespace) ?? memory();
    disks.set(namespace, held);
    const journal = arrayJournal(held);
    return { ...journal, ...change(journal) };
  };
}

describe('a journal in an array keeps the contract:', () => {
  for (const { name, run } of journalContract({ journal: onDisk() })) test(name, run);
});

test('cleans up after each case, also after one that fails', async () => {
  const opened = new Set<string>();
  const closed: string[] = [];
  const make = onDisk(() => ({ append: () => Promise.reject(new Error('full')) }));
  const cases = journalContract({
    journal(namespace) {
      opened.add(namespace);
      return make(namespace);
    },
    close: (namespace) => closed.push(namespace),
  });
  await Promise.allSettled(cases.map(({ run }) => run()));
  expect(closed.toSorted()).toEqual([...opened].toSorted());
  expect(closed).toHaveLength(cases.length);
});

const appending = (change: (entry: JournalEntry) => JournalEntry) =>
  onDisk(({ append }) => ({ append: (entry) => append(change(entry)) }));
const asking = (change: (query: JournalQuery) => JournalQuery) =>
  onDisk(({ find }) => ({ find: (query) => find(change(query)) }));
const finding = (change: (record: JournalRecord) => readonly JournalRecord[]) =>
  onDisk(({ find }) => ({
    async *find(query) {
      for await (const record of find(query)) yield* change(record);
    },
  }));

function withoutKeys() {
  let count = 0;
  return onDisk(({ append, find }) => ({
    append: (entry) => append({ ...entry, key: `${entry.key}${++count}` }),
    async *find({ key: _, ...query }) {
      for await (const record of find(query)) yield { ...record, key: record.key.slice(0, 64) };
    },
  }));
}

const broken: readonly (readonly [string, () => (namespace: string) => Journal, readonly string[]])[] = [
  ['cuts what is long', () => appending((entry) => ({ ...entry, rawBody: entry.rawBody.subarray(0, 1e6) })), ['5 MB']],
  [
    'takes bytes for text',
    () => appending((entry) => ({ ...entry, rawBody: Buffer.from(entry.rawBody.toString('utf8')) })),
    ['every byte'],
  ],
  ['loses params', () => appending((entry) => ({ ...entry, params: {} })), ['every byte', 'any text as event']],
  [
    'keeps no NUL',
    () => appending((entry) => ({ ...entry, event: entry.event?.replaceAll('\0', '') })),
    ['any text as event'],
  ],
  ['knows no keys', withoutKeys, ['nothing for a repeat', 'many times at once', 'adds to its end']],
  [
    'keeps nothing',
    () => onDisk(() => ({ append: async () => undefined })),
    ['as soon as append', 'entries that come at once'],
  ],
  ['rejects a ping', () => onDisk(() => ({ ping: () => Promise.reject(new Error('away')) })), ['answers a ping']],
  [
    'forgets ends',
    () => onDisk(() => ({ ended: async () => undefined })),
    ['until it is told one', 'ends of many apart'],
  ],
  [
    'keeps the first end',
    () => {
      const ended = new Set<string>();
      return onDisk((journal) => ({
        async ended(key, end) {
          if (ended.has(key)) return;
          ended.add(key);
          await journal.ended(key, end);
        },
      }));
    },
    ['replaces an earlier', 'names of ends that come at once', 'newest outcome'],
  ],
  [
    'holds what it is told last',
    () => onDisk((journal) => ({ ended: (key, end) => journal.ended(key, { ...end, endedAt: performance.now() }) })),
    ['outcome that ended last'],
  ],
  [
    'takes what is not ended for ended now',
    () => onDisk((journal) => ({ ended: (key, end) => journal.ended(key, { ...end, endedAt: end.endedAt || 9e12 }) })),
    ['what is not ended'],
  ],
  [
    'knows no order',
    () => asking((query) => ({ ...query, order: 'oldest first' })),
    ['order in which', 'by either order'],
  ],
  [
    'orders by when entries were received',
    () =>
      onDisk(({ find }) => ({
        async *find(query) {
          const found: JournalRecord[] = [];
          for await (const record of find(query)) found.push(record);
          const sign = query.order === 'oldest first' ? 1 : -1;
          yield* found.sort((a, b) => sign * (a.receivedAt - b.receivedAt));
        },
      })),
    ['order in which'],
  ],
  ['knows no positions', () => asking(({ after: _, ...query }) => query), ['in either order', 'is forgotten']],
  ['knows no tenant', () => asking(({ tenant: _, ...query }) => query), ['finds by tenant', 'together']],
  ['knows no events', () => asking(({ events: _, ...query }) => query), ['finds by events', 'together']],
  ['knows no outcomes', () => asking(({ outcomes: _, ...query }) => query), ['newest outcome', 'together']],
  ['knows no times', () => asking(({ from: _, to: __, ...query }) => query), ['from a moment on', 'together']],
  ['takes to as the last', () => asking(({ to, ...query }) => ({ ...query, to: to && to + 1 })), ['from a moment on']],
  ['finds all twice', () => finding((record) => [record, record]), ['each once', 'each entry once']],
  ['says no position', () => finding((record) => [{ ...record, position: 'same' }]), ['in either order']],
  [
    'forgets too much',
    () => onDisk(({ forget }) => ({ forget: () => forget({ before: Infinity }) })),
    ['by its key', 'of a tenant', 'received before'],
  ],
  [
    'forgets tenants by a pattern',
    () =>
      onDisk(({ find, forget }) => ({
        async forget(which) {
          if (!('tenant' in which)) return await forget(which);
          const pattern = new RegExp(`^${which.tenant.replaceAll('_', '.').replaceAll('%', '.*')}`, 'i');
          const doomed: string[] = [];
          for await (const { key, tenant } of find({ order: 'oldest first' })) {
            if (tenant !== undefined && pattern.test(tenant)) doomed.push(key);
          }
          for (const key of doomed) await forget({ key });
          return doomed.length;
        },
      })),
    ['of a tenant'],
  ],
  [
    'begins anew with its positions',
    () =>
      onDisk(({ append, find, forget, stats }) => {
        // Behind the numbers of those that are there.
        const numbers = new Map<string, number>();
        const after = (query: JournalQuery) => (query.after === undefined ? undefined : Number(query.after));
        return {
          async append(entry) {
            if ((await stats()).entries === 0) numbers.clear();
            if (!numbers.has(entry.key)) numbers.set(entry.key, numbers.size + 1);
            await append(entry);
          },
          forget,
          async *find(query) {
            const behind = after(query);
            const sign = query.order === 'oldest first' ? 1 : -1;
            for await (const record of find({ ...query, after: undefined })) {
              const number = numbers.get(record.key) as number;
              if (behind !== undefined && sign * (number - behind) <= 0) continue;
              yield { ...record, position: String(number) };
            }
          },
        };
      }),
    ['behind every earlier position'],
  ],
  [
    'ends its answer after a thousand',
    () =>
      onDisk(({ find }) => ({
        async *find(query) {
          let count = 0;
          for await (const record of find(query)) if (++count <= 1000) yield record;
        },
      })),
    ['finds many'],
  ],
  ['knows one scheme', () => appending((entry) => ({ ...entry, scheme: 'hmac' })), ['every byte']],
  ['only says that it forgets', () => onDisk(() => ({ forget: async () => 1 })), ['by its key', 'forgets everything']],
  [
    'counts nothing',
    () => onDisk(({ stats }) => ({ stats: async () => ({ ...(await stats()), entries: 0 }) })),
    ['counts its entries', 'counts no more'],
  ],
  [
    'has one mark',
    () => onDisk(({ mark, marked }) => ({ mark: (_, at) => mark('', at), marked: () => marked('') })),
    ['for each name'],
  ],
  [
    'cuts marks to the length of a position',
    () => onDisk(({ mark }) => ({ mark: (name, place) => mark(name, place?.slice(0, 200)) })),
    ['for each name'],
  ],
  ['loses marks', () => onDisk(() => ({ mark: async () => undefined })), ['for each name', 'how far a replay is when']],
  ['is empty when it is opened again', () => () => arrayJournal(), ['in the same order', 'is opened again, also']],
];

test.concurrent.each(broken)('a journal that %s breaks the contract', async (_, make, promises) => {
  const cases = journalContract({ journal: make() });
  for (const words of promises) {
    const [promise, ...others] = cases.filter(({ name }) => name.includes(words));
    expect({ words, others }).toStrictEqual({ words, others: [] });
    await expect(promise?.run()).rejects.toThrow();
  }
});
