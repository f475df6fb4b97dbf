import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {
  Journal,
  JournalEnd,
  JournalEntry,
  JournalQuery,
  JournalRecord,
} from '../../src/foundations/contracts/journal';
import { entry } from '../../src/testing/journal-promises/bench';
import { JournalModel } from './journal-model';

const places = 4;
const place = fc.nat({ max: places - 1 });
const events = ['notes_created', 'notes_updated', undefined] as const;
const tenants = ['acme', 'other', undefined] as const;
const outcomes = ['processed', 'failed', 'duplicate'] as const;
const names = ['a', 'b', 'c'] as const;
const firstAt = Date.UTC(2026, 10, 1);
/** The deliveries of a run came a second apart. */
const cameAt = (index: number): number => firstAt + index * 1000;

/** The journal, and what a run does to it beside. */
export interface RealJournal {
  readonly entries: readonly JournalEntry[];
  journal: Journal;
  /** Another one on what it has kept. */
  open(): Journal;
  /** Lets days pass, or `undefined` if its clock cannot be set. */
  readonly passDays: ((days: number) => void) | undefined;
  /** Removes what is old. */
  prune(): Promise<unknown>;
}

/** The deliveries of a run: some have the same event or tenant, no two the same key or time. */
export function entriesOfRun(): readonly JournalEntry[] {
  return Array.from({ length: places }, (_each, index) =>
    entry({
      event: events[index % 3],
      tenant: tenants[(index + (index >> 1)) % 3],
      receivedAt: cameAt(index),
      rawBody: Buffer.from([0, index, 0xff, 10, 13, 0x22]),
    }),
  );
}

type Check = (model: JournalModel, real: RealJournal) => Promise<void>;

function command(name: string, run: Check): fc.AsyncCommand<JournalModel, RealJournal> {
  return { check: () => true, run, toString: () => name };
}

const entryAt = ({ entries }: RealJournal, index: number): JournalEntry => entries[index] as JournalEntry;
const keyAt = (real: RealJournal, index: number): string => entryAt(real, index).key;

async function collect(journal: Journal, query: JournalQuery): Promise<readonly JournalRecord[]> {
  const found: JournalRecord[] = [];
  for await (const record of journal.find(query)) found.push(record);
  return found;
}

async function expectFound(
  { query, key, after }: Asked,
  model: JournalModel,
  real: RealJournal,
): Promise<readonly JournalRecord[]> {
  const asked = { ...query, key: key === undefined ? undefined : keyAt(real, key) };
  const all = await collect(real.journal, { order: asked.order });
  const behind = after === undefined ? undefined : all[after];
  const found = await collect(real.journal, { ...asked, after: behind?.position });
  const plain = found.map(({ position: _, end, ...record }) => ({
    entry: record,
    end: end && { ...end, succeeded: end.succeeded.toSorted() },
  }));
  assert.deepEqual(
    plain,
    model.find(asked, behind?.key).map(({ entry, end }) => ({ entry, end })),
  );
  return all;
}

/** What is asked for: the delivery with the key, and what lies behind the entry at a place in the whole. */
interface Asked {
  readonly query: JournalQuery;
  readonly key?: number | undefined;
  readonly after?: number | undefined;
}

const everything: Asked = { query: { order: 'oldest first' } };
const moment = fc.integer({ min: -1, max: places }).map(cameAt);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });
const asked: fc.Arbitrary<Asked> = fc.record({
  query: fc.record({
    order: fc.constantFrom('oldest first', 'newest first'),
    from: maybe(moment),
    to: maybe(moment),
    events: maybe(fc.subarray(['notes_created', 'notes_updated'], { minLength: 1 })),
    tenant: maybe(fc.constantFrom('acme', 'other', 'nobody')),
    outcomes: maybe(fc.subarray([...outcomes], { minLength: 1 })),
  }),
  key: fc.option(place, { nil: undefined, freq: 4 }),
  after: maybe(place),
});
const anEnd: fc.Arbitrary<JournalEnd> = fc.record({
  outcome: fc.constantFrom(...outcomes),
  succeeded: fc.subarray([...names]),
  endedAt: fc.integer({ min: 1, max: 4 }).map(cameAt),
});

const forgotten = fc.oneof(
  place.map((index) => ({ index })),
  fc.constantFrom('acme', 'other', 'nobody').map((tenant) => ({ tenant })),
  moment.map((before) => ({ before })),
);

const commands = fc.commands(
  [
    place.map((index) =>
      command(`${index} is appended`, async (model, real) => {
        await real.journal.append(entryAt(real, index));
        model.append(entryAt(real, index));
      }),
    ),
    place.map((index) =>
      command(`${index} is appended three times at once`, async (model, real) => {
        await Promise.all([1, 2, 3].map(() => real.journal.append(entryAt(real, index))));
        model.append(entryAt(real, index));
      }),
    ),
    fc.tuple(place, anEnd).map(([index, end]) =>
      command(`${index} ended: ${JSON.stringify(end)}`, async (model, real) => {
        await real.journal.ended(keyAt(real, index), end);
        model.ended(keyAt(real, index), end);
      }),
    ),
    asked.map((one) =>
      command(`found: ${JSON.stringify(one)}`, async (model, real) => void (await expectFound(one, model, real))),
    ),
    forgotten.map((which) =>
      command(`forgotten: ${JSON.stringify(which)}`, async (model, real) => {
        const asked = 'index' in which ? { key: keyAt(real, which.index) } : which;
        assert.equal(await real.journal.forget(asked), model.forget(asked));
      }),
    ),
    fc.integer({ min: 1, max: 3 }).map((days) =>
      command(`${days} days pass`, async (model, real) => {
        if (real.passDays === undefined) return;
        real.passDays(days);
        model.passDays(days);
      }),
    ),
    fc.constant(command('the old is removed', async (_model, real) => void (await real.prune()))),
    fc.tuple(fc.constantFrom('night', 'day'), maybe(place)).map(([name, index]) =>
      command(`${name} is marked at ${index}`, async (model, real) => {
        const position = (await expectFound(everything, model, real))[index ?? places]?.position;
        await real.journal.mark(name, position);
        if (position === undefined) model.marks.delete(name);
        else model.marks.set(name, position);
      }),
    ),
    fc.constant(
      command('it is closed, and opened again', async (_model, real) => {
        await real.journal.close?.();
        real.journal = real.open();
      }),
    ),
  ],
  { maxCommands: 24, size: 'max' },
);

/** After each run: all that was kept is there, whole and once, in its order, with its end; marks and counts are right. */
async function expectSame(model: JournalModel, real: RealJournal): Promise<void> {
  await expectFound(everything, model, real);
  const { entries, oldest, newest, unreadable } = await real.journal.stats();
  const times = model.kept.map(({ entry }) => entry.receivedAt);
  const [first, last] = times.length === 0 ? [] : [Math.min(...times), Math.max(...times)];
  assert.deepEqual(
    { entries, oldest, newest, unreadable },
    { entries: times.length, oldest: first, newest: last, unreadable: 0 },
  );
  for (const name of ['night', 'day']) assert.equal(await real.journal.marked(name), model.marks.get(name));
}

export async function compareWithModel(runs: number, makeReal: () => Promise<RealJournal>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands, async (list) => {
      const model = new JournalModel();
      const real = await makeReal();
      try {
        await fc.asyncModelRun(() => ({ model, real }), list);
        await expectSame(model, real);
      } finally {
        await real.journal.close?.();
      }
    }),
    { numRuns: runs },
  );
}
