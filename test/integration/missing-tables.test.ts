import { randomUUID } from 'node:crypto';
import { postgresStore } from '../../src/stores/postgres/index';
import { entry, makePlace, type Place } from './journals/postgres-kit';
import { newDelivery } from './queues/bullmq-kit';
import { Company, postgresStage } from './queues/pg-boss-kit';

// Tried one by one, twenty would be refused in twenty statements more.
const many = Array.from({ length: 20 });
const unknownTable = { status: 'rejected', reason: expect.objectContaining({ code: '42P01' }) as unknown };
let place: Place;

beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.remove());

test.each<[string, (place: Place) => () => Promise<unknown>]>([
  [
    'postgresStore',
    ({ pool }) => {
      const store = postgresStore({ pool, namespace: 'crm' });
      return async () => store.claim(randomUUID(), 60_000, 60_000);
    },
  ],
  [
    'postgresJournal, for deliveries',
    (given) => {
      const journal = given.journal();
      return () => journal.append(entry());
    },
  ],
  [
    'postgresJournal, for ends',
    (given) => {
      const journal = given.journal();
      return () => journal.ended(entry().key, { outcome: 'processed', succeeded: [], endedAt: 1 });
    },
  ],
])('%s asks for its missing table once, not once for each of many', async (_name, prepare) => {
  const ask = prepare(place);
  const asked = jest.spyOn(place.pool, 'query');
  const answers = await Promise.allSettled(many.map(ask));
  expect(asked).toHaveBeenCalledTimes(1);
  asked.mockRestore();
  expect(answers).toEqual(many.map(() => unknownTable));
});

test('pgBossQueue asks for its missing table once, not once for each of many', async () => {
  const stage = await postgresStage();
  try {
    const queue = new Company().queue(stage);
    await queue.enqueue(newDelivery());
    await stage.sql(`DROP TABLE ${stage.schema}.job CASCADE`);
    const asked = jest.spyOn(stage.boss, 'insert');
    const answers = await Promise.allSettled(many.map(() => queue.enqueue(newDelivery())));
    expect(asked).toHaveBeenCalledTimes(1);
    expect(answers).toEqual(many.map(() => unknownTable));
  } finally {
    await stage.remove();
  }
});
