import type { DeadJob, DeadJobs, DeliveryQueue, RunJob } from '../../src';

export interface ArrayQueueOptions {
  readonly attempts?: number;
  /** Between two attempts, always the same. */
  readonly pauseMs?: number;
  /** How many attempts are used up already when a job is redriven. */
  readonly usedUp?: number;
  /** Whether every further `close` of a worker gives its jobs back again. */
  readonly closesAnew?: boolean;
}

interface Entry {
  readonly id: string;
  readonly key: string;
  readonly json: string;
  state: 'waiting' | 'running' | 'pausing' | 'done' | 'dead';
  attempts: number;
  reason: string;
  failedAt: Date;
}

/** Keeps the contract of a queue in an array, and nothing on disk. */
export function arrayQueue(options: ArrayQueueOptions = {}): DeliveryQueue {
  const { attempts = 3, pauseMs = 20, usedUp = 0, closesAnew = false } = options;
  /** What is dead is at the end, in the order in which it died. */
  let entries: Entry[] = [];
  let ids = 0;
  const workers = new Set<() => void>();
  const wake = (): void => {
    for (const take of workers) take();
  };

  function move(entry: Entry, state: Entry['state']): void {
    entry.state = state;
    entries = [...entries.filter((each) => each !== entry), entry];
    wake();
  }

  /** `isHeld`: whether the worker has the job still, or has given it back. */
  async function attempt(entry: Entry, run: RunJob, isHeld: () => boolean): Promise<void> {
    try {
      const verdict = await run(JSON.parse(entry.json));
      if (!isHeld()) return;
      if (verdict === 'forget') entries = entries.filter((each) => each !== entry);
      else move(entry, verdict === 'again' ? 'waiting' : 'done');
    } catch (error) {
      if (!isHeld()) return;
      entry.attempts += 1;
      entry.reason = (error as Error).message;
      entry.failedAt = new Date();
      if (entry.attempts >= attempts) return move(entry, 'dead');
      entry.state = 'pausing';
      setTimeout(() => move(entry, 'waiting'), pauseMs);
    }
  }

  return {
    open: () => undefined,
    async enqueue(job) {
      if (entries.some(({ key }) => key === job.key)) return;
      const blank = { state: 'waiting', attempts: 0, reason: '', failedAt: new Date(0) } as const;
      entries.push({ id: `dead-${++ids}`, key: job.key, json: JSON.stringify(job), ...blank });
      wake();
    },
    async work(run, { concurrency }) {
      const running = new Map<Entry, Promise<void>>();
      function take(): void {
        for (const entry of entries.filter(({ state }) => state === 'waiting')) {
          if (running.size >= concurrency) return;
          entry.state = 'running';
          const ended = attempt(entry, run, () => running.has(entry)).finally(() => {
            running.delete(entry);
            wake();
          });
          running.set(entry, ended);
        }
      }
      workers.add(take);
      take();
      let closed: Promise<void> | undefined;
      async function close(timeoutMs: number): Promise<void> {
        workers.delete(take);
        await atMost(timeoutMs, Promise.all(running.values()));
        const left = [...running.keys()];
        if (!closesAnew) running.clear();
        for (const entry of left) move(entry, 'waiting');
      }
      return {
        close(timeoutMs) {
          if (closed === undefined || closesAnew) closed = close(timeoutMs);
          return closed;
        },
      };
    },
    deadJobs: deadJobsIn(
      () => entries.filter(({ state }) => state === 'dead'),
      (entry) => {
        entry.attempts = usedUp;
        move(entry, 'waiting');
      },
      (entry) => {
        entries = entries.filter((each) => each !== entry);
      },
    ),
  };
}

function deadJobsIn(dead: () => Entry[], revive: (entry: Entry) => void, remove: (entry: Entry) => void): DeadJobs {
  const found = (id: string): Entry[] => dead().filter((entry) => entry.id === id);
  return {
    list: async ({ limit, offset }) =>
      dead()
        .toReversed()
        .slice(offset, offset + limit)
        .map(describe),
    get: async (id) => found(id).map(describe)[0],
    async redrive(id) {
      const chosen = id === 'all' ? dead() : found(id);
      chosen.forEach(revive);
      return chosen.length;
    },
    async discard(id) {
      const chosen = found(id);
      chosen.forEach(remove);
      return chosen.length > 0;
    },
  };
}

function describe({ id, json, reason, attempts, failedAt }: Entry): DeadJob {
  return { id, job: JSON.parse(json) as unknown, reason, attempts, failedAt };
}

async function atMost(ms: number, ended: Promise<unknown>): Promise<void> {
  const late = new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
  await Promise.race([ended, late]);
}
