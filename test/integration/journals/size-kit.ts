import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Journal, JournalQuery } from '../../../src/foundations/contracts/journal';
import { bigmindWebhooks, memoryStore } from '../../../src/index';
import { examplePayload } from '../../../src/testing';

/** How many the tests of size keep. A run with JOURNAL_TEST_DELIVERIES tells what it measures, too. */
export const deliveries = Number(process.env['JOURNAL_TEST_DELIVERIES'] ?? 10_000);
const isTold = process.env['JOURNAL_TEST_DELIVERIES'] !== undefined;
export function tell(line: string): void {
  if (isTold) process.stderr.write(`${line}\n`);
}
/** For a run with a million of them. */
export const longest = 3_600_000;

/** A kilobyte, as it came. */
export const payload = Buffer.from(
  JSON.stringify(examplePayload('notes_created', { data: { content: 'x'.repeat(800) } })),
);

/** Every third one is of the tenant `acme`. */
export const tenantOf = (index: number): string => (index % 3 === 0 ? 'acme' : 'other');
const ofAcme = Math.ceil(deliveries / 3);

/** What is searched for, in words and as a query, and how many are found. */
export const searches: readonly (readonly [what: string, query: JournalQuery, total: number])[] = [
  ['all of them, the oldest first', { order: 'oldest first' }, deliveries],
  ['all of them, the newest first', { order: 'newest first' }, deliveries],
  ['those of a tenant', { order: 'oldest first', tenant: 'acme' }, ofAcme],
  [
    'those of an event with an outcome',
    { order: 'newest first', events: ['notes_created'], outcomes: ['failed'] },
    deliveries,
  ],
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const mb = 1024 * 1024;

/** What is held when garbage is gone: objects, and buffers beside them. */
async function heldMb(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 3; times += 1) {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, (heapUsed + external) / mb);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return least;
}

/** By how much memory grows between the first tenth of `total` deliveries and the last of them. */
export function watch(what: string, total: number) {
  const every = Math.floor(total / 10);
  let [early, latest] = [Number.NaN, Number.NaN];
  let [count, told, since] = [0, 0, performance.now()];
  return {
    /** To be called for each delivery. */
    async next(): Promise<void> {
      count += 1;
      const at = count;
      const isDue = at === every || at === total || (isTold && at % every === 0);
      if (!isDue) return;
      const rate = Math.round(((at - told) / (performance.now() - since)) * 1000);
      told = at;
      latest = await heldMb();
      if (at === every) early = latest;
      const rss = Math.round(process.memoryUsage().rss / mb);
      tell(`${what}: ${at} deliveries, ${rate}/s, ${latest.toFixed(1)} MB held, ${rss} MB resident`);
      since = performance.now();
    },
    get count() {
      return count;
    },
    get grownMb() {
      return latest - early;
    },
  };
}

/** Finds what a query means, of which there are so many. Returns by how much memory grew. */
export async function grownByFinding(
  what: string,
  { journal, query, total }: { journal: Journal; query: JournalQuery; total: number },
): Promise<number> {
  const watched = watch(what, total);
  for await (const { rawBody } of journal.find(query)) {
    // Jest would take longer to expect it than the journal to find it.
    if (rawBody.length !== payload.length) throw new Error('The body is not as it came.');
    await watched.next();
  }
  expect(watched.count).toBe(total);
  return watched.grownMb;
}

/** Replays all. Returns by how much memory grew. The store in memory has a bound of its own, which is soon reached here. */
export async function grownByReplaying(what: string, journal: Journal): Promise<number> {
  const watched = watch(what, deliveries);
  const store = memoryStore({ maxKeys: 500 });
  const webhooks = bigmindWebhooks({ secret: 'a secret', logger: false, journal, deduplicate: { store } });
  webhooks.on('notes_created', () => watched.next(), { name: 'crm' });
  expect(await webhooks.journal.replay()).toMatchObject({ found: deliveries, ran: deliveries, failed: 0 });
  expect(watched.count).toBe(deliveries);
  await webhooks.close();
  return watched.grownMb;
}
