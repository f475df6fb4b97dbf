import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { DeliveryStore } from '../../src/index';
import { postgresStore } from '../../src/stores/postgres/index';
import { redisStore } from '../../src/stores/redis/index';
import { type OwnRedis, startRedis } from './kit/own-redis';
import { proxyTo, type Wire } from './kit/proxy';
import { type Receiver, receiverWith } from './kit/receiver';
import { closeConnections, outcomeOf, pause, post, type Reply, signedNote } from './kit/sender';
import { databaseUrl, forgetNamespaces, freshNamespace } from './services';

/** Longer than a store that is well may be kept waiting by a busy machine. */
const storeTimeoutMs = 1000;
const timeoutMs = 3000;
/** For machines that are busy with something else. */
const slackMs = 5000;

/** A store whose server can be made to fail, in one way, and to come back. */
interface Failing {
  readonly store: DeliveryStore;
  fail(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** As most people make it: no option says how long to wait, and ioredis waits for ever. */
async function failingRedis(way: 'stalled' | 'gone'): Promise<Failing> {
  const own: OwnRedis = await startRedis();
  const client = new Redis(own.url);
  client.on('error', () => undefined);
  return {
    store: redisStore({ client, namespace: freshNamespace() }),
    fail: async () => (way === 'stalled' ? own.stall() : own.kill()),
    mend: async () => (way === 'stalled' ? own.resume() : own.start()),
    async close() {
      client.disconnect();
      await own.remove();
    },
  };
}

async function failingPostgres(way: 'stalled' | 'gone'): Promise<Failing> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const proxy: Wire = await proxyTo(hostname, Number(port || 5432));
  const user = password === '' ? username : `${username}:${password}`;
  const pool = new Pool({ connectionString: `postgres://${user}@127.0.0.1:${proxy.port}${pathname}`, max: 5 });
  pool.on('error', () => undefined);
  const store = postgresStore({ pool, namespace: freshNamespace() });
  await store.migrate();
  return {
    store,
    fail: async () => (way === 'stalled' ? proxy.stall() : proxy.cut()),
    mend: async () => proxy.mend(),
    async close() {
      await pool.end();
      await proxy.close();
    },
  };
}

const failures = [
  { server: 'Redis', way: 'stalled', open: failingRedis },
  { server: 'Redis', way: 'gone', open: failingRedis },
  { server: 'PostgreSQL', way: 'stalled', open: failingPostgres },
  { server: 'PostgreSQL', way: 'gone', open: failingPostgres },
] as const;

afterAll(async () => {
  closeConnections();
  await forgetNamespaces();
});

/** Repeats until the delivery is acknowledged, as a vendor does. */
async function repeat(receiver: Receiver, note: ReturnType<typeof signedNote>): Promise<Reply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await post(receiver.port, note);
    if (reply.status === 200 || attempt === 100) return reply;
    await pause(100);
  }
}

describe.each(failures)('$server, $way', ({ open, way }) => {
  let failing: Failing;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    failing = await open(way);
  });
  afterEach(async () => {
    await failing.mend();
    await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
  });
  afterAll(() => failing.close());

  async function receiver(work?: () => unknown): Promise<Receiver> {
    const made = await receiverWith(failing.store, { storeTimeoutMs, timeoutMs }, work);
    receivers.push(made);
    return made;
  }

  test('a claim that cannot be made is 503, nothing runs, and what comes when it is back is handled', async () => {
    const app = await receiver();
    expect(outcomeOf(await post(app.port, signedNote(randomUUID())))).toBe('processed');
    await failing.fail();
    const notes = Array.from({ length: 10 }, () => signedNote(randomUUID()));
    const started = performance.now();
    const replies = await Promise.all(notes.map((note) => post(app.port, note)));
    expect(performance.now() - started).toBeLessThan(storeTimeoutMs + slackMs);
    expect(replies.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(
      notes.map(() => [503, '10']),
    );
    expect(new Set(replies.map(outcomeOf))).toEqual(new Set(['UNAVAILABLE']));
    expect(app.handled).toHaveLength(1);

    await failing.mend();
    for (const note of notes) expect(outcomeOf(await repeat(app, note))).toBe('processed');
    expect(app.handled).toHaveLength(1 + notes.length);
    expect(new Set(app.handled).size).toBe(1 + notes.length);
  });

  test('a completion that cannot be written is 200 at the deadline, remembered here, and written later', async () => {
    const app = await receiver(() => failing.fail());
    const note = signedNote(randomUUID());
    const started = performance.now();
    const reply = await post(app.port, note);
    const took = performance.now() - started;
    expect(outcomeOf(reply)).toBe('processed');
    expect(took).toBeGreaterThan(timeoutMs - 100);
    expect(took).toBeLessThan(timeoutMs + slackMs);
    expect(outcomeOf(await post(app.port, note))).toBe('duplicate');
    expect(app.handled).toHaveLength(1);

    await failing.mend();
    const other = await receiver();
    expect(outcomeOf(await repeat(other, note))).toBe('duplicate');
    expect(other.handled).toStrictEqual([]);
    expect(app.handled).toHaveLength(1);
  });

  test('a handler that failed while it was away is repeated, the one that succeeded is not', async () => {
    const app = await receiver(() => failing.fail());
    let tries = 0;
    app.webhooks.on(
      'notes_created',
      () => {
        tries += 1;
        if (tries === 1) throw new Error('the first time');
      },
      { name: 'other' },
    );
    const note = signedNote(randomUUID());
    expect(outcomeOf(await post(app.port, note))).toBe('FAILED');
    await failing.mend();
    expect(outcomeOf(await repeat(app, note))).toBe('processed');
    expect({ succeededOnce: app.handled.length, failedOnce: tries }).toEqual({ succeededOnce: 1, failedOnce: 2 });
  });
});
