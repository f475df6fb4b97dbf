import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import PgBoss from 'pg-boss';
import { createClient } from 'redis';
import { bigmindWebhooks, type DeliveryQueue, type DeliveryStore, memoryStore } from '../../src/index';
import { bullmqQueue } from '../../src/queues/bullmq/index';
import { pgBossQueue } from '../../src/queues/pg-boss/index';
import { postgresStore } from '../../src/stores/postgres/index';
import { type NodeRedisClient, redisStore } from '../../src/stores/redis/index';
import { type OwnRedis, startRedis } from './kit/own-redis';
import { proxyTo, type Wire } from './kit/proxy';
import { outcomeOf, pause, secret, signedNote } from './kit/sender';
import { recordingLogger, until } from './queues/bullmq-kit';
import { databaseUrl, forgetNamespaces, freshNamespace, redisUrl } from './services';

/** What docs/stores.md shows. */
const redisTimeouts = { socketTimeout: 5000, retryStrategy: () => 500 };
const pgTimeouts = { connectionTimeoutMillis: 2000, query_timeout: 5000 };
const backWithinMs = 10_000;

const { hostname, port: postgresPort } = new URL(databaseUrl);
let ends: (() => unknown)[] = [];
let ownRedis: OwnRedis;

beforeAll(async () => {
  ownRedis = await startRedis();
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});
afterAll(async () => {
  await ownRedis.remove();
  await forgetNamespaces();
});

async function wireTo(host: string, port: number): Promise<Wire> {
  const wire = await proxyTo(host, port);
  ends.push(() => wire.close());
  return wire;
}

function through(wire: Wire): string {
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${wire.port}`;
  return url.href;
}

interface Reached {
  readonly wire: Wire;
  readonly store: DeliveryStore;
  readonly onSilence?: () => Promise<void>;
  close(): Promise<void>;
}

const stores: Record<string, () => Promise<Reached>> = {
  async ioredis() {
    const { hostname: host, port } = new URL(redisUrl);
    const wire = await wireTo(host, Number(port || 6379));
    const client = new Redis(wire.port, '127.0.0.1', redisTimeouts);
    client.on('error', () => undefined);
    ends.push(() => client.disconnect());
    const close = async (): Promise<void> => void (await client.quit());
    return { wire, store: redisStore({ client, namespace: freshNamespace() }), close };
  },
  async 'node-redis'() {
    const { hostname: host, port } = new URL(redisUrl);
    const wire = await wireTo(host, Number(port || 6379));
    // What docs/stores.md shows.
    let client = createClient({ url: `redis://127.0.0.1:${wire.port}` });
    async function connect(): Promise<void> {
      const made = client;
      made.on('error', () => undefined);
      made.on('ready', () => made === client || made.destroy());
      await made.connect();
    }
    async function onSilence(): Promise<void> {
      client.destroy();
      client = createClient({ url: `redis://127.0.0.1:${wire.port}` });
      await connect().catch(() => undefined);
    }
    await connect();
    ends.push(() => client.destroy());
    const newest: NodeRedisClient = {
      evalSha: (...given) => client.evalSha(...given),
      eval: (...given) => client.eval(...given),
    };
    const close = async (): Promise<void> => void (await client.close());
    return { wire, store: redisStore({ client: newest, namespace: freshNamespace() }), onSilence, close };
  },
  async pg() {
    const wire = await wireTo(hostname, Number(postgresPort || 5432));
    const pool = new Pool({ connectionString: through(wire), max: 5, ...pgTimeouts });
    pool.on('error', () => undefined);
    ends.push(() => (pool.ended ? undefined : pool.end()));
    const store = postgresStore({ pool, namespace: freshNamespace() });
    await store.migrate();
    // Deliveries that come together share a connection; here all of them are to be open.
    await Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT pg_sleep(0.1)')));
    return { wire, store, close: () => pool.end() };
  },
};

function receiverOn({ store, onSilence }: Pick<Reached, 'store' | 'onSilence'>, queue?: DeliveryQueue) {
  const { logger, lines } = recordingLogger();
  const deduplicate = { store, ...(onSilence !== undefined && { onSilence }) };
  const webhooks = bigmindWebhooks({ secret, logger, deduplicate, queue });
  ends.push(() => webhooks.close({ timeoutMs: 0 }));
  const handled: string[] = [];
  const attempts: number[] = [];
  webhooks.on('notes_created', (_event, { key, attempt }) => {
    handled.push(key);
    attempts.push(attempt);
  });
  return { webhooks, lines, handled, attempts };
}

/** Sends new deliveries, sixty a second, until one is taken; how long that took, in milliseconds. */
async function msUntilTaken(webhooks: ReturnType<typeof receiverOn>['webhooks']): Promise<number> {
  const started = performance.now();
  let takenAt: number | undefined;
  const sending: Promise<unknown>[] = [];
  while (takenAt === undefined && performance.now() - started < 60_000) {
    const sent = webhooks.receive(signedNote(randomUUID())).then(({ status }) => {
      if (status === 200) takenAt ??= performance.now();
    });
    sending.push(sent);
    await pause(16);
  }
  await Promise.all(sending);
  return (takenAt ?? Number.POSITIVE_INFINITY) - started;
}

describe.each(Object.keys(stores))('a store through %s', (name) => {
  const open = stores[name] as () => Promise<Reached>;

  test('whose connections are dead without a word is back within 10 s, and the log says that it was silent', async () => {
    const reached = await open();
    const { webhooks, lines } = receiverOn(reached);
    await Promise.all(Array.from({ length: 5 }, () => webhooks.receive(signedNote(randomUUID()))));
    reached.wire.halfOpen();
    expect(await msUntilTaken(webhooks)).toBeLessThan(backWithinMs);
    expect(lines.filter((line) => 'silent' in line)[0]).toMatchObject({ silent: 'store', silentMs: 2000 });
  });

  test('that stalls is used again within 2 s of its return, and nothing is lost or done twice', async () => {
    const reached = await open();
    let isSilent = false;
    let askedInSilence = 0;
    const counting: DeliveryStore = {
      ...reached.store,
      claim(...given) {
        if (isSilent) askedInSilence += 1;
        return reached.store.claim(...given);
      },
    };
    const { webhooks, handled, lines } = receiverOn({ ...reached, store: counting });
    await webhooks.receive(signedNote(randomUUID()));
    reached.wire.stall();
    const sent: Promise<{ status: number }>[] = [];
    const notes = Array.from({ length: 240 }, () => signedNote(randomUUID()));
    for (const note of notes) {
      sent.push(webhooks.receive(note));
      await pause(16);
      isSilent ||= lines.some((line) => 'silent' in line);
    }
    expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([503]));
    expect(handled).toHaveLength(1);
    // One at a time, each for two seconds, and told of once.
    expect(askedInSilence).toBeLessThan(6);
    expect(lines.filter((line) => 'silent' in line)).toHaveLength(1);
    expect(lines.filter(({ message }) => String(message).includes('onSilence'))).toStrictEqual([]);
    reached.wire.mend();
    expect(await msUntilTaken(webhooks)).toBeLessThan(2000);
    const mendedAt = performance.now();
    for (const note of notes) await until(async () => (await webhooks.receive(note)).status === 200);
    expect(performance.now() - mendedAt).toBeLessThan(12_000);
    expect(new Set(handled).size).toBe(handled.length);
  });

  test('that answers too late for 12 s has no connection left when its client is closed', async () => {
    const reached = await open();
    const { webhooks } = receiverOn(reached);
    await webhooks.receive(signedNote(randomUUID()));
    reached.wire.delay(3000);
    for (const end = performance.now() + 12_000; performance.now() < end; ) {
      await Promise.all([webhooks.receive(signedNote(randomUUID())), pause(200)]);
    }
    reached.wire.mend();
    await msUntilTaken(webhooks);
    await webhooks.close();
    await reached.close();
    await until(() => reached.wire.connections === 0, 8000);
  });

  test('whose answers are lost gets its claims back: the repeats are handled soon, as first attempts', async () => {
    const reached = await open();
    const { webhooks, handled, attempts } = receiverOn(reached);
    await webhooks.receive(signedNote(randomUUID()));
    reached.wire.loseAnswers();
    const notes = Array.from({ length: 5 }, () => signedNote(randomUUID()));
    const replies = await Promise.all(notes.map((note) => webhooks.receive(note)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([503]));
    reached.wire.mend();
    const mendedAt = performance.now();
    for (const note of notes) {
      let reply = '';
      await until(async () => {
        const { status, headers, body } = await webhooks.receive(note);
        reply = outcomeOf({ status, headers, body }) ?? '';
        return status === 200;
      }, 9000);
      expect(reply).toBe('processed');
    }
    expect(performance.now() - mendedAt).toBeLessThan(9000);
    expect(handled).toHaveLength(6);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });
});

interface Engine {
  readonly wire: Wire;
  readonly queue: DeliveryQueue;
  readonly store: DeliveryStore;
}

const engines: Record<string, () => Promise<Engine>> = {
  async BullMQ() {
    const wire = await wireTo('127.0.0.1', ownRedis.port);
    const connection = new Redis(wire.port, '127.0.0.1', redisTimeouts);
    connection.on('error', () => undefined);
    ends.push(() => connection.disconnect());
    // One client for both, as docs/queues.md shows.
    const store = redisStore({ client: connection, namespace: freshNamespace() });
    return { wire, queue: bullmqQueue({ connection, namespace: freshNamespace() }), store };
  },
  async 'pg-boss'() {
    const wire = await wireTo(hostname, Number(postgresPort || 5432));
    const schema = `pgboss_${randomUUID().replaceAll('-', '')}`;
    const settings = { connectionString: through(wire), schema, schedule: false, ...pgTimeouts };
    const boss = new PgBoss(settings);
    await boss.start();
    ends.push(async () => {
      await boss.stop({ graceful: false });
      const admin = new Pool({ connectionString: databaseUrl });
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    });
    const queue = pgBossQueue({ boss, schema, namespace: freshNamespace(), pollMs: 100 });
    return { wire, queue, store: memoryStore() };
  },
};

describe.each(Object.keys(engines))('a queue of %s', (name) => {
  const open = engines[name] as () => Promise<Engine>;

  test.each([
    { dead: 'whose connections are dead without a word', alsoNewMs: 0 },
    { dead: 'whose connections are dead, and new ones, too, for 5 s', alsoNewMs: 5000 },
  ])('$dead: web and worker are back within 10 s, and the log says so', async ({ alsoNewMs }) => {
    const { wire, queue, store } = await open();
    const { webhooks, handled, lines } = receiverOn({ store }, queue);
    await webhooks.work({ concurrency: 5 });
    expect((await webhooks.receive(signedNote(randomUUID()))).status).toBe(200);
    await until(() => handled.length === 1);
    // The worker waits for its next delivery by then.
    await pause(500);
    wire.halfOpen(alsoNewMs);
    const diedAt = performance.now();
    await msUntilTaken(webhooks);
    await until(() => handled.length > 1);
    expect(performance.now() - diedAt).toBeLessThan(backWithinMs);
    // Which of them meets a dead connection is chance: the others have new ones.
    await until(() => JSON.stringify(lines).includes('did not answer within 2000 ms'));
  });

  test('that stalls holds a few bodies, not all, and is used again within 2 s', async () => {
    const { wire, queue } = await open();
    let [asked, mostAsked] = [0, 0];
    const counting: DeliveryQueue = {
      open: (settings) => queue.open(settings),
      async enqueue(job) {
        mostAsked = Math.max(mostAsked, ++asked);
        try {
          await queue.enqueue(job);
        } finally {
          asked -= 1;
        }
      },
      work: (...given) => queue.work(...given),
      deadJobs: queue.deadJobs,
      close: async () => queue.close?.(),
    };
    const { webhooks } = receiverOn({ store: memoryStore() }, counting);
    expect((await webhooks.receive(signedNote(randomUUID()))).status).toBe(200);
    wire.stall();
    await webhooks.receive(signedNote(randomUUID()));
    const sent: Promise<{ status: number }>[] = [];
    for (let count = 0; count < 240; count += 1) {
      sent.push(webhooks.receive(signedNote(randomUUID())));
      await pause(16);
    }
    expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([503]));
    // One at a time, each for two seconds.
    expect(mostAsked).toBeLessThan(12);
    wire.mend();
    expect(await msUntilTaken(webhooks)).toBeLessThan(2000);
  });
});
