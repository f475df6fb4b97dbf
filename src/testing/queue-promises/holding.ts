import assert from 'node:assert/strict';
import type { QueuedDelivery } from '../../index';
import { asJson, type Bench, delivery, fail, gate, type Promises } from './bench';

/** What a queue promises about held jobs: a job stays as it was, once for each key, until a worker takes it. */
export const holding: Promises = [
  [
    'runs a job as it was enqueued, every byte of its body',
    async (bench) => {
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      await arrivesWhole(bench, delivery(bytes));
    },
  ],
  [
    'runs the job of a replay unchanged, with fields of later versions',
    async (bench) => {
      const job = delivery();
      const { key } = delivery();
      const replay = {
        key,
        handlers: ['crm'],
        force: true,
        outcome: 'failed',
        succeeded: ['größer, "quoted"'],
      } as const;
      const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
      await arrivesWhole(bench, { ...job, version: 2, priority: 'low', replay, trace });
      await arrivesWhole(bench, { ...delivery(), ofALaterVersion: { deep: [1, null] } } as QueuedDelivery);
    },
  ],
  [
    'runs a job with a body of 5 MB',
    async (bench) => {
      await arrivesWhole(bench, delivery(Buffer.alloc(5 * 1024 * 1024, 'text, \0, and \uD83C\uDF88')));
    },
  ],
  [
    'holds jobs that are enqueued while there is no worker',
    async ({ queue, work, until, runsOf }) => {
      const jobs = [delivery(), delivery(), delivery()];
      for (const job of jobs) await queue.enqueue(job);
      await work(() => 'done');
      await until('the jobs to be run', () => jobs.every((job) => runsOf(job) === 1));
    },
  ],
  [
    'holds a key once that waits, however many enqueue it at once',
    async ({ queue, work, passed, until, runsOf }) => {
      const job = delivery();
      await Promise.all(Array.from({ length: 10 }, () => queue.enqueue(job)));
      await work(() => 'done');
      await until('the job to be run', () => runsOf(job) > 0);
      await passed();
      assert.equal(runsOf(job), 1);
    },
  ],
  [
    'holds a key once that runs',
    async ({ queue, work, passed, until, runsOf }) => {
      const job = delivery();
      const { opened, open } = gate();
      await work(() => opened.then(() => 'done' as const));
      await queue.enqueue(job);
      await until('the job to be started', () => runsOf(job) === 1);
      await queue.enqueue(job);
      await passed();
      open();
      await passed();
      assert.equal(runsOf(job), 1);
    },
  ],
  [
    'holds a key once that is done',
    async ({ queue, work, passed, until, runsOf, patienceMs }) => {
      const job = delivery();
      await queue.enqueue(job);
      const worker = await work(() => 'done');
      await until('the job to be run', () => runsOf(job) === 1);
      await worker.close(patienceMs);
      await queue.enqueue(job);
      await work(() => 'done');
      await passed();
      assert.equal(runsOf(job), 1);
    },
  ],
  [
    'holds a key once that waits for another attempt',
    async ({ queue, work, passed, until, runsOf, dead }) => {
      const job = delivery();
      await queue.enqueue(job);
      await work(({ count }) => fail(`failure ${count}`));
      await until('the first attempt', () => runsOf(job) > 0);
      await queue.enqueue(job);
      await dead(1);
      await passed();
      assert.equal(runsOf(job), 3);
    },
  ],
  [
    'holds a key once that is dead',
    async ({ queue, work, passed, runsOf, dead, kill }) => {
      const job = delivery();
      await kill(job);
      await queue.enqueue(job);
      await work(() => 'done');
      await passed();
      assert.equal(runsOf(job), 3);
      await dead(1);
    },
  ],
  [
    'takes a repeat of what was to be forgotten for a new job',
    async ({ queue, work, until, runsOf, patienceMs }) => {
      const job = delivery();
      await queue.enqueue(job);
      const worker = await work(() => 'forget');
      await until('the job to be run', () => runsOf(job) === 1);
      await worker.close(patienceMs);
      await queue.enqueue(job);
      await work(() => 'done');
      await until('the repeat to be run', () => runsOf(job) === 2);
    },
  ],
];

async function arrivesWhole({ queue, work, until, soon, patienceMs }: Bench, job: QueuedDelivery): Promise<void> {
  const seen: unknown[] = [];
  const worker = await work((run) => {
    seen.push(run.job);
    return 'done';
  });
  await queue.enqueue(job);
  await until('the job to be run', () => seen.length > 0);
  await soon('the worker to close', worker.close(patienceMs));
  // Compared separately: nobody can read a difference of 7 MB.
  const { rawBody, ...rest } = seen[0] as { rawBody: unknown };
  const { rawBody: sentBody, ...sent } = asJson(job) as { rawBody: unknown };
  assert.deepEqual(rest, sent);
  assert.ok(rawBody === sentBody, 'rawBody came as something else');
}
