import { found, makePlace, type Place } from './postgres-kit';
import { deliveries, grownByFinding, grownByReplaying, longest, payload, searches, tell } from './size-kit';

const table = 'bigmind_webhook_journal';
let place: Place;

const keyOf = (index: number): string => index.toString(16).padStart(64, '0');

beforeAll(async () => {
  place = await makePlace();
  await place.journal().migrate();
  for (let kept = 0; kept < deliveries; kept += 50_000) {
    await place.pool.query(
      `WITH e AS (INSERT INTO ${table} (namespace, key, received_at, event, tenant, scheme, bytes, outcome, ended_at)
         SELECT 'crm', lpad(to_hex(i), 64, '0'), now() - interval '1 second', 'notes_created',
           CASE WHEN i % 3 = 0 THEN 'acme' ELSE 'other' END, 'hmac', $1, 'failed', now()
         FROM generate_series($2::int, $3::int) AS i RETURNING namespace, day, id)
       INSERT INTO ${table}_bodies SELECT namespace, day, id, $4::bytea, $5::bytea FROM e`,
      [
        payload.length,
        kept,
        Math.min(kept + 50_000, deliveries) - 1,
        Buffer.from('{"headers":{},"params":{}}'),
        payload,
      ],
    );
  }
  await place.pool.query(`ANALYZE ${table}; ANALYZE ${table}_bodies`);
}, longest);
afterAll(() => place.remove());

test('one delivery among all is found by its key in less than 100 ms', async () => {
  const journal = place.journal();
  const times: number[] = [];
  for (let turn = 0; turn < 21; turn += 1) {
    const key = keyOf(Math.floor((deliveries / 21) * turn));
    const start = performance.now();
    expect((await found(journal, { key })).map((record) => record.key)).toEqual([key]);
    times.push(performance.now() - start);
  }
  const median = times.sort((one, other) => one - other)[10];
  tell(`find a key: ${median?.toFixed(1)} ms`);
  expect(median).toBeLessThan(100);
});

test.each(searches)(
  'to find %s takes no more memory than to find some',
  async (what, query, total) => {
    expect(await grownByFinding(`find ${what}`, { journal: place.journal(), query, total })).toBeLessThan(8);
  },
  longest,
);

test(
  'to replay all of them takes no more memory than to replay some',
  async () => {
    expect(await grownByReplaying('replay', place.journal())).toBeLessThan(16);
  },
  longest,
);
