import type { Logger } from '../../../src/foundations/contracts/logger';
import type { DeliveryQueue, QueuedDelivery, QueueWorker } from '../../../src/foundations/contracts/queue';
import { gate, newDelivery, recordingLogger, until } from './bullmq-kit';

/** An engine, as its tests make queues and workers of it. */
export interface Engine {
  queue(
    options?: { readonly attempts?: number; readonly backoffMs?: number; readonly lostAfterMs?: number },
    logger?: Logger,
  ): DeliveryQueue;
  worker(queue: DeliveryQueue, run: (job: QueuedDelivery) => unknown, concurrency?: number): Promise<QueueWorker>;
}

/** What every engine of ours keeps to, beyond `queueContract`: tests for the suite of one. */
export function testEngine(engineOfTest: () => Engine): void {
  let engine: Engine;
  beforeEach(() => {
    engine = engineOfTest();
  });

  test('a job arrives as it was enqueued, 5 MB with NUL and all', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, 'a \u0000 \u{1f600} \ud800 b', 'utf8');
    const sent = [newDelivery(body), newDelivery(Buffer.from('{"text":"\u0000"}'))];
    const queue = engine.queue();
    for (const job of sent) await queue.enqueue(job);
    const got: QueuedDelivery[] = [];
    await engine.worker(queue, (job) => got.push(job), 1);
    await until(() => got.length === 2);
    expect(got).toEqual(sent);
    expect(Buffer.from(got[0]?.rawBody ?? '', 'base64').equals(body)).toBe(true);
  });

  test('a repeat is the same job while it waits, runs, waits for its next attempt, is done and is dead', async () => {
    const queue = engine.queue({ attempts: 2, backoffMs: 400 });
    const [done, dead] = [newDelivery(), newDelivery()];
    const runs: string[] = [];
    for (let repeat = 0; repeat < 3; repeat += 1) await queue.enqueue(done);
    await queue.enqueue(dead);
    const running = gate();
    await engine.worker(queue, async ({ key }) => {
      runs.push(key);
      await running.passed;
      if (key === dead.key) throw new Error('no');
    });
    const deadJobs = () => queue.deadJobs.list({ limit: 10, offset: 0 });
    await until(() => runs.length === 2);
    for (const job of [done, dead]) await queue.enqueue(job);
    running.open();
    await until(async () => {
      for (const job of [done, dead]) await queue.enqueue(job);
      return (await deadJobs()).length > 0;
    });
    for (const job of [done, dead]) await queue.enqueue(job);
    // Jobs are taken in their order: what was enqueued before this one has run.
    const last = newDelivery();
    await queue.enqueue(last);
    await until(() => runs.includes(last.key));
    expect(runs.filter((key) => key === done.key)).toHaveLength(1);
    expect(runs.filter((key) => key === dead.key)).toHaveLength(2);
    expect(await deadJobs()).toHaveLength(1);
  });

  test('a job that is to be forgotten runs again when it is repeated', async () => {
    const queue = engine.queue();
    const job = newDelivery();
    let runs = 0;
    await engine.worker(queue, () => {
      runs += 1;
      return 'forget';
    });
    await until(async () => {
      await queue.enqueue(job);
      return runs >= 2;
    });
  });

  test('a worker that is closed waits for what runs, and takes no more', async () => {
    const queue = engine.queue();
    const [first, second] = [newDelivery(), newDelivery()];
    const ran: string[] = [];
    const [running, started] = [gate(), gate()];
    const run = async ({ key }: QueuedDelivery): Promise<void> => {
      started.open();
      await running.passed;
      ran.push(key);
    };
    const worker = await engine.worker(queue, run, 1);
    await queue.enqueue(first);
    await started.passed;
    await queue.enqueue(second);
    const closing = worker.close(30_000);
    const again = worker.close(0);
    running.open();
    await Promise.all([closing, again]);
    expect(ran).toEqual([first.key]);
    await engine.worker(queue, run);
    await until(() => ran.length === 2);
    expect(ran).toEqual([first.key, second.key]);
  });

  test('a worker that is closed gives what still runs to others at once, at no attempt’s cost, and hears no more of it', async () => {
    const { logger, lines } = recordingLogger();
    const queue = engine.queue({ attempts: 1, lostAfterMs: 60_000 }, logger);
    const jobs = [newDelivery(), newDelivery()];
    let started = 0;
    const late = gate();
    const worker = await engine.worker(queue, async () => {
      started += 1;
      await late.passed;
      throw new Error('too late');
    });
    for (const job of jobs) await queue.enqueue(job);
    await until(() => started === 2);
    const start = Date.now();
    await worker.close(100);
    expect(Date.now() - start).toBeLessThan(20_000);
    const ran: string[] = [];
    await engine.worker(queue, ({ key }) => ran.push(key));
    await until(() => ran.length === 2);
    late.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran.sort()).toEqual(jobs.map(({ key }) => key).sort());
    expect(await queue.deadJobs.list({ limit: 10, offset: 0 })).toStrictEqual([]);
    expect(lines).toStrictEqual([]);
  });
}
