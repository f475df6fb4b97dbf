import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { silentLogger } from '../../foundations/silent-logger';
import type { DeadJob, DeliveryQueue, JobPlan, QueuedDelivery, QueueWorker } from '../../index';

/** One start of a job's handlers. */
export interface Run {
  readonly job: QueuedDelivery;
  /** How often this job has been started in the case, from 1. */
  readonly count: number;
  /** What the queue says that it will do if this run fails. */
  readonly plan: JobPlan | undefined;
}

/** How a run ends, as in `RunJob`; `undefined` means `done`. */
export type Verdict = 'done' | 'forget' | 'again' | undefined;
export type RunOne = (run: Run) => Verdict | Promise<Verdict>;

export interface BenchSettings {
  readonly queue: DeliveryQueue;
  readonly pauseMs: number;
  readonly patienceMs: number;
}

/** The tools of a case. */
export interface Bench extends BenchSettings {
  /** Starts a worker, by default with 5 jobs at once. It is closed at the end of the case. */
  readonly work: (run: RunOne, concurrency?: number) => Promise<QueueWorker>;
  /** How often a job has been started, in all workers. */
  readonly runsOf: (job: QueuedDelivery) => number;
  /** Resolves once `holds()` is true. Rejects with `what` if that takes too long. */
  readonly until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>;
  /** Resolves as `promise` does. Rejects with `what` if that takes too long. */
  readonly soon: <Value>(what: string, promise: Promise<Value>) => Promise<Value>;
  /**
   * Enqueues another job and resolves when it has run: by then, workers have run everything from before. It needs a
   * worker with a free place.
   */
  readonly passed: () => Promise<void>;
  /** Waits until `count` jobs are dead. Resolves to these, the newest first. */
  readonly dead: (count: number) => Promise<readonly DeadJob[]>;
  /** Enqueues jobs and lets them fail until they are dead. Then the worker is closed. */
  readonly kill: (...jobs: readonly QueuedDelivery[]) => Promise<readonly DeadJob[]>;
}

export type Check = (bench: Bench) => Promise<void>;
export type Promises = readonly (readonly [string, Check])[];

export async function withBench(settings: BenchSettings, check: Check): Promise<void> {
  const { queue, patienceMs } = settings;
  queue.open({ maxRunMs: 600_000, logger: silentLogger });
  const workers: QueueWorker[] = [];
  try {
    await check(makeBench(settings, workers));
  } finally {
    const closed = Promise.all(workers.map((worker) => worker.close(0))).then(() => queue.close?.());
    await within(patienceMs, 'the workers and the queue to close', closed);
  }
}

function makeBench(settings: BenchSettings, workers: QueueWorker[]): Bench {
  const { queue, patienceMs } = settings;
  const counts = new Map<string, number>();
  const markers = new Set<string>();
  const bench: Bench = {
    ...settings,
    async work(run, concurrency = 5) {
      async function runJob(given: unknown, plan?: JobPlan): Promise<Exclude<Verdict, undefined>> {
        const job = given as QueuedDelivery;
        const count = (counts.get(job.key) ?? 0) + 1;
        counts.set(job.key, count);
        return markers.has(job.key) ? 'forget' : ((await run({ job, count, plan })) ?? 'done');
      }
      const worker = await bench.soon('a worker to start', queue.work(runJob, { concurrency }));
      workers.push(worker);
      return worker;
    },
    runsOf: ({ key }) => counts.get(key) ?? 0,
    until: (what, holds) => until(patienceMs, what, holds),
    soon: (what, promise) => within(patienceMs, what, promise),
    async passed() {
      const marker = delivery();
      markers.add(marker.key);
      await queue.enqueue(marker);
      await bench.until('another job to be run', () => bench.runsOf(marker) > 0);
    },
    async dead(count) {
      let found: readonly DeadJob[] = [];
      await bench.until(`${count} dead jobs`, async () => {
        found = await queue.deadJobs.list({ limit: 100, offset: 0 });
        return found.length === count;
      });
      return found;
    },
    async kill(...jobs) {
      for (const job of jobs) await queue.enqueue(job);
      const worker = await bench.work(({ count }) => fail(`failure ${count}`));
      const found = await bench.dead(jobs.length);
      await bench.soon('a worker to close', worker.close(patienceMs));
      return found;
    },
  };
  return bench;
}

/** A job with a new key. */
export function delivery(body: Uint8Array = Buffer.from('{}')): QueuedDelivery {
  return {
    version: 1,
    key: randomBytes(32).toString('hex'),
    event: 'notes_created',
    tenant: 'acme',
    scheme: 'hmac',
    receivedAt: Date.now(),
    headers: { 'content-type': 'application/json', 'x-of-its-own': 'ä, "quoted"' },
    params: { tenant: 'acme' },
    locals: { region: 'eu', limits: [1, 2.5, null, true, { deep: '' }], text: 'größer 日本 🎈' },
    rawBody: Buffer.from(body).toString('base64'),
  };
}

/** A job after it went through JSON. */
export function asJson(job: QueuedDelivery): unknown {
  return JSON.parse(JSON.stringify(job));
}

export function fail(message: string): never {
  throw new Error(message);
}

/** A promise that a case resolves itself. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function until(ms: number, what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  while (!(await within(ms, what, Promise.resolve(holds())))) {
    assert.ok(performance.now() < end, `waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
