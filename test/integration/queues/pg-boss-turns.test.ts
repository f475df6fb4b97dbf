import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { databaseUrl, freshNamespace } from '../services';
import { gate, newDelivery, until } from './bullmq-kit';
import { Company, postgresStage, type Stage } from './pg-boss-kit';

let pool: Pool;
/** The first worker's, which can be cut off. */
let stage: Stage;
let other: PgBoss;
let company: Company;
/** The first worker's statements wait for this. */
let line = gate();
/** Called after each of its statements. */
let onAnswer: (text: string, values: unknown[] | undefined) => void = () => undefined;

beforeAll(async () => {
  pool = new Pool({ connectionString: databaseUrl, max: 5 });
  line.open();
  stage = await postgresStage({
    db: {
      async executeSql(text, values) {
        await line.passed;
        const result = await pool.query(text, values);
        onAnswer(text, values);
        return result;
      },
    },
  });
  other = new PgBoss({ connectionString: databaseUrl, schema: stage.schema, schedule: false });
  other.on('error', () => undefined);
  await other.start();
});
afterAll(async () => {
  await other.stop({ graceful: false });
  await stage.remove();
  await pool.end();
});

beforeEach(() => {
  company = new Company();
});
afterEach(async () => {
  line.open();
  onAnswer = () => undefined;
  await company.end();
});

const nothing = { waiting: 0, running: 0, dead: 0 };

/** A worker runs a job and is cut off; then another has the job, and runs it until `second` is opened. */
async function runElsewhere(attempt: () => Promise<unknown>) {
  const options = { namespace: freshNamespace(), attempts: 1, lostAfterMs: 1000 };
  const queue = company.queue(stage, options);
  const elsewhere = company.queue({ ...stage, boss: other }, options);
  const second = gate();
  const ran: string[] = [];
  await queue.enqueue(newDelivery());
  const cutOff = await company.worker(queue, () => {
    ran.push('first');
    return attempt();
  });
  await until(() => ran.length === 1);
  line = gate();
  await company.worker(elsewhere, async () => {
    ran.push('second');
    await second.passed;
  });
  await until(() => ran.length === 2);
  return { cutOff, elsewhere, second, ran };
}

describe('a worker that is cut off until its job runs elsewhere changes nothing there, when its own attempt', () => {
  const ending = {
    fails: () => Promise.reject(new Error('the claim was lost')),
    'is to be forgotten': () => Promise.resolve('forget'),
    'is to be run again': () => Promise.resolve('again'),
  };
  test.each(Object.entries(ending))('%s', async (_how, end) => {
    const first = gate();
    const { cutOff, elsewhere, second, ran } = await runElsewhere(async () => {
      await first.passed;
      return await end();
    });
    first.open();
    line.open();
    await cutOff.close(10_000);
    expect(await elsewhere.stats?.()).toMatchObject({ ...nothing, running: 1 });
    second.open();
    await until(async () => (await elsewhere.stats?.())?.running === 0);
    expect(await elsewhere.stats?.()).toMatchObject(nothing);
    expect(ran).toEqual(['first', 'second']);
  });

  test('is broken off when it closes', async () => {
    const { cutOff, elsewhere, second, ran } = await runElsewhere(() => new Promise(() => undefined));
    line.open();
    await cutOff.close(0);
    expect(await elsewhere.stats?.()).toMatchObject({ ...nothing, running: 1 });
    second.open();
    await until(async () => (await elsewhere.stats?.())?.running === 0);
    expect(ran).toEqual(['first', 'second']);
  });
});

test('a failure that was recorded and not confirmed is not told again as one of the next attempt', async () => {
  const options = { namespace: freshNamespace(), attempts: 2 };
  const queue = company.queue(stage, options);
  const elsewhere = company.queue({ ...stage, boss: other }, options);
  const second = gate();
  let isConfirmed = true;
  onAnswer = (text, values) => {
    // pg-boss' own maintenance fails jobs too, with no values.
    if (!text.includes('failed_jobs') || !values?.length || !isConfirmed) return;
    isConfirmed = false;
    // The first worker tries again when the next attempt runs.
    line = gate();
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  await queue.enqueue(newDelivery());
  const cutOff = await company.worker(queue, () => Promise.reject(new Error('the first attempt')));
  await until(() => !isConfirmed);
  let hasBegun = false;
  await company.worker(elsewhere, async () => {
    hasBegun = true;
    await second.passed;
  });
  await until(() => hasBegun);
  line.open();
  await cutOff.close(10_000);
  expect(await elsewhere.stats?.()).toMatchObject({ ...nothing, running: 1 });
  second.open();
  await until(async () => (await elsewhere.stats?.())?.running === 0);
  expect(await elsewhere.stats?.()).toMatchObject(nothing);
});
