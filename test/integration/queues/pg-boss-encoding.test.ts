import PgBoss from 'pg-boss';
import { type LatinDatabase, latinDatabase } from '../kit/latin-database';
import { newDelivery, until } from './bullmq-kit';
import { Company } from './pg-boss-kit';

describe('in a database whose encoding holds few characters', () => {
  let latin: LatinDatabase;
  let boss: PgBoss;
  const company = new Company();

  beforeAll(async () => {
    latin = await latinDatabase();
    boss = new PgBoss({ connectionString: latin.url, schedule: false, max: 4 });
    await boss.start();
  });
  afterAll(async () => {
    await company.end();
    await boss.stop({ graceful: false });
    await latin.remove();
  });

  test('a job whose error holds others fails as any does, and the worker goes on', async () => {
    const queue = company.queue({ boss, schema: 'pgboss' }, { attempts: 1 });
    const [one, other] = [newDelivery(), newDelivery()];
    const ran: string[] = [];
    await queue.enqueue(one);
    await queue.enqueue(other);
    await company.worker(
      queue,
      ({ key }) => {
        ran.push(key);
        throw new Error('no room → 🎉 at Café');
      },
      1,
    );
    await until(async () => (await queue.deadJobs.list({ limit: 10, offset: 0 })).length === 2);
    const reasons = (await queue.deadJobs.list({ limit: 10, offset: 0 })).map(({ reason }) => reason);
    expect(reasons).toEqual(Array.from({ length: 2 }, () => 'no room ? ? at Caf?'));
    expect([...ran].sort()).toEqual([one.key, other.key].sort());
  });
});
