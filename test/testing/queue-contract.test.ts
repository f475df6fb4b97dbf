import type { DeadJobs, DeliveryQueue, QueuedDelivery, QueueStats, QueueWorker, RunJob } from '../../src';
import { queueContract } from '../../src/testing';
import { arrayQueue } from './array-queue';

describe('a queue in an array keeps the contract:', () => {
  for (const { name, run } of queueContract({ open: () => ({ queue: arrayQueue() }) })) test(name, run);
});

/** A queue that is another in some of its parts. */
function but(changes: Partial<DeliveryQueue>, queue = arrayQueue()): DeliveryQueue {
  return { ...queue, ...changes };
}

function enqueuing(change: (job: QueuedDelivery) => QueuedDelivery | undefined): DeliveryQueue {
  const queue = arrayQueue();
  return but(
    {
      async enqueue(job) {
        const changed = change(job);
        if (changed !== undefined) await queue.enqueue(changed);
      },
    },
    queue,
  );
}

function running(change: (run: RunJob) => RunJob): DeliveryQueue {
  const queue = arrayQueue();
  return but({ work: (run, options) => queue.work(change(run), options) }, queue);
}

function closing(change: (worker: QueueWorker) => QueueWorker): DeliveryQueue {
  const queue = arrayQueue();
  return but({ work: async (run, options) => change(await queue.work(run, options)) }, queue);
}

function withDead(change: (dead: DeadJobs) => Partial<DeadJobs>): DeliveryQueue {
  const queue = arrayQueue();
  return but({ deadJobs: { ...queue.deadJobs, ...change(queue.deadJobs) } }, queue);
}

function verdicts(mapping: Readonly<Record<string, 'done' | 'forget' | 'again'>>): DeliveryQueue {
  return running((run) => async (job) => {
    const verdict = await run(job);
    return mapping[verdict] ?? verdict;
  });
}

/** It drops what nobody waits for. */
function forWorkersAlone(): DeliveryQueue {
  const queue = arrayQueue();
  let working = 0;
  return but(
    {
      enqueue: async (job) => (working > 0 ? queue.enqueue(job) : undefined),
      work(run, options) {
        working += 1;
        return queue.work(run, options);
      },
    },
    queue,
  );
}

/** Every enqueued job is one more, whatever its key. */
function withoutKeys(): DeliveryQueue {
  const queue = arrayQueue();
  let count = 0;
  const run =
    (inner: RunJob): RunJob =>
    (job) => {
      const { key, ...rest } = job as QueuedDelivery;
      return inner({ ...rest, key: key.slice(0, 64) });
    };
  return but(
    {
      enqueue: (job) => queue.enqueue({ ...job, key: `${job.key}${++count}` }),
      work: (inner, options) => queue.work(run(inner), options),
    },
    queue,
  );
}

function byBatches(): DeliveryQueue {
  const batch = new Set<Promise<unknown>>();
  return running((run) => async (job) => {
    const ended = run(job);
    const settled = ended.catch(() => undefined);
    batch.add(settled);
    await settled;
    await Promise.all(batch);
    batch.delete(settled);
    return ended;
  });
}

function keepingDiscarded(): DeliveryQueue {
  const queue = arrayQueue();
  const discarded = new Set<string>();
  const { get, discard } = queue.deadJobs;
  return but(
    {
      enqueue: async (job) => (discarded.has(job.key) ? undefined : queue.enqueue(job)),
      deadJobs: {
        ...queue.deadJobs,
        async discard(id) {
          const found = await get(id);
          if (found !== undefined) discarded.add((found.job as QueuedDelivery).key);
          return discard(id);
        },
      },
    },
    queue,
  );
}

/** A job from nowhere. */
const job = {
  version: 1,
  key: 'a'.repeat(64),
  event: 'notes_created',
  scheme: 'hmac',
  receivedAt: 0,
  headers: {},
  params: {},
  rawBody: '',
} as const;

function counting(change: (stats: QueueStats) => Partial<QueueStats>): DeliveryQueue {
  const queue = arrayQueue();
  const stats = async (): Promise<QueueStats> => {
    const found = (await queue.stats?.()) as QueueStats;
    return { ...found, ...change(found) };
  };
  return but({ stats }, queue);
}

const broken: readonly (readonly [string, () => DeliveryQueue, readonly string[]])[] = [
  ['cuts what is long', () => enqueuing((job) => ({ ...job, rawBody: job.rawBody.slice(0, 1_000_000) })), ['5 MB']],
  ['loses locals', () => enqueuing(({ locals: _, ...job }) => job), ['as it was', '5 MB', 'for dead', 'by pages']],
  ['knows no replays', () => enqueuing(({ replay: _, ...job }) => job), ['of a replay']],
  [
    'knows the fields of today alone',
    () =>
      enqueuing(
        (job) => Object.fromEntries(Object.entries(job).filter(([name]) => name !== 'ofALaterVersion')) as never,
      ),
    ['of a replay'],
  ],
  [
    'never says that an attempt is the last',
    () => running((run) => (job) => run(job, { retryInMs: 10 })),
    ['if it says so'],
  ],
  ['drops what no worker waits for', forWorkersAlone, ['no worker']],
  ['knows no keys', withoutKeys, ['that waits,', 'that runs', 'that is done', 'for another', 'that is dead']],
  ['forgets what is done', () => verdicts({ done: 'forget' }), ['that is done']],
  ['remembers what was to be forgotten', () => verdicts({ forget: 'done' }), ['to be forgotten']],
  ['tries once', () => arrayQueue({ attempts: 1 }), ['after a pause', 'other jobs pass', 'for dead']],
  ['tries four times', () => arrayQueue({ attempts: 4 }), ['for dead']],
  ['tries again at once', () => arrayQueue({ backoffMs: 0 }), ['after a pause']],
  [
    'hides why a job failed',
    () => running((run) => (job) => run(job).catch(() => Promise.reject(new Error('it failed')))),
    ['for dead'],
  ],
  [
    'lists the oldest first',
    () => withDead(({ list }) => ({ list: async (page) => (await list(page)).toReversed() })),
    ['by pages'],
  ],
  ['knows no pages', () => withDead(({ list }) => ({ list: () => list({ limit: 100, offset: 0 }) })), ['by pages']],
  [
    'finds a dead job by any id',
    () => withDead(({ list }) => ({ get: async () => (await list({ limit: 1, offset: 0 }))[0] })),
    ['by another', 'redrives a dead'],
  ],
  ['gives no attempts anew', () => arrayQueue({ usedUp: 2 }), ['redrives a dead', 'in vain']],
  [
    'redrives everything',
    () => withDead(({ redrive }) => ({ redrive: () => redrive('all') })),
    ['by another', 'redrives a dead'],
  ],
  [
    'redrives nothing by "all"',
    () => withDead(({ get, redrive }) => ({ redrive: async (id) => ((await get(id)) ? redrive(id) : 0) })),
    ['all dead'],
  ],
  ['discards what is dead no more', () => withDead(() => ({ discard: async () => true })), ['redrives a dead']],
  ['keeps the key of what is discarded', keepingDiscarded, ['discards']],
  ['discards nothing', () => withDead(() => ({ discard: async () => false })), ['discards']],
  [
    'runs more at once than it may',
    () => {
      const queue = arrayQueue();
      return but({ work: (run, { concurrency }) => queue.work(run, { concurrency: concurrency + 1 }) }, queue);
    },
    ['never more'],
  ],
  [
    'runs one at a time',
    () => {
      const queue = arrayQueue();
      return but({ work: (run) => queue.work(run, { concurrency: 1 }) }, queue);
    },
    ['never more'],
  ],
  ['waits for a whole batch', byBatches, ['as soon as one ends']],
  [
    'runs each job twice',
    () => running((run) => (job) => Promise.all([run(job), run(job)]).then(([verdict]) => verdict)),
    ['each job once'],
  ],
  ['does not wait when it closes', () => closing(({ close }) => ({ close: () => close(0) })), ['waits for running']],
  [
    'takes jobs for a while when it closes',
    () =>
      closing(({ close }) => ({
        close: (ms) => new Promise((resolve) => setTimeout(resolve, 150)).then(() => close(ms)),
      })),
    ['take no more'],
  ],
  ['gives nothing back', () => closing(({ close }) => ({ close: () => close(60_000) })), ['gives back']],
  [
    'counts what is given back as a failure',
    () => running((run) => async (job) => ((await run(job)) === 'again' ? Promise.reject(new Error('again')) : 'done')),
    ['no attempt'],
  ],
  [
    'enqueues a job to be pinged',
    () => {
      const queue = arrayQueue();
      return but({ ping: () => queue.enqueue(job) }, queue);
    },
    ['answers a ping'],
  ],
  ['rejects a ping', () => but({ ping: () => Promise.reject(new Error('away')) }), ['answers a ping']],
  ['counts nothing', () => counting(() => ({ waiting: 0, oldestWaitingMs: undefined })), ['jobs that wait']],
  ['counts a running job as waiting', () => counting(({ running }) => ({ waiting: running })), ['jobs that run']],
  ['counts no running jobs', () => counting(() => ({ running: 0 })), ['jobs that run']],
  ['counts no dead jobs', () => counting(() => ({ dead: 0 })), ['jobs that are dead']],
  ['takes every job for new', () => counting(() => ({ oldestWaitingMs: 0 })), ['jobs that wait']],
  [
    'knows no age of a replay',
    () => {
      const queue = arrayQueue();
      let isReplay = false;
      return but(
        {
          enqueue(given) {
            isReplay = given.priority === 'low';
            return queue.enqueue(given);
          },
          async stats() {
            const found = (await queue.stats?.()) as QueueStats;
            return isReplay ? { ...found, oldestWaitingMs: undefined } : found;
          },
        },
        queue,
      );
    },
    ['a waiting replay'],
  ],
  ['says an age of no job', () => counting(() => ({ oldestWaitingMs: 1 })), ['an empty queue']],
  ['gives back again what it gave back', () => arrayQueue({ closesAnew: true }), ['twice']],
];

test.concurrent.each(broken)('a queue that %s breaks the contract', async (_, make, promises) => {
  // It promises a pause that no slow machine makes by itself.
  const cases = queueContract({ open: () => ({ queue: make() }), patienceMs: 200, pauseMs: 5000 });
  for (const words of promises) {
    const [promise, ...others] = cases.filter(({ name }) => name.includes(words));
    expect({ words, others }).toStrictEqual({ words, others: [] });
    await expect(promise?.run()).rejects.toThrow();
  }
});
