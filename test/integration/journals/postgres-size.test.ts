import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bigmindWebhooks } from '../../../src/index';
import { examplePayload } from '../../../src/testing';
import { found, makePlace, type Place } from './postgres-kit';

/** Enough to see what grows; JOURNAL_TEST_DELIVERIES=1000000 is what is promised, and takes minutes and 2 GB of disk. */
const deliveries = Number(process.env['JOURNAL_TEST_DELIVERIES'] ?? 5000);
const table = 'bigmind_webhook_journal';
const mb = 1024 * 1024;
let place: Place;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A kilobyte, as it came. */
const payload = JSON.stringify(examplePayload('notes_created', { data: { content: 'x'.repeat(800) } }));
const keyOf = (index: number): string => index.toString(16).padStart(64, '0');

beforeAll(async () => {
  place = await makePlace();
  await place.journal().migrate();
  for (let kept = 0; kept < deliveries; kept += 50_000) {
    await place.pool.query(
      `WITH e AS (INSERT INTO ${table} (namespace, key, received_at, event, scheme, bytes)
         SELECT 'crm', lpad(to_hex(i), 64, '0'), now() - interval '1 second', 'notes_created', 'hmac', $1
         FROM generate_series($2::int, $3::int) AS i RETURNING namespace, day, id)
       INSERT INTO ${table}_bodies SELECT namespace, day, id, $4::bytea, $5::bytea FROM e`,
      [
        payload.length,
        kept,
        Math.min(kept + 50_000, deliveries) - 1,
        Buffer.from('{"headers":{},"params":{}}'),
        Buffer.from(payload),
      ],
    );
  }
  await place.pool.query(`ANALYZE ${table}; ANALYZE ${table}_bodies`);
}, 600_000);
afterAll(() => place.remove());

async function heapMb(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 4; times += 1) {
    collectGarbage();
    least = Math.min(least, process.memoryUsage().heapUsed / mb);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return least;
}

/** By how much the memory grows between the first tenth of the deliveries and the last of them. */
function growth() {
  let early = Number.NaN;
  return {
    async at(count: number): Promise<void> {
      if (count === deliveries / 10) early = await heapMb();
    },
    grownMb: async () => (await heapMb()) - early,
  };
}

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
  expect(median).toBeLessThan(100);
});

test('to find all of them takes no more memory than to find some', async () => {
  let count = 0;
  const { at, grownMb } = growth();
  for await (const { rawBody } of place.journal().find({ order: 'oldest first' })) {
    expect(rawBody.length).toBe(payload.length);
    count += 1;
    await at(count);
  }
  expect(count).toBe(deliveries);
  expect(await grownMb()).toBeLessThan(8);
}, 900_000);

test('to replay all of them takes no more memory than to replay some', async () => {
  let count = 0;
  const { at, grownMb } = growth();
  // No store, whose memory has a bound of its own.
  const webhooks = bigmindWebhooks({ secret: 'a secret', logger: false, journal: place.journal(), deduplicate: false });
  webhooks.on('notes_created', async () => {
    count += 1;
    await at(count);
  });
  expect(await webhooks.journal.replay({ concurrency: 16 })).toMatchObject({
    ran: deliveries,
    failed: 0,
  });
  expect(count).toBe(deliveries);
  expect(await grownMb()).toBeLessThan(40);
  await webhooks.close();
}, 1_800_000);
