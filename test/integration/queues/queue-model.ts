import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeliveryQueue, QueuedDelivery, QueueWorker } from '../../../src/index';
import { gate, newDelivery, until } from './bullmq-kit';

/** What becomes of a job when its handlers run; `fails once` succeeds at the next attempt. */
const ways = ['succeeds', 'fails', 'fails once', 'is to be forgotten'] as const;
type Way = (typeof ways)[number];

export const attempts = 2;
/** How many deliveries a run has. */
const places = 4;
const place = fc.nat({ max: places - 1 });

/** What the queue is compared with: where each delivery is, kept as plainly as can be. */
export class QueueModel {
  readonly held = new Set<number>();
  readonly done = new Set<number>();
  readonly dead = new Set<number>();

  enqueue(job: number): void {
    if (!this.done.has(job) && !this.dead.has(job)) this.held.add(job);
  }
  /** Runs all that is held, and returns how often each of them is started. */
  runAll(wayOf: (job: number) => Way): Map<number, number> {
    const starts = new Map<number, number>();
    for (const job of this.held) {
      const way = wayOf(job);
      starts.set(job, way === 'fails' || way === 'fails once' ? attempts : 1);
      if (way === 'fails') this.dead.add(job);
      else if (way !== 'is to be forgotten') this.done.add(job);
    }
    this.held.clear();
    return starts;
  }
  redrive(job: number): number {
    if (!this.dead.delete(job)) return 0;
    this.held.add(job);
    return 1;
  }
}

/** A process that has a worker, and that can be lost. */
export interface Elsewhere {
  readonly queue: DeliveryQueue;
  /** It reaches the engine no more. */
  lose(): Promise<void>;
  remove(): Promise<void>;
}

/** What a run uses. The namespace is its own; of each run before, nothing is held or dead. */
export interface Engine {
  /** Another queue on the same namespace, which is open. */
  make(): DeliveryQueue;
  makeElsewhere(): Promise<Elsewhere>;
}

interface Real {
  readonly engine: Engine;
  readonly jobs: readonly QueuedDelivery[];
  queue: DeliveryQueue;
  readonly lost: (() => Promise<void>)[];
}

type Check = (model: QueueModel, real: Real) => Promise<void>;

function command(name: string, run: Check): fc.AsyncCommand<QueueModel, Real> {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real);
      await expectDead(model, real);
    },
    toString: () => name,
  };
}

const indexIn = ({ jobs }: Real, job: unknown): number =>
  jobs.findIndex(({ key }) => key === (job as QueuedDelivery).key);

/** The dead letters are those of the model: also by pages, and each as it was enqueued. */
async function expectDead(model: QueueModel, real: Real): Promise<void> {
  const { deadJobs } = real.queue;
  const all = await deadJobs.list({ limit: 100, offset: 0 });
  assert.deepEqual(all.map(({ job }) => indexIn(real, job)).toSorted(), [...model.dead].toSorted());
  for (const { job, reason } of all) {
    assert.deepEqual(job, JSON.parse(JSON.stringify(real.jobs[indexIn(real, job)])));
    assert.equal(reason, 'it failed');
  }
  const pages = [await deadJobs.list({ limit: 2, offset: 0 }), await deadJobs.list({ limit: 100, offset: 2 })];
  assert.deepEqual(pages.flat(), all);
}

async function idOf(real: Real, place: number): Promise<string> {
  const dead = await real.queue.deadJobs.list({ limit: 100, offset: 0 });
  return dead.find(({ job }) => indexIn(real, job) === place)?.id ?? 'none';
}

/** Workers run until nothing waits. What ran, and how often, is what the model says; nothing else is started. */
async function runAll(wayOf: (job: number) => Way, workers: number, model: QueueModel, real: Real): Promise<void> {
  const started = new Map<number, number>();
  async function run(job: unknown): Promise<'done' | 'forget'> {
    const index = indexIn(real, job);
    const count = (started.get(index) ?? 0) + 1;
    started.set(index, count);
    const way = wayOf(index);
    if (way === 'fails' || (way === 'fails once' && count === 1)) throw new Error('it failed');
    return way === 'is to be forgotten' ? 'forget' : 'done';
  }
  const begun: QueueWorker[] = [];
  for (let each = 0; each < workers; each += 1) begun.push(await real.queue.work(run, { concurrency: 2 }));
  const expected = model.runAll(wayOf);
  try {
    await until(async () => {
      const stats = await real.queue.stats?.();
      return stats?.waiting === 0 && stats.running === 0;
    });
  } finally {
    await Promise.all(begun.map((worker) => worker.close(5000)));
  }
  assert.deepEqual(sorted(started), sorted(expected));
}

const sorted = (counts: ReadonlyMap<number, number>) => [...counts].toSorted(([one], [other]) => one - other);

/** A worker takes all that is held, and its handlers hang until `end` has come. */
async function hang(queue: DeliveryQueue, model: QueueModel, end: (worker: QueueWorker) => Promise<void>) {
  const taken = new Set<string>();
  const { passed, open } = gate();
  async function run(job: unknown): Promise<'done'> {
    taken.add((job as QueuedDelivery).key);
    await passed;
    return 'done';
  }
  const worker = await queue.work(run, { concurrency: places });
  await until(() => taken.size === model.held.size);
  await end(worker);
  // Too late: the job is another worker's.
  open();
}

const commands = fc.commands(
  [
    place.map((job) =>
      command(`${job} is enqueued`, async (model, real) => {
        await real.queue.enqueue(real.jobs[job] as QueuedDelivery);
        model.enqueue(job);
      }),
    ),
    place.map((job) =>
      command(`${job} is enqueued three times at once`, async (model, real) => {
        await Promise.all([1, 2, 3].map(() => real.queue.enqueue(real.jobs[job] as QueuedDelivery)));
        model.enqueue(job);
      }),
    ),
    fc
      .tuple(
        fc.array(fc.constantFrom(...ways), { minLength: places, maxLength: places }),
        fc.integer({ min: 1, max: 2 }),
      )
      .map(([all, workers]) =>
        command(`${workers} workers run all: ${all.join(', ')}`, (model, real) =>
          runAll((job) => all[job] as Way, workers, model, real),
        ),
      ),
    fc.constant(
      command('a worker hangs and is closed', (model, real) => hang(real.queue, model, (worker) => worker.close(20))),
    ),
    fc.constant(
      command('a worker hangs and its process is lost', async (model, real) => {
        const elsewhere = await real.engine.makeElsewhere();
        await hang(elsewhere.queue, model, async (worker) => {
          await elsewhere.lose();
          real.lost.push(async () => {
            await worker.close(0);
            await elsewhere.remove();
          });
        });
      }),
    ),
    place.map((job) =>
      command(`${job} is redriven`, async (model, real) => {
        const id = await idOf(real, job);
        assert.equal(await real.queue.deadJobs.redrive(id), model.redrive(job));
        assert.equal(await real.queue.deadJobs.redrive(id), 0);
      }),
    ),
    fc.constant(
      command('all are redriven', async (model, real) => {
        assert.equal(await real.queue.deadJobs.redrive('all'), model.dead.size);
        for (const job of [...model.dead]) model.redrive(job);
      }),
    ),
    place.map((job) =>
      command(`${job} is discarded`, async (model, real) => {
        const id = await idOf(real, job);
        assert.equal(await real.queue.deadJobs.discard(id), model.dead.delete(job));
        assert.equal(await real.queue.deadJobs.discard(id), false);
      }),
    ),
    fc.constant(
      command('the queue is closed, and another opened', async (_model, real) => {
        await real.queue.close?.();
        real.queue = real.engine.make();
      }),
    ),
  ],
  { maxCommands: 10 },
);

/** Runs the commands against each engine, `runs` times in all, one after the other for each of them. */
export async function compareWithModel(runs: number, engines: readonly Engine[]): Promise<void> {
  const { seed = 0 } = fc.readConfigureGlobal();
  const shards = engines.map((engine, shard) =>
    fc.assert(
      fc.asyncProperty(commands, (list) => runOnce(engine, list)),
      // Each run takes seconds: a smaller failure is not looked for.
      { numRuns: Math.ceil(runs / engines.length), seed: seed + shard, endOnFailure: true },
    ),
  );
  await Promise.all(shards);
}

async function runOnce(engine: Engine, list: Iterable<fc.AsyncCommand<QueueModel, Real>>): Promise<void> {
  const model = new QueueModel();
  const jobs = Array.from({ length: places }, () => newDelivery());
  const real: Real = { engine, jobs, queue: engine.make(), lost: [] };
  try {
    await fc.asyncModelRun(() => ({ model, real }), list);
    // In the end, all that was acknowledged has run, and nothing that was done ran again.
    for (const job of [...model.dead])
      assert.equal(await real.queue.deadJobs.redrive(await idOf(real, job)), model.redrive(job));
    await runAll(() => 'succeeds', 1, model, real);
    await expectDead(model, real);
  } finally {
    await real.queue.close?.();
    await Promise.all(real.lost.map((end) => end()));
  }
}
