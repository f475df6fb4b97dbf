import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisStore } from '../../src/stores/redis/index';
import { connectRedis, forgetNamespaces, freshNamespace } from './services';

const long = 60_000;
let redis: Redis;

beforeAll(async () => {
  redis = await connectRedis();
});

afterAll(async () => {
  jest.restoreAllMocks();
  await forgetNamespaces();
  await redis.quit();
});

function claimSome(count: number) {
  const store = redisStore({ client: redis, namespace: freshNamespace() });
  return Promise.all(Array.from({ length: count }, async () => store.claim(randomUUID(), long, long)));
}

/** How often the connection was told to gather, and to send what it has gathered. */
function gathering() {
  const [cork, uncork] = [jest.spyOn(redis.stream, 'cork'), jest.spyOn(redis.stream, 'uncork')];
  const before = [cork.mock.calls.length, uncork.mock.calls.length] as const;
  return () => [cork.mock.calls.length - before[0], uncork.mock.calls.length - before[1]];
}

test('ten claims of one turn are sent in two pieces, and all are answered', async () => {
  const counted = gathering();
  const claims = await claimSome(10);
  expect(claims.map((claim) => claim !== 'done' && 'attempt' in claim && claim.attempt)).toEqual(Array(10).fill(1));
  expect(counted()).toEqual([1, 1]);
  expect(redis.stream.writableCorked).toBe(0);
});

test('a claim alone is sent at once', async () => {
  const counted = gathering();
  await claimSome(1);
  expect(counted()).toEqual([0, 0]);
});

test('claims under a fake clock that is gone do not wait for it', async () => {
  jest.useFakeTimers();
  const during = claimSome(3);
  jest.useRealTimers();
  expect(await during).toHaveLength(3);
  expect(await claimSome(3)).toHaveLength(3);
  expect(redis.stream.writableCorked).toBe(0);
});
