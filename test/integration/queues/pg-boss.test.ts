import { Pool } from 'pg';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { databaseUrl, freshNamespace } from '../services';
import { gate, newDelivery, until } from './bullmq-kit';
import { testEngine } from './engine-promises';
import { Company, pgliteStage, postgresStage, type Stage } from './pg-boss-kit';

describe.each([
  ['PostgreSQL', postgresStage],
  ['PGlite', pgliteStage],
])('pg-boss on %s', (_name, openStage) => {
  let stage: Stage;
  let company: Company;

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.remove());

  beforeEach(() => {
    company = new Company();
  });
  afterEach(() => company.end());

  testEngine(() => ({
    queue: (options, logger) => company.queue(stage, options, logger),
    worker: (...asked) => company.worker(...asked),
  }));

  test('what is enqueued at once is held in few statements, each job with its own delivery', async () => {
    const queue = company.queue(stage);
    const jobs = Array.from({ length: 50 }, () => newDelivery());
    await queue.enqueue(newDelivery());
    const asked = jest.spyOn(stage.boss.getDb(), 'executeSql');
    await Promise.all([...jobs, ...jobs].map((job) => queue.enqueue(job)));
    expect(asked.mock.calls.length).toBeLessThan(10);
    asked.mockRestore();
    const keys = jobs.map(({ key }) => key);
    const held = await stage.sql(`SELECT data FROM ${stage.schema}.job WHERE data->>'key' = ANY ($1)`, [keys]);
    expect(held).toHaveLength(50);
    expect(held.map(({ data }) => data)).toEqual(expect.arrayContaining(jobs));
  });

  test('a job that PostgreSQL refuses is refused alone: those enqueued with it are held', async () => {
    const queue = company.queue(stage);
    const [one, other] = [newDelivery(), newDelivery()];
    const refused = { ...newDelivery(), key: 'g'.repeat(64) };
    const ends = await Promise.allSettled([one, refused, other].map((job) => queue.enqueue(job)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const got: string[] = [];
    await company.worker(queue, ({ key }) => got.push(key));
    await until(() => got.length === 2);
    expect([...got].sort()).toEqual([one.key, other.key].sort());
  });

  test('tells a worker when a failed job runs again at the latest, and that the last attempt is the last', async () => {
    const queue = company.queue(stage, { attempts: 2, backoffMs: 1000 });
    const plans: (number | undefined)[] = [];
    const worker = await queue.work(
      (_job, plan) => {
        plans.push(plan?.retryInMs);
        return Promise.reject(new Error('no'));
      },
      { concurrency: 1 },
    );
    company.workers.push(worker);
    await queue.enqueue(newDelivery());
    await until(() => plans.length === 2);
    expect(plans).toEqual([2000, undefined]);
  });

  test('a job’s id is its key, as far as a UUID of version 8 holds it', async () => {
    const namespace = freshNamespace();
    const job = { ...newDelivery(), key: `${'f'.repeat(31)}0${'f'.repeat(32)}` };
    await company.queue(stage, { namespace }).enqueue(job);
    expect(
      await stage.boss.getJobById(`bigmind-webhooks/${namespace}`, 'ffffffff-ffff-8fff-bfff-fffffffffff0'),
    ).toEqual(expect.objectContaining({ data: job }));
  });

  test('a job that is to be run again is run again at once, at no attempt’s cost', async () => {
    const queue = company.queue(stage, { attempts: 1, backoffMs: 60_000 });
    await queue.enqueue(newDelivery());
    let runs = 0;
    await company.worker(queue, () => {
      runs += 1;
      if (runs === 1) return 'again';
      throw new Error('no');
    });
    await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 0 })).length === 1);
    expect(runs).toBe(2);
  });

  test('attempts follow with growing pauses; then the job is dead, with the last reason', async () => {
    const queue = company.queue(stage, { attempts: 3 });
    const job = newDelivery();
    await queue.enqueue(job);
    const starts: number[] = [];
    await company.worker(queue, () => {
      starts.push(Date.now());
      throw new Error(`crm: attempt ${starts.length} \u0000\ud800`);
    });
    await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 0 })).length > 0);
    const [dead] = await queue.deadJobs.list({ limit: 1, offset: 0 });
    expect(dead).toMatchObject({ job, reason: 'crm: attempt 3 \uFFFD\uFFFD', attempts: 3 });
    expect(await queue.deadJobs.get(dead?.id ?? '')).toEqual(dead);
    expect(Math.abs(Date.now() - (dead?.failedAt.getTime() ?? 0))).toBeLessThan(10_000);
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    // At least 1 and 2 seconds: jitter adds.
    expect(pauses.map((pause, index) => pause >= 1000 * 2 ** index - 20)).toEqual([true, true]);
  });

  describe('dead jobs', () => {
    test('are listed from the newest, redriven alone or all with new attempts, and discarded', async () => {
      const queue = company.queue(stage, { attempts: 1 });
      const { deadJobs } = queue;
      const jobs = [newDelivery(), newDelivery(), newDelivery()];
      const [first, second, third] = jobs.map(({ key }) => key) as [string, string, string];
      const runs: string[] = [];
      let works = false;
      await company.worker(queue, ({ key }) => {
        runs.push(key);
        if (!works) throw new Error('down');
      });
      const dead = async (limit = 10, offset = 0) =>
        (await deadJobs.list({ limit, offset })).map(({ id, job }) => ({ id, key: (job as QueuedDelivery).key }));
      const keys = async (limit?: number, offset?: number) => (await dead(limit, offset)).map(({ key }) => key);
      const idOf = async (wanted: string) => (await dead()).find(({ key }) => key === wanted)?.id ?? '';
      for (const job of jobs) {
        await queue.enqueue(job);
        await until(async () => (await keys()).includes(job.key));
      }
      expect(await keys()).toEqual([third, second, first]);
      expect(await keys(1, 1)).toEqual([second]);
      expect(await keys(0, 0)).toStrictEqual([]);
      expect(await keys(5, 3)).toStrictEqual([]);

      const discarded = await idOf(second);
      expect(await deadJobs.discard(discarded)).toBe(true);
      expect(await deadJobs.discard(discarded)).toBe(false);
      expect(await deadJobs.get(discarded)).toBeUndefined();
      expect(await deadJobs.redrive(discarded)).toBe(0);
      expect(await deadJobs.redrive('no-uuid')).toBe(0);
      expect(await keys()).toEqual([third, first]);

      runs.length = 0;
      expect(await deadJobs.redrive(await idOf(first))).toBe(1);
      await until(async () => (await keys()).includes(first) && runs.length === 1);
      expect(runs).toEqual([first]);
      expect(await keys()).toEqual([first, third]);

      works = true;
      expect(await deadJobs.redrive('all')).toBe(2);
      await until(() => runs.length === 3);
      expect(runs.slice(1).sort()).toEqual([first, third].sort());
      expect(await keys()).toStrictEqual([]);
      expect(await deadJobs.redrive('all')).toBe(0);
    });

    test('are tried as often again when they are redriven', async () => {
      const queue = company.queue(stage, { attempts: 2 });
      await queue.enqueue(newDelivery());
      let runs = 0;
      await company.worker(queue, () => {
        runs += 1;
        throw new Error('no');
      });
      const newest = async () => (await queue.deadJobs.list({ limit: 1, offset: 0 }))[0];
      await until(async () => (await newest()) !== undefined);
      expect(runs).toBe(2);
      expect(await queue.deadJobs.redrive('all')).toBe(1);
      await until(async () => (await newest()) !== undefined);
      expect(runs).toBe(4);
      expect(await newest()).toMatchObject({ attempts: 2, reason: 'no' });
    });

    test.each([
      ['alone', false],
      ['with all', false],
      ['with all, after pg-boss has thrown away the job that failed', true],
    ])('that are replays run after everything else when they are redriven %s', async (how, isGone) => {
      const namespace = freshNamespace();
      const queue = company.queue(stage, { namespace, attempts: 1 });
      await queue.enqueue({ ...newDelivery(), priority: 'low' });
      const worker = await company.worker(queue, () => Promise.reject(new Error('no')));
      await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 0 })).length === 1);
      await worker.close(1000);
      const name = `bigmind-webhooks/${namespace}`;
      if (isGone) await stage.sql(`DELETE FROM ${stage.schema}.job WHERE name = $1`, [name]);
      const [dead] = await queue.deadJobs.list({ limit: 1, offset: 0 });
      expect(await queue.deadJobs.redrive(how === 'alone' ? (dead?.id ?? '') : 'all')).toBe(1);
      const held = await stage.sql(`SELECT priority FROM ${stage.schema}.job WHERE name = $1`, [name]);
      expect(held).toEqual([{ priority: -1 }]);
    });

    test('are all redriven, however many, but no job that is not dead is touched', async () => {
      const queue = company.queue(stage, { attempts: 1 });
      for (let count = 0; count < 120; count += 1) await queue.enqueue(newDelivery());
      const worker = await company.worker(queue, () => Promise.reject(new Error('no')), 50);
      await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 119 })).length === 1);
      await worker.close(1000);
      await queue.enqueue(newDelivery());
      expect(await queue.deadJobs.redrive('all')).toBe(120);
      const ran = new Set<string>();
      await company.worker(queue, ({ key }) => ran.add(key), 50);
      await until(() => ran.size === 121);
    });

    test('and jobs that wait are no business of pg-boss’ maintenance; ids of dead jobs are, in the end', async () => {
      const namespace = freshNamespace();
      const queue = company.queue(stage, { namespace, attempts: 1 });
      const [dead, waiting] = [newDelivery(), newDelivery()];
      await queue.enqueue(dead);
      const worker = await company.worker(queue, () => Promise.reject(new Error('no')));
      const count = async () => (await queue.deadJobs.list({ limit: 10, offset: 0 })).length;
      await until(async () => (await count()) === 1);
      await worker.close(1000);
      await queue.enqueue(waiting);
      const age = ['created_on', 'start_after', 'started_on', 'completed_on', 'keep_until']
        .map((column) => `${column} = ${column} - interval '3 years'`)
        .join(', ');
      await stage.sql(`UPDATE ${stage.schema}.job SET ${age} WHERE name LIKE $1`, [`%${namespace}%`]);
      await stage.boss.maintain();
      expect(await count()).toBe(1);
      await queue.enqueue(dead);
      const ran: string[] = [];
      await company.worker(queue, ({ key }) => ran.push(key));
      await until(() => ran.length === 2);
      expect(ran.sort()).toEqual([dead.key, waiting.key].sort());
    });
  });

  describe('a worker', () => {
    test('runs no more at once than it may, and lets no slow job hold up others', async () => {
      const queue = company.queue(stage);
      const slow = newDelivery();
      await queue.enqueue(slow);
      for (let count = 0; count < 12; count += 1) await queue.enqueue(newDelivery());
      let [now, most, done] = [0, 0, 0];
      const end = gate();
      const run = async ({ key }: QueuedDelivery): Promise<void> => {
        most = Math.max(most, ++now);
        await (key === slow.key ? end.passed : new Promise((resolve) => setTimeout(resolve, 5)));
        now -= 1;
        done += 1;
      };
      await company.worker(queue, run, 3);
      await until(() => done === 12);
      end.open();
      await until(() => done === 13);
      expect(most).toBe(3);
    });

    test('that has nothing to do is closed at once', async () => {
      const worker = await company.worker(company.queue(stage, { pollMs: 60_000 }), () => undefined);
      const start = Date.now();
      await worker.close(30_000);
      expect(Date.now() - start).toBeLessThan(20_000);
    });
  });

  describe('when the server’s clock is set back an hour', () => {
    /** As the tables look then to the server: what was to be soon is an hour ahead. */
    const setBack = (namespace: string) =>
      stage.sql(
        `UPDATE ${stage.schema}.job SET start_after = start_after + interval '1 hour'
         WHERE name LIKE $1 AND state = 'created'`,
        [`%/${namespace}%`],
      );

    test('a worker runs what waits within seconds, and what waits for its next attempt not before its time', async () => {
      const namespace = freshNamespace();
      const queue = company.queue(stage, { namespace, lostAfterMs: 1200, backoffMs: 60_000 });
      const [fails, first, waits] = [newDelivery(), newDelivery(), newDelivery()];
      const runs: string[] = [];
      const running = gate();
      await company.worker(
        queue,
        async ({ key }) => {
          runs.push(key);
          if (key === fails.key) throw new Error('no');
          if (key === first.key) await running.passed;
        },
        1,
      );
      for (const job of [fails, first, waits]) await queue.enqueue(job);
      await until(() => runs.length === 2);
      await setBack(namespace);
      running.open();
      await until(() => runs.includes(waits.key));
      expect(runs).toEqual([fails.key, first.key, waits.key]);
      await until(async () => (await queue.stats?.())?.running === 0);
      expect(await queue.stats?.()).toMatchObject({ waiting: 1, running: 0, dead: 0 });
      expect(runs).toHaveLength(3);
    });

    test('a worker that starts later runs what waits, too', async () => {
      const namespace = freshNamespace();
      const queue = company.queue(stage, { namespace, lostAfterMs: 1200 });
      const waits = newDelivery();
      await queue.enqueue(waits);
      await setBack(namespace);
      const runs: string[] = [];
      await company.worker(queue, ({ key }) => runs.push(key));
      await until(() => runs.length === 1);
      expect(runs).toEqual([waits.key]);
    });
  });

  test('two namespaces take nothing of each other, also where one is named as the other’s dead jobs', async () => {
    const namespace = freshNamespace();
    const [ours, same, other] = [namespace, namespace, `${namespace}.dead`].map((each) =>
      company.queue(stage, { namespace: each, attempts: 1 }),
    );
    if (!ours || !same || !other) throw new Error('three queues');
    const got: string[] = [];
    await company.worker(other, () => got.push('other'));
    await company.worker(same, () => {
      got.push('same');
      throw new Error('no');
    });
    await ours.enqueue(newDelivery());
    await until(async () => (await ours.deadJobs.list({ limit: 1, offset: 0 })).length === 1);
    expect(got).toEqual(['same']);
  });

  test('a queue that somebody deleted is made again: what enqueue() resolved for is held', async () => {
    const namespace = freshNamespace();
    const queue = company.queue(stage, { namespace });
    await queue.enqueue(newDelivery());
    await stage.boss.purgeQueue(`bigmind-webhooks/${namespace}`);
    await stage.boss.deleteQueue(`bigmind-webhooks/${namespace}`);
    const job = newDelivery();
    await queue.enqueue(job);
    const ran: string[] = [];
    await company.worker(queue, ({ key }) => ran.push(key));
    await until(() => ran.length === 1);
    expect(ran).toEqual([job.key]);
  });
});

/** pg-boss with a list of what it asks the database for. */
async function listeningStage(): Promise<{ readonly stage: Stage; readonly asked: string[] }> {
  const asked: string[] = [];
  const pool = new Pool({ connectionString: databaseUrl, max: 5 });
  const stage = await postgresStage({
    // Its maintenance asks by itself, once a second.
    supervise: false,
    db: {
      executeSql(text, values) {
        asked.push(text);
        return pool.query(text, values);
      },
    },
  });
  const remove = async (): Promise<void> => {
    await stage.remove();
    await pool.end();
  };
  return { stage: { ...stage, remove }, asked };
}

describe('asks the database no more often than it must:', () => {
  let stage: Stage;
  let asked: string[];
  let company: Company;
  beforeAll(async () => {
    ({ stage, asked } = await listeningStage());
    company = new Company();
  });
  afterAll(async () => {
    await company.end();
    await stage.remove();
  });

  test('jobs that end together are completed together', async () => {
    const queue = company.queue(stage);
    const [all, jobs] = [gate(), Array.from({ length: 10 }, () => newDelivery())];
    for (const job of jobs) await queue.enqueue(job);
    let started = 0;
    const worker = await company.worker(
      queue,
      async () => {
        started += 1;
        if (started === jobs.length) all.open();
        await all.passed;
      },
      10,
    );
    const completions = () => asked.filter((text) => /completed_on = now\(\),\s+state = 'completed'/.test(text)).length;
    await until(() => completions() > 0);
    await worker.close(5000);
    expect([started, completions()]).toEqual([10, 1]);
    expect(await queue.stats?.()).toMatchObject({ waiting: 0, running: 0, dead: 0 });
  });

  test('dead jobs that are discarded at once are discarded together, and each is told whether it existed', async () => {
    const queue = company.queue(stage, { attempts: 1 });
    const jobs = Array.from({ length: 30 }, () => newDelivery());
    await Promise.all(jobs.map((job) => queue.enqueue(job)));
    const failing = await company.worker(queue, () => Promise.reject(new Error('no')), 30);
    const { deadJobs } = queue;
    await until(async () => (await deadJobs.list({ limit: 1, offset: 29 })).length === 1, 60_000);
    await failing.close(5000);
    const [kept, ...dead] = await deadJobs.list({ limit: 30, offset: 0 });
    asked.length = 0;
    const unknown = ['no-uuid', '00000000-0000-4000-8000-000000000000'];
    const existed = await Promise.all([...unknown, ...dead.map(({ id }) => id)].map((id) => deadJobs.discard(id)));
    expect(existed).toEqual([false, false, ...dead.map(() => true)]);
    expect(asked.filter((text) => text.startsWith('DELETE'))).toHaveLength(2);
    expect((await deadJobs.list({ limit: 30, offset: 0 })).map(({ id }) => id)).toEqual([kept?.id]);
    // What was discarded is a new job when it comes again; what is dead is not.
    for (const job of jobs) await queue.enqueue(job);
    expect(await queue.stats?.()).toMatchObject({ waiting: 29, dead: 1 });
  }, 120_000);

  test('dead jobs are redriven by the page, and run with all their attempts', async () => {
    const queue = company.queue(stage, { attempts: 1 });
    const jobs = Array.from({ length: 600 }, () => newDelivery());
    await Promise.all(jobs.map((job) => queue.enqueue(job)));
    const failing = await company.worker(queue, () => Promise.reject(new Error('no')), 50);
    await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 599 })).length === 1, 60_000);
    await failing.close(5000);
    asked.length = 0;
    expect(await queue.deadJobs.redrive('all')).toBe(600);
    expect(asked.filter((text) => /dead|state = 'failed'|state < 'active'/.test(text)).length).toBeLessThan(10);
    expect(await queue.deadJobs.list({ limit: 1, offset: 0 })).toStrictEqual([]);
    expect(await queue.stats?.()).toMatchObject({ waiting: 600 });
    const ran = new Set<string>();
    await company.worker(queue, ({ key }) => ran.add(key), 50);
    await until(() => ran.size === 600);
  }, 120_000);
});
