import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import type { QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { type PgBossQueueOptions, pgBossQueue, pgliteDb } from '../../../src/queues/pg-boss/index';
import type { Bundle } from '../kit/bundle';
import { proxyTo } from '../kit/proxy';
import { databaseUrl, freshNamespace } from '../services';
import { gate, newDelivery, recordingLogger, until } from './bullmq-kit';
import {
  bundleAdapter,
  Company,
  killPrograms,
  type Program,
  pgliteStage,
  postgresStage,
  runModule,
  type Stage,
  succeeds,
} from './pg-boss-kit';

/** For machines that are busy with something else. */
const slackS = 5;
const stages: Stage[] = [];
let stage: Stage;
let company: Company;
let adapter: Bundle;

/** One that is removed at the end. */
async function keep(opening: Promise<Stage>): Promise<Stage> {
  const opened = await opening;
  stages.push(opened);
  return opened;
}

beforeAll(async () => {
  adapter = await bundleAdapter();
  stage = await keep(postgresStage());
});
afterAll(async () => {
  adapter.remove();
  await Promise.all(stages.map((each) => each.remove()));
});

beforeEach(() => {
  company = new Company();
});
afterEach(async () => {
  await company.end();
  await killPrograms();
});

/** A worker in a process of its own. It tells the keys of the jobs that it runs, and never ends one. */
function hangingWorker(namespace: string, options: object = {}): Program {
  return runModule(
    `
      import PgBoss from 'pg-boss';
      const { pgBossQueue } = await import(config.adapter);
      const boss = new PgBoss({ connectionString: config.databaseUrl, schema: config.schema, schedule: false });
      await boss.start();
      const queue = pgBossQueue({ boss, schema: config.schema, namespace: config.namespace, ...config.options });
      await queue.work(async (job) => {
        process.send(job.key);
        await new Promise(() => undefined);
      }, { concurrency: 10 });
    `,
    { adapter: adapter.file, databaseUrl, schema: stage.schema, namespace, options },
  );
}

describe('what a killed worker was running is run by another, and that is no attempt:', () => {
  test('several times, with one attempt', async () => {
    const namespace = freshNamespace();
    const { logger, lines } = recordingLogger();
    const queue = company.queue(stage, { namespace, attempts: 1, lostAfterMs: 1000 }, logger);
    const jobs = [newDelivery(), newDelivery()];
    for (const job of jobs) await queue.enqueue(job);
    for (let kills = 0; kills < 2; kills += 1) {
      const program = hangingWorker(namespace, { lostAfterMs: 1000 });
      await until(() => program.said.length === 2);
      await program.kill();
    }
    const ran: string[] = [];
    await company.worker(queue, ({ key }) => ran.push(key));
    await until(() => ran.length === 2);
    expect(ran.sort()).toEqual(jobs.map(({ key }) => key).sort());
    expect(await queue.deadJobs.list({ limit: 1, offset: 0 })).toStrictEqual([]);
    const message = 'A worker was lost: its delivery is handled by another.';
    expect(lines).toEqual(expect.arrayContaining(jobs.map(({ key }) => ({ key, message }))));
  });

  const byDefault = process.env['KILL_BY_DEFAULT_OPTIONS'] === undefined ? 6000 : undefined;

  test('soon, while others live', async () => {
    const namespace = freshNamespace();
    const options = byDefault === undefined ? {} : { lostAfterMs: byDefault };
    const queue = company.queue(stage, { namespace, ...options });
    const first = hangingWorker(namespace, options);
    const job = newDelivery();
    await queue.enqueue(job);
    await until(() => first.said.length === 1);
    const ran: string[] = [];
    await company.worker(queue, ({ key }) => ran.push(key));
    await new Promise((resolve) => setTimeout(resolve, (byDefault ?? 30_000) * 1.5));
    expect(ran).toStrictEqual([]);
    const killedAt = performance.now();
    await first.kill();
    await until(() => ran.length === 1, 60_000);
    const seconds = (performance.now() - killedAt) / 1000;
    process.stdout.write(`${JSON.stringify({ engine: 'pg-boss', fromKillToStart: seconds })}\n`);
    expect(seconds).toBeLessThan(byDefault === undefined ? 60 : (byDefault / 1000) * 1.5 + slackS);
  }, 180_000);
});

test('a payload that kills every worker is dead in the end, and says so', async () => {
  const namespace = freshNamespace();
  const queue = company.queue(stage, { namespace, attempts: 3, lostAfterMs: 1000 });
  const job = newDelivery();
  await queue.enqueue(job);
  const program = hangingWorker(namespace, { lostAfterMs: 1000 });
  await until(() => program.said.length === 1);
  await program.kill();
  // As if it had lost many workers before.
  const name = `bigmind-webhooks/${namespace}`;
  await stage.sql(`UPDATE ${stage.schema}.job SET output = '{"lost": 99}' WHERE name = $1 AND state = 'active'`, [
    name,
  ]);
  const ran: string[] = [];
  await company.worker(queue, ({ key }) => ran.push(key));
  const dead = () => queue.deadJobs.list({ limit: 1, offset: 0 });
  await until(async () => (await dead()).length === 1);
  expect(await dead()).toEqual([expect.objectContaining({ job, reason: 'It lost 100 workers.' })]);
  expect(ran).toStrictEqual([]);
});

test('workers that wait as long as a timer can for a lost one see each other, and work', async () => {
  const namespace = freshNamespace();
  const patient = () => company.queue(stage, { namespace, lostAfterMs: 2 ** 31 - 1 });
  const ran: string[] = [];
  await company.worker(patient(), ({ key }) => ran.push(key));
  const records = () =>
    stage.sql(`SELECT 1 FROM ${stage.schema}.job WHERE name = $1`, [`bigmind-webhooks/${namespace}/workers`]);
  await until(async () => (await records()).length === 1);
  const queue = patient();
  await company.worker(queue, ({ key }) => ran.push(key));
  const jobs = Array.from({ length: 20 }, () => newDelivery());
  for (const job of jobs) await queue.enqueue(job);
  await until(() => ran.length === jobs.length);
  expect((await records()).length).toBe(2);
});

test('a job that runs longer than any time-out runs once, and ends well', async () => {
  const namespace = freshNamespace();
  const queue = company.queue(stage, { namespace, attempts: 1, lostAfterMs: 1000 });
  const ended: string[] = [];
  let started = 0;
  const run = async ({ key }: QueuedDelivery): Promise<void> => {
    started += 1;
    await new Promise((resolve) => setTimeout(resolve, 4000));
    ended.push(key);
  };
  await company.worker(queue, run);
  await company.worker(company.queue(stage, { namespace, lostAfterMs: 1000 }), run);
  const job = newDelivery();
  await queue.enqueue(job);
  // As short as pg-boss has it. Its maintenance comes by every second.
  const name = `bigmind-webhooks/${namespace}`;
  await stage.sql(`UPDATE ${stage.schema}.job SET expire_in = '2 seconds' WHERE name = $1`, [name]);
  await until(() => ended.length === 1);
  const completed = `SELECT 1 FROM ${stage.schema}.job WHERE name = $1 AND state = 'completed'`;
  await until(async () => (await stage.sql(completed, [name])).length === 1);
  expect(started).toBe(1);
  expect(await queue.deadJobs.list({ limit: 1, offset: 0 })).toStrictEqual([]);
});

test.each([
  ['by the connection', 'ECONNRESET', 'read ECONNRESET'],
  ['by PgBouncer', '08P01', 'server conn crashed?'],
])('jobs whose answer was lost on the way to the worker, %s, are run soon', async (_by, code, message) => {
  let cutAnswers = 0;
  let looks = 0;
  const pool = new Pool({ connectionString: databaseUrl, max: 3 });
  const lossy = await keep(
    postgresStage({
      db: {
        async executeSql(text, values) {
          const result = await pool.query(text, values);
          if (/jsonb_build_object\('lost'/.test(text)) looks += 1;
          if (
            cutAnswers > 0 &&
            /FOR UPDATE SKIP LOCKED/.test(text) &&
            /retry_count = CASE/.test(text) &&
            result.rowCount
          ) {
            cutAnswers -= 1;
            throw Object.assign(new Error(message), { code });
          }
          return result;
        },
      },
    }),
  );
  const queue = company.queue(lossy, { attempts: 1, lostAfterMs: 1000 });
  const ran: string[] = [];
  await company.worker(queue, ({ key }) => ran.push(key));
  // A worker also looks for lost jobs soon after its start, and seldom later.
  await until(() => looks > 0);
  cutAnswers = 1;
  const job = newDelivery();
  await queue.enqueue(job);
  await until(() => ran.length === 1);
  expect(cutAnswers).toBe(0);
  expect(ran).toEqual([job.key]);
  await company.end();
  await lossy.boss.stop({ graceful: false });
  await pool.end();
});

test('a worker that closes leaves no record, and one that is stopped for a while gets a new one', async () => {
  const namespace = freshNamespace();
  const queue = company.queue(stage, { namespace, lostAfterMs: 1000 });
  const records = () =>
    stage.sql(`SELECT id FROM ${stage.schema}.job WHERE name = $1`, [`bigmind-webhooks/${namespace}/workers`]);
  const worker = await company.worker(queue, () => undefined);
  await until(async () => (await records()).length === 1);
  await stage.sql(`DELETE FROM ${stage.schema}.job WHERE name = $1`, [`bigmind-webhooks/${namespace}/workers`]);
  await until(async () => (await records()).length === 1);
  await worker.close(1000);
  expect(await records()).toStrictEqual([]);
});

/** Enqueues all the time while `disturb` is called twice; all that was held is run in the end. */
async function enqueueDuring(on: Stage, disturb: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const { logger, lines } = recordingLogger();
  const queue = company.queue(on, { lostAfterMs: 1000 }, logger);
  const ran = new Set<string>();
  await company.worker(queue, ({ key }) => ran.add(key), 3);
  const held: string[] = [];
  let stopped = false;
  const enqueueing = (async () => {
    while (!stopped) {
      const job = newDelivery();
      if (await succeeds(queue.enqueue(job))) held.push(job.key);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  for (const times of [1, 2]) {
    await until(() => held.length > times * 50);
    await disturb();
  }
  await until(() => held.length > 200);
  stopped = true;
  await enqueueing;
  await until(() => held.every((key) => ran.has(key)), 30_000);
  return lines;
}

/** A stage whose database never answers the statements of this kind, so many times. */
async function deafStage(kind: RegExp) {
  const pool = new Pool({ connectionString: databaseUrl, max: 3 });
  const seen = { unanswered: 0, most: 0, statements: [] as string[] };
  const deaf = await keep(
    postgresStage({
      db: {
        executeSql(text, values) {
          seen.statements.push(text);
          if (!kind.test(text) || seen.unanswered >= seen.most) return pool.query(text, values);
          seen.unanswered += 1;
          return new Promise(() => undefined);
        },
      },
    }),
  );
  const remove = async () => {
    await company.end();
    await deaf.boss.stop({ graceful: false });
    await pool.end();
  };
  return { deaf, seen, remove };
}

test('a first answer that is lost holds up what needs the queues for 10 s, and no longer', async () => {
  const { deaf, seen, remove } = await deafStage(/^SELECT 1 FROM \S+\.queue WHERE name = ANY/);
  const { logger, lines } = recordingLogger();
  const queue = company.queue(deaf, {}, logger);
  seen.most = 1;
  const start = Date.now();
  const refused = expect(queue.enqueue(newDelivery())).rejects.toThrow('did not answer within 10000 ms');
  const ran: string[] = [];
  await company.worker(queue, ({ key }) => ran.push(key));
  await refused;
  expect(seen.unanswered).toBe(1);
  const job = newDelivery();
  await queue.enqueue(job);
  await until(() => ran.includes(job.key));
  expect(Date.now() - start).toBeLessThan((10 + slackS) * 1000);
  const message = 'The connection of pg-boss to PostgreSQL did not answer within 10000 ms';
  expect(lines).toContainEqual(expect.objectContaining({ silent: 'worker', message }));
  await remove();
}, 30_000);

test('a look for lost jobs whose answer is lost ends no signs of life', async () => {
  const { deaf, seen, remove } = await deafStage(/jsonb_build_object\('lost'/);
  seen.most = 1;
  const queue = company.queue(deaf, { lostAfterMs: 1000 });
  const running = gate();
  const ran: string[] = [];
  await company.worker(queue, async ({ key }) => {
    ran.push(key);
    await running.passed;
  });
  await queue.enqueue(newDelivery());
  await until(() => seen.unanswered === 1 && ran.length === 1);
  seen.statements.length = 0;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const signs = seen.statements.filter((text) => text.includes('AS until'));
  expect(signs.length).toBeGreaterThan(5);
  running.open();
  await remove();
});

test('a look for lost jobs that fails is tried again after a pause, not at each sign of life', async () => {
  const pool = new Pool({ connectionString: databaseUrl, max: 3 });
  let [looks, signs] = [0, 0];
  const slow = await keep(
    postgresStage({
      db: {
        async executeSql(text, values) {
          if (text.includes('AS until')) signs += 1;
          if (!/jsonb_build_object\('lost'/.test(text)) return await pool.query(text, values);
          looks += 1;
          throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
        },
      },
    }),
  );
  await company.worker(company.queue(slow, { lostAfterMs: 1000 }), () => undefined);
  await until(() => looks === 1);
  const before = signs;
  await until(() => looks === 3);
  // Six to a pause.
  expect(signs - before).toBeGreaterThanOrEqual(8);
  await company.end();
  await slow.boss.stop({ graceful: false });
  await pool.end();
});

test('a ping tells of a database that takes no writes, and makes a queue again that somebody deleted', async () => {
  const pools = ['off', 'on'].map((isReadOnly) => {
    const options = `-c default_transaction_read_only=${isReadOnly}`;
    return new Pool({ connectionString: databaseUrl, max: 3, options });
  });
  let [pool] = pools as [Pool, Pool];
  const two = await keep(postgresStage({ db: { executeSql: (text, values) => pool.query(text, values) } }));
  const namespace = freshNamespace();
  const queue = company.queue(two, { namespace });
  await queue.ping?.();
  pool = pools[1] as Pool;
  await expect(queue.ping?.()).rejects.toMatchObject({ code: '25006' });
  pool = pools[0] as Pool;
  await two.boss.deleteQueue(`bigmind-webhooks/${namespace}`);
  await queue.ping?.();
  expect(await two.boss.getQueue(`bigmind-webhooks/${namespace}`)).not.toBeNull();
  expect(await queue.stats?.()).toMatchObject({ waiting: 0, running: 0, dead: 0 });
  await two.boss.stop({ graceful: false });
  for (const each of pools) await each.end();
});

test('connections that are terminated lose nothing, and all goes on', async () => {
  await enqueueDuring(stage, () =>
    stage.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [stage.schema]),
  );
});

test('a database that is away rejects at once, is told of once an outage, and is worked on when it is back', async () => {
  const { hostname, port } = new URL(databaseUrl);
  const wire = await proxyTo(hostname, Number(port || 5432));
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${wire.port}`;
  const away = await keep(postgresStage({ connectionString: through.href }));
  const lines = await enqueueDuring(away, async () => {
    wire.cut();
    const start = Date.now();
    expect(await succeeds(company.queue(away).enqueue(newDelivery()))).toBe(false);
    expect(Date.now() - start).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    wire.mend();
  });
  expect(lines.length).toBeGreaterThan(0);
  // Two outages, a few kinds of trouble each.
  expect(lines.length).toBeLessThan(12);
  expect(JSON.stringify(lines)).not.toContain('rawBody');

  const { logger } = recordingLogger();
  const queue = company.queue(away, {}, logger);
  const started = gate();
  await queue.enqueue(newDelivery());
  const worker = await company.worker(queue, () => {
    started.open();
    return new Promise(() => undefined);
  });
  await started.passed;
  wire.cut();
  const start = Date.now();
  await worker.close(500);
  expect(Date.now() - start).toBeLessThan(10_000);
  const ran: string[] = [];
  await company.worker(company.queue(away), ({ key }) => ran.push(key));
  wire.mend();
  await until(() => succeeds(away.boss.getQueues()));
  await away.boss.stop({ graceful: false });
  await wire.close();
});

test('many jobs that end while the database is away wait for it, and Node warns of no leak', async () => {
  const namespace = freshNamespace();
  const queue = company.queue(stage, { namespace });
  const jobs = Array.from({ length: 12 }, () => newDelivery());
  for (const job of jobs) await queue.enqueue(job);
  // In a process of its own: Jest keeps the warnings of Node from a test.
  const program = runModule(
    `
      import pg from 'pg';
      import PgBoss from 'pg-boss';
      const { pgBossQueue } = await import(config.adapter);
      process.on('warning', ({ name }) => process.send(name));
      const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 3 });
      let refusals = 0;
      const db = {
        async executeSql(text, values) {
          if (refusals === 0) return await pool.query(text, values);
          refusals -= 1;
          throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
        },
      };
      const boss = new PgBoss({ db, schema: config.schema, schedule: false, supervise: false });
      await boss.start();
      const queue = pgBossQueue({ boss, schema: config.schema, namespace: config.namespace, pollMs: 20 });
      let started = 0;
      let end;
      const ending = new Promise((resolve) => { end = resolve; });
      await queue.work(async () => {
        started += 1;
        if (started === 12) {
          process.send('all started');
          refusals = 3;
          end();
        }
        await ending;
        return 'done';
      }, { concurrency: 12 });
    `,
    { adapter: adapter.file, databaseUrl, schema: stage.schema, namespace },
  );
  await until(() => program.said.includes('all started'));
  await until(async () => (await queue.stats?.())?.running === 0);
  expect(program.said).toEqual(['all started']);
});

test('a job that is done while the database is away is not run again', async () => {
  const { hostname, port } = new URL(databaseUrl);
  const wire = await proxyTo(hostname, Number(port || 5432));
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${wire.port}`;
  const away = await keep(postgresStage({ connectionString: through.href }));
  const { logger, lines } = recordingLogger();
  const namespace = freshNamespace();
  const queue = company.queue(away, { namespace }, logger);
  const job = newDelivery();
  await queue.enqueue(job);
  let runs = 0;
  await company.worker(queue, () => {
    runs += 1;
    wire.cut();
  });
  await until(() => lines.length > 0);
  wire.mend();
  const completed = `SELECT 1 FROM ${away.schema}.job WHERE name LIKE $1 AND state = 'completed'`;
  await until(async () => (await away.sql(completed, [`%${namespace}`])).length === 1);
  expect(runs).toBe(1);
  await company.end();
  await away.boss.stop({ graceful: false });
  await wire.close();
});

test('processes that need the same queue for the first time all get it', async () => {
  const namespace = freshNamespace();
  const others = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const boss = new PgBoss({ connectionString: databaseUrl, schema: stage.schema, max: 2, supervise: false });
      return await boss.start();
    }),
  );
  const queues = others.map((boss) => company.queue({ ...stage, boss }, { namespace }));
  await Promise.all(queues.map((queue) => queue.enqueue(newDelivery())));
  await Promise.all(others.map((boss) => boss.stop({ graceful: false })));
  expect(await stage.boss.getQueueSize(`bigmind-webhooks/${namespace}`)).toBe(8);
});

test('copies that meet under serializable are no errors: one job is held, and all are run', async () => {
  const strict = await keep(postgresStage({ options: '-c default_transaction_isolation=serializable' } as object));
  const queue = company.queue(strict);
  const ran: string[] = [];
  for (let count = 0; count < 2; count += 1) await company.worker(queue, ({ key }) => ran.push(key));
  const jobs = Array.from({ length: 10 }, () => newDelivery());
  await Promise.all([...jobs, ...jobs, ...jobs].map((job) => queue.enqueue(job)));
  await until(() => ran.length >= jobs.length);
  const last = newDelivery();
  await queue.enqueue(last);
  await until(() => ran.includes(last.key));
  expect(ran.sort()).toEqual([...jobs, last].map(({ key }) => key).sort());
  await company.end();
});

describe('PGlite in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-pglite-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('whose process is killed has lost nothing of what was held, and its running jobs come back', async () => {
    const namespace = freshNamespace();
    const program = runModule(
      `
        import { randomBytes } from 'node:crypto';
        import { PGlite } from '@electric-sql/pglite';
        import PgBoss from 'pg-boss';
        const { pgBossQueue, pgliteDb } = await import(config.adapter);
        const boss = new PgBoss({ db: pgliteDb(new PGlite(config.folder)), schedule: false });
        await boss.start();
        const queue = pgBossQueue({ boss, namespace: config.namespace, pollMs: 20 });
        queue.open({ maxRunMs: 60_000, logger: console });
        await queue.work(async (job) => {
          if (job.event === 'hangs') await new Promise(() => undefined);
          process.send({ ran: job.key });
          return 'done';
        }, { concurrency: 5 });
        for (let count = 0; ; count += 1) {
          const key = randomBytes(32).toString('hex');
          const job = { ...config.job, key, ...(count % 50 === 0 && count < 200 && { event: 'hangs' }) };
          await queue.enqueue(job);
          // PGlite answers without a turn of the event loop; this one lets the worker have its own.
          process.send({ held: key });
          await new Promise(setImmediate);
        }
      `,
      { adapter: adapter.file, folder, namespace, job: newDelivery() },
    );
    const said = (what: 'held' | 'ran') =>
      (program.said as Record<string, string>[]).map((line) => line[what]).filter((key) => key !== undefined);
    // It starts a PGlite first, which takes most of a minute where every core is busy.
    await until(() => said('ran').length > 150, 120_000);
    await program.kill();
    const again = await pgliteStage(folder);
    const ran = new Set(said('ran'));
    await company.worker(company.queue(again, { namespace, lostAfterMs: 1000 }), ({ key }) => ran.add(key));
    await until(() => said('held').every((key) => ran.has(key)), 40_000);
    await company.end();
    await again.remove();
  });

  test('that is closed and opened again has its jobs, waiting and dead', async () => {
    const namespace = freshNamespace();
    const [dead, waiting] = [newDelivery(), newDelivery()];
    const before = await pgliteStage(folder);
    const queue = company.queue(before, { namespace, attempts: 1 });
    await queue.enqueue(dead);
    await company.worker(queue, () => Promise.reject(new Error('no')));
    await until(async () => (await queue.deadJobs.list({ limit: 1, offset: 0 })).length === 1);
    await company.end();
    await queue.enqueue(waiting);
    await before.remove();
    const after = await pgliteStage(folder);
    const same = company.queue(after, { namespace });
    expect(await same.deadJobs.redrive('all')).toBe(1);
    const ran: string[] = [];
    await company.worker(same, ({ key }) => ran.push(key));
    await until(() => ran.length === 2);
    expect(ran.sort()).toEqual([dead.key, waiting.key].sort());
    await company.end();
    await after.remove();
  });
});

test('a statement that fails half-way leaves PGlite usable', async () => {
  const pglite = new PGlite();
  const db = pgliteDb(pglite);
  await expect(db.executeSql('BEGIN; SELECT 1 / 0; COMMIT;')).rejects.toThrow('division by zero');
  expect(await db.executeSql('SELECT 1 AS a; SELECT 2 AS a')).toEqual({ rows: [{ a: 1 }, { a: 2 }] });
  expect(await db.executeSql('SELECT $1::text AS a', ['3'])).toMatchObject({ rows: [{ a: '3' }] });
  await pglite.close();
});

describe('says what is wrong with the instance of pg-boss:', () => {
  test('it is not started, or was stopped', async () => {
    const boss = new PgBoss({ connectionString: databaseUrl, schema: stage.schema, schedule: false });
    const queue = company.queue({ ...stage, boss });
    const refusal = { code: 'BAD_OPTION', message: expect.stringContaining('await boss.start()') as string };
    await expect(queue.enqueue(newDelivery())).rejects.toMatchObject(refusal);
    await expect(queue.work(() => Promise.resolve('done'), { concurrency: 1 })).rejects.toMatchObject(refusal);
    await expect(queue.deadJobs.list({ limit: 1, offset: 0 })).rejects.toMatchObject(refusal);
    await boss.start();
    await queue.enqueue(newDelivery());
    await boss.stop({ graceful: false });
    await expect(queue.enqueue(newDelivery())).rejects.toMatchObject(refusal);
  });

  test('it keeps its tables in another schema', async () => {
    const other = await keep(postgresStage());
    for (const schema of ['no_such_schema', other.schema]) {
      const refusal = { code: 'BAD_OPTION', message: expect.stringContaining(schema) as string };
      await expect(company.queue(stage, { schema }).enqueue(newDelivery())).rejects.toMatchObject(refusal);
    }
  });

  test('an error that nobody listens for is logged, and ends no process', () => {
    const boss = new PgBoss({ connectionString: databaseUrl });
    const { logger, lines } = recordingLogger();
    company.queue({ ...stage, boss }, {}, logger);
    const error = Object.assign(new Error('row: secret'), { code: '57P01' });
    expect(boss.emit('error', error)).toBe(true);
    expect(boss.emit('error', error)).toBe(true);
    expect(lines).toEqual([{ trouble: '57P01', message: expect.any(String) as string }]);
  });
});

describe('refuses at once, with what to do', () => {
  const boss = new PgBoss(databaseUrl);
  const good = { boss, namespace: 'crm' };

  test.each<[string, object, RegExp]>([
    ['no boss', { boss: undefined }, /pgBossQueue\.boss: expected an instance of pg-boss 10 or later/],
    ['an address', { boss: databaseUrl }, /pgBossQueue\.boss: .*new PgBoss\(url\)/],
    ['no namespace', { namespace: undefined }, /pgBossQueue\.namespace: expected a string with text/],
    [
      'a namespace of a variable that is not set',
      { namespace: 'undefined' },
      /It is "undefined": is a variable not set\?/,
    ],
    ['a namespace that pg-boss refuses', { namespace: 'c r/m' }, /pgBossQueue\.namespace: expected letters, digits/],
    ['a schema that is none', { schema: 'a;b' }, /pgBossQueue\.schema: expected the name of a schema/],
    ['no attempt', { attempts: 0 }, /pgBossQueue\.attempts: expected a whole number from 1 to 20/],
    ['no pause', { backoffMs: 0 }, /pgBossQueue\.backoffMs/],
    ['a poll without pause', { pollMs: 0 }, /pgBossQueue\.pollMs: expected a whole number from 10/],
    [
      'a worker that is lost at once',
      { lostAfterMs: 999 },
      /pgBossQueue\.lostAfterMs: expected a whole number from 1000/,
    ],
    [
      'a poll longer than timers are, which would be none',
      { pollMs: 2 ** 31 },
      /pgBossQueue\.pollMs: expected .* to 2147483647/,
    ],
    ['a life longer than timers are', { lostAfterMs: 2 ** 31 }, /pgBossQueue\.lostAfterMs: expected .* to 2147483647/],
    ['an unknown option', { attempt: 1 }, /pgBossQueue\.attempt is unknown\. Did you mean attempts\?/],
  ])('%s', (_what, bad, message) => {
    expect(() => pgBossQueue({ ...good, ...bad } as PgBossQueueOptions)).toThrow(message);
    expect(() => pgBossQueue({ ...good, ...bad } as PgBossQueueOptions)).toThrow(/^BAD_OPTION /);
  });
});
