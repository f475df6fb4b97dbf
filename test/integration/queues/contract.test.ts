import { Pool } from 'pg';
import type { DeliveryQueue } from '../../../src/index';
import { bullmqQueue } from '../../../src/queues/bullmq/index';
import { type PgBossQueueOptions, pgBossQueue } from '../../../src/queues/pg-boss/index';
import { queueContract } from '../../../src/testing/index';
import { databaseUrl, freshNamespace } from '../services';
import { type RedisStage, redisStage } from './bullmq-kit';
import { pgliteStage, postgresStage, type Stage } from './pg-boss-kit';

describe('BullMQ keeps the contract of a queue:', () => {
  let stage: RedisStage;

  beforeAll(async () => {
    stage = await redisStage();
  });

  afterAll(() => stage.remove());

  const open = (namespace: string) => ({
    queue: bullmqQueue({ connection: stage.client, namespace, attempts: 3, backoffMs: 40 }),
  });
  for (const { name, run } of queueContract({ open, pauseMs: 20 })) test(name, run);
});

/**
 * All cases at once, since with pg-boss, whose pauses are whole seconds, they wait nearly all the time. The queues are
 * made before, one by one: PostgreSQL lets only one of two go on that would make its tables at the same time.
 */
function testTogether(make: (settings: Omit<PgBossQueueOptions, 'boss'>) => DeliveryQueue): void {
  const queues: DeliveryQueue[] = [];
  const open = () => {
    const queue = queues.pop();
    if (queue === undefined) throw new Error('no queue is left');
    return { queue };
  };
  const cases = queueContract({ open, pauseMs: 1000, patienceMs: 30_000 });
  let results: readonly PromiseSettledResult<void>[] = [];

  beforeAll(async () => {
    for (const _ of cases) {
      const queue = make({ namespace: freshNamespace(), attempts: 3, backoffMs: 1, pollMs: 50 });
      await queue.deadJobs.list({ limit: 1, offset: 0 });
      queues.push(queue);
    }
    results = await Promise.allSettled(cases.map(({ run }) => run()));
  });

  test.each(cases.map(({ name }, index) => [name, index] as const))('%s', (_, index) => {
    const result = results[index];
    if (result?.status === 'rejected') throw result.reason;
  });
}

describe('pg-boss on PostgreSQL keeps the contract of a queue:', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await postgresStage();
  });

  afterAll(() => stage.remove());

  testTogether((settings) => pgBossQueue({ boss: stage.boss, schema: stage.schema, ...settings }));
});

describe('pg-boss on a pool that converts nothing keeps the contract of a queue:', () => {
  let stage: Stage;
  let pool: Pool;

  beforeAll(async () => {
    const types = { getTypeParser: () => (value: string) => value };
    pool = new Pool({ connectionString: databaseUrl, max: 5, types });
    stage = await postgresStage({ db: { executeSql: (text, values) => pool.query(text, values) } });
  });

  afterAll(async () => {
    await stage.remove();
    await pool.end();
  });

  testTogether((settings) => pgBossQueue({ boss: stage.boss, schema: stage.schema, ...settings }));
});

describe('pg-boss on PGlite keeps the contract of a queue:', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await pgliteStage();
  });

  afterAll(() => stage.remove());

  testTogether((settings) => pgBossQueue({ boss: stage.boss, schema: stage.schema, ...settings }));
});
