import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RunOnce } from '../../src/deduplication/run-once';
import { timeLimitedStore } from '../../src/deduplication/time-limited-store';
import type { Settled } from '../../src/foundations/delivery';
import type { MaybePromise } from '../../src/foundations/maybe-promise';
import { Outbox } from '../../src/foundations/outbox';
import { memoryStore } from '../../src/index';
import { examplePayload } from '../../src/testing';
import { receiverWith } from './kit';

/** How many deliveries the store remembers: beyond it, nothing may grow. */
const bound = 10_000;
/** Enough to see what grows; MEMORY_TEST_DELIVERIES=1000000 takes a quarter of a minute. */
const deliveries = Number(process.env['MEMORY_TEST_DELIVERIES'] ?? 20 * bound);
const mb = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The least of several measurements: what a finaliser frees, and what the test runner is about, comes and goes. */
async function heapMb(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    collectGarbage();
    least = Math.min(least, process.memoryUsage().heapUsed / mb);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return least;
}

const ignore = (): void => undefined;
const inTurns = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(resolve, value));

test('however many deliveries have been, they take no more memory than the store’s bound', async () => {
  const outbox = new Outbox();
  const once = new RunOnce({
    store: timeLimitedStore(memoryStore({ maxKeys: bound }), {
      timeoutMs: 2000,
      outbox,
      onSilence: ignore,
      onRefusal: ignore,
      onTaken: ignore,
    }),
    outbox,
    ttlMs: 259_200_000,
    maxRunMs: 900_000,
    remembers: true,
    late: () => undefined,
  });
  const report = { failures: [], succeeded: ['*'] };
  const outcomes = new Map<string, number>();
  let full = 0;
  function run(n: number): MaybePromise<Settled> {
    // One in a hundred takes a while, with its timers and its place among those that run.
    const isSlow = n % 100 === 0;
    const key = `${'0'.repeat(57)}${n}`.slice(-64);
    return once.run({
      key,
      known: { event: 'notes_created', key, tenant: undefined, params: {}, replayed: undefined },
      progress: { running: [], succeeded: [], failures: [] },
      success: 'processed',
      completes: () => true,
      msLeft: () => 9000,
      run: () => (isSlow ? inTurns(report) : report),
    });
  }
  for (let n = 1; n <= deliveries; n++) {
    const { outcome } = await run(n);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (n === bound) full = await heapMb();
  }
  expect(outcomes).toEqual(new Map([['processed', deliveries]]));
  const grown = (await heapMb()) - full;
  // Nearly all came after the store was full: 50 bytes kept of each would be more.
  expect(grown).toBeLessThan(8);
  // Asked last: it was not the store itself that was collected.
  expect((await run(deliveries)).outcome).toBe('duplicate');
}, 120_000);

test('deliveries that were received leave nothing behind beyond the store’s bound', async () => {
  const few = 1000;
  const webhooks = receiverWith({ signature: false, deduplicate: { store: memoryStore({ maxKeys: few }) } });
  let runs = 0;
  webhooks.on('notes_created', (_event, { signal }) => {
    runs++;
    return runs % 10 === 0 ? inTurns(signal.aborted) : undefined;
  });
  webhooks.on('*', () => (runs % 7 === 0 ? Promise.reject(new Error('no')) : undefined));
  webhooks.onError(() => undefined);
  const [before = '', after = ''] = JSON.stringify(examplePayload('notes_created', { data: { content: '#' } })).split(
    '#',
  );
  async function receive(from: number, to: number): Promise<void> {
    for (let n = from; n < to; n++) await webhooks.receive({ headers: {}, body: `${before}${n}${after}` });
  }
  await receive(0, 10 * few);
  const full = await heapMb();
  await receive(10 * few, 60 * few);
  expect(runs).toBe(60 * few);
  // 50,000 deliveries: 100 bytes kept of each would be more.
  expect((await heapMb()) - full).toBeLessThan(4);
  await receive(60 * few - 3, 60 * few);
  expect(runs).toBe(60 * few);
}, 120_000);
