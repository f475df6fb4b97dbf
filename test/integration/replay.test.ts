import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { type BigmindWebhooks, bigmindWebhooks, type DeliveryStore } from '../../src/index';
import { postgresStore } from '../../src/stores/postgres/index';
import { redisStore } from '../../src/stores/redis/index';
import { ArrayJournal } from '../pipeline/journal/array-journal';
import { makePlace } from './journals/postgres-kit';
import { secret, signedNote } from './kit/sender';
import { connectPostgres, connectRedis, forgetNamespaces, freshNamespace } from './services';

const count = 40;

let redis: Redis;
let pool: Pool;

beforeAll(async () => {
  [redis, pool] = await Promise.all([connectRedis(), connectPostgres()]);
});

afterAll(async () => {
  await forgetNamespaces();
  await Promise.all([redis.quit(), pool.end()]);
});

const stores: readonly (readonly [string, () => Promise<DeliveryStore>])[] = [
  ['Redis', async () => await Promise.resolve(redisStore({ client: redis, namespace: freshNamespace() }))],
  [
    'PostgreSQL',
    async () => {
      const store = postgresStore({ pool, namespace: freshNamespace() });
      await store.migrate();
      return store;
    },
  ],
];

test.each(stores)(
  'replays at once in two receivers over %s, beside live copies, run each handler once',
  async (_, open) => {
    const store = await open();
    const journal = new ArrayJournal();
    const runs = new Map<string, number>();
    const broken = new Set<string>(['later']);
    function receiver(...names: string[]): BigmindWebhooks {
      const webhooks = bigmindWebhooks({ secret, logger: false, journal, deduplicate: { store } });
      for (const name of names) {
        const run = (key: string) => {
          if (broken.has(name)) throw new Error('broken');
          runs.set(`${name} ${key}`, (runs.get(`${name} ${key}`) ?? 0) + 1);
        };
        webhooks.on('notes_created', (_event, { key }) => run(key), { name });
      }
      return webhooks;
    }
    const notes = Array.from({ length: count }, (_unused, index) => signedNote(`${index} of ${_}`));
    // A half of them fail in one of their handlers, and all of them miss one.
    const [whole, failing] = [receiver('first'), receiver('first', 'later')];
    await Promise.all(notes.map((note, index) => (index % 2 === 0 ? whole : failing).receive(note)));
    broken.clear();
    const all = [receiver('first', 'later', 'new'), receiver('first', 'later', 'new')];
    const replays = all.flatMap(({ journal: view }) => [view.replay(), view.replay({ handlers: ['new'] })]);
    const copies = notes.map((note, index) => all[index % 2]?.receive(note));
    await Promise.all([...replays, ...copies]);
    await Promise.all(all.map(({ journal: view }) => view.replay()));
    expect(runs.size).toBe(3 * count);
    expect([...runs].filter(([, times]) => times !== 1)).toStrictEqual([]);
    expect((await all[0]?.journal.replay())?.ran).toBe(0);
  },
);

test('a replay of what failed in PostgreSQL ends where it began, though the last one succeeds meanwhile and others fail', async () => {
  const place = await makePlace();
  try {
    const journal = place.journal();
    await journal.migrate();
    const webhooks = bigmindWebhooks({ secret, logger: false, journal });
    let isDown = true;
    let replayed = 0;
    // More than a statement finds: the end is read while it runs.
    const notes = Array.from({ length: 205 }, (_unused, index) => signedNote(`${index}, and fails`));
    const newest = signedNote('the newest, and fails');
    webhooks.on('notes_created', async (_event, context) => {
      if (isDown) throw new Error('down');
      if (!context.replayed) return;
      replayed += 1;
      if (replayed > 1) return;
      await webhooks.receive(newest);
      isDown = true;
      for (let count = 0; count < 3; count += 1) await webhooks.receive(signedNote(`${count}, later`));
      isDown = false;
      // A search waits until the journal has their ends.
      await webhooks.journal.find({ outcome: 'failed' })[Symbol.asyncIterator]().next();
    });
    await Promise.all(notes.map((note) => webhooks.receive(note)));
    await webhooks.receive(newest);
    isDown = false;
    const summary = await webhooks.journal.replay({ outcome: 'failed', concurrency: 1 });
    expect(summary).toMatchObject({ found: 205, ran: 205, interrupted: undefined });
    await webhooks.close();
  } finally {
    await place.remove();
  }
}, 60_000);
