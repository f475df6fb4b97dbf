import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createClient, RESP_TYPES } from 'redis';
import { redisStore } from '../../src/stores/redis/index';
import { storeContract } from '../../src/testing/index';
import { type OwnRedis, startRedis } from './kit/own-redis';
import { pause } from './kit/sender';
import { connectRedis, forgetNamespaces, freshNamespace, redisUrl } from './services';

const long = 60_000;
let redis: Redis;

beforeAll(async () => {
  redis = await connectRedis();
});

afterAll(async () => {
  await forgetNamespaces();
  await redis.quit();
});

/** The keys of a namespace, with what is left of their time in milliseconds. */
async function expiries(namespace: string): Promise<number[]> {
  const keys = await redis.keys(`*bigmind-webhooks:${namespace}:*`);
  return Promise.all(keys.map((key) => redis.pttl(key)));
}

test('no key is without an expiry, whatever was done with it', async () => {
  const namespace = freshNamespace();
  const store = redisStore({ client: redis, namespace });
  for (const ttlMs of [long, 0.5, 1000.7, Number.MAX_SAFE_INTEGER]) {
    const keys = Array.from({ length: 7 }, () => randomUUID());
    const [claimed = '', extended = '', done = '', released = '', succeeded = '', late = '', lateWhenDone = ''] = keys;
    const tokens = new Map<string, string>();
    for (const key of [claimed, extended, done, released, succeeded, lateWhenDone]) {
      const claim = await store.claim(key, 1500.25, ttlMs);
      if (typeof claim === 'object' && 'token' in claim) tokens.set(key, claim.token);
    }
    expect(tokens.size).toBe(6);
    await store.extend(extended, tokens.get(extended) ?? '', long + 0.5);
    await store.complete(done, tokens.get(done) ?? '', ttlMs);
    await store.succeeded(released, tokens.get(released) ?? '', 'a', ttlMs);
    await store.release(released, tokens.get(released) ?? '');
    await store.succeeded(succeeded, tokens.get(succeeded) ?? '', 'a', ttlMs);
    await store.succeeded(late, randomUUID(), 'a', ttlMs);
    await store.complete(lateWhenDone, tokens.get(lateWhenDone) ?? '', ttlMs);
    await store.succeeded(lateWhenDone, randomUUID(), 'a', ttlMs);
  }
  const left = await expiries(namespace);
  expect(left.length).toBeGreaterThan(20);
  // -1: no expiry; -2: gone in the meantime.
  expect(left.filter((ms) => ms === -1)).toStrictEqual([]);
});

test('two services with two namespaces on one Redis both handle a delivery', async () => {
  const key = randomUUID();
  const stores = [freshNamespace(), freshNamespace()].map((namespace) => redisStore({ client: redis, namespace }));
  for (const store of stores) {
    const claim = await store.claim(key, long, long);
    expect(claim).toMatchObject({ attempt: 1, succeeded: [] });
    if (typeof claim !== 'object' || !('token' in claim)) throw new Error('expected a claim');
    expect(await store.complete(key, claim.token, long)).toBe(true);
  }
});

test('a claim that the client sends again, since the answer was lost, is its own and one attempt', async () => {
  const twice: { evalsha: Redis['evalsha']; eval: Redis['eval'] } = {
    evalsha: async (...call: Parameters<Redis['evalsha']>) => {
      await redis.evalsha(...call);
      return redis.evalsha(...call);
    },
    eval: async (...call: Parameters<Redis['eval']>) => {
      await redis.eval(...call);
      return redis.eval(...call);
    },
  } as never;
  const store = redisStore({ client: twice, namespace: freshNamespace() });
  const key = randomUUID();
  const claim = await store.claim(key, long, long);
  expect(claim).toMatchObject({ attempt: 1, succeeded: [], token: expect.any(String) as string });
  expect(await store.claim(key, long, long)).toMatchObject({ running: true });
});

test('a client that answers otherwise than Redis claims nothing', async () => {
  const odd = { evalsha: () => Promise.resolve('OK'), eval: () => Promise.resolve('OK') };
  const store = redisStore({ client: odd, namespace: freshNamespace() });
  await expect(store.claim(randomUUID(), long, long)).rejects.toThrow('redisStore.client');
});

describe('clients with settings of their own', () => {
  const prefixed = new Redis(redisUrl, { keyPrefix: 'shop:', lazyConnect: true });
  const stringNumbers = new Redis(redisUrl, { stringNumbers: true, lazyConnect: true });
  const pipelining = new Redis(redisUrl, { enableAutoPipelining: true, lazyConnect: true });
  const resp3 = createClient({ url: redisUrl, RESP: 3 });
  const buffers = resp3.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

  beforeAll(async () => {
    await Promise.all([prefixed.connect(), stringNumbers.connect(), pipelining.connect(), resp3.connect()]);
  });
  afterAll(async () => {
    await Promise.all([prefixed.quit(), stringNumbers.quit(), pipelining.quit(), resp3.close()]);
  });

  describe.each([
    ['a prefix for keys', prefixed],
    ['numbers as text', stringNumbers],
    ['pipelining', pipelining],
    ['RESP3', resp3],
    ['text as bytes', buffers],
  ])('%s:', (_settings, client) => {
    const namespace = freshNamespace();
    const store = redisStore({ client, namespace });
    for (const { name, run } of storeContract({ store: () => store, shortLeaseMs: 150 })) test(name, run);
    test('leaves no key without an expiry', async () => {
      const left = await expiries(namespace);
      expect(left.length).toBeGreaterThan(10);
      expect(left.filter((ms) => ms === -1)).toStrictEqual([]);
    });
  });
});

describe('a Redis of its own', () => {
  let own: OwnRedis;
  let client: Redis;
  beforeAll(async () => {
    own = await startRedis();
    client = new Redis(own.port, '127.0.0.1', { retryStrategy: () => 30 });
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    client.disconnect();
    await own.remove();
  });

  test('that was started again still knows what was done, what succeeded and who holds a claim', async () => {
    const store = redisStore({ client, namespace: 'restarted' });
    const [done, progress] = [randomUUID(), randomUUID()];
    const first = await store.claim(done, long, long);
    const second = await store.claim(progress, long, long);
    if (typeof first !== 'object' || typeof second !== 'object') throw new Error('expected claims');
    if (!('token' in first && 'token' in second)) throw new Error('expected claims');
    await store.complete(done, first.token, long);
    await store.succeeded(progress, second.token, 'a', long);
    await own.kill();
    await own.start();
    expect(await store.claim(done, long, long)).toBe('done');
    expect(await store.claim(progress, long, long)).toMatchObject({ running: true });
    expect(await store.release(progress, second.token)).toBe(true);
    expect(await store.claim(progress, long, long)).toMatchObject({ attempt: 2, succeeded: ['a'] });
  });

  test('that has forgotten the scripts is told them again', async () => {
    const store = redisStore({ client, namespace: 'flushed' });
    const key = randomUUID();
    const claim = await store.claim(key, long, long);
    if (typeof claim !== 'object' || !('token' in claim)) throw new Error('expected a claim');
    await client.script('FLUSH');
    expect(await store.extend(key, claim.token, long)).toBe(true);
    await client.script('FLUSH');
    expect(await store.complete(key, claim.token, long)).toBe(true);
    await client.script('FLUSH');
    expect(await store.claim(key, long, long)).toBe('done');
  });

  test('that became a replica refuses, and nothing is claimed; a primary again, it is used again', async () => {
    const store = redisStore({ client, namespace: 'failed-over' });
    const key = randomUUID();
    await client.replicaof('127.0.0.1', own.port + 1);
    await expect((async () => store.claim(key, long, long))()).rejects.toThrow(/READONLY/);
    await client.replicaof('NO', 'ONE');
    await pause(50);
    expect(await store.claim(key, long, long)).toMatchObject({ attempt: 1 });
  });
});

test('a client of node-redis that was never connected is told from one whose server is away', async () => {
  const store = redisStore({ client: createClient({ url: redisUrl }), namespace: freshNamespace() });
  const claim = async () => store.claim('a key', long, long);
  await expect(claim()).rejects.toThrow('redisStore.client: not connected. Call await client.connect() first.');
});
