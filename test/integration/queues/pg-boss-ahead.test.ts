import { Pool } from 'pg';
import type { DeliveryQueue, QueuedDelivery } from '../../../src/foundations/contracts/queue';
import { databaseUrl } from '../services';
import { gate, newDelivery, until } from './bullmq-kit';
import { Company, postgresStage, type Stage } from './pg-boss-kit';

let pool: Pool;
let stage: Stage;
let company: Company;
let queue: DeliveryQueue;
/** Completions wait for this. */
let settling = gate();

beforeAll(async () => {
  pool = new Pool({ connectionString: databaseUrl, max: 5 });
  stage = await postgresStage({
    db: {
      async executeSql(text, values) {
        if (/state = 'completed'/.test(text)) await settling.passed;
        return await pool.query(text, values);
      },
    },
  });
});
afterAll(async () => {
  await stage.remove();
  await pool.end();
});

beforeEach(() => {
  settling = gate();
  company = new Company();
  queue = company.queue(stage);
});
afterEach(async () => {
  settling.open();
  await company.end();
});

/** A worker that runs one job at a time, and what it ran. */
async function workOn(jobs: readonly QueuedDelivery[]): Promise<readonly string[]> {
  for (const job of jobs) await queue.enqueue(job);
  const ran: string[] = [];
  await company.worker(queue, ({ key }) => ran.push(key), 1);
  return ran;
}

test('the next job runs while the one before is settled, and no job more', async () => {
  const jobs = Array.from({ length: 4 }, () => newDelivery());
  const ran = await workOn(jobs);
  await until(() => ran.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ran).toEqual(jobs.slice(0, 2).map(({ key }) => key));
  expect(await queue.stats?.()).toMatchObject({ waiting: 2, running: 2 });
  settling.open();
  await until(() => ran.length === 4);
  expect(ran).toEqual(jobs.map(({ key }) => key));
});

test('a worker that is closed waits until what it ran is settled', async () => {
  const ran = await workOn([newDelivery()]);
  await until(() => ran.length === 1);
  let hasClosed = false;
  const closed = Promise.all(company.workers.map((worker) => worker.close(10_000))).then(() => {
    hasClosed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(hasClosed).toBe(false);
  settling.open();
  await closed;
  expect(await queue.stats?.()).toMatchObject({ waiting: 0, running: 0 });
});
