import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { redisStore } from '../../src/stores/redis/index';
import { storeContract } from '../../src/testing/index';
import { type OwnRedis, startRedis } from './kit/own-redis';

let nodes: readonly OwnRedis[] = [];
let ioredis: Cluster;
let nodeRedis: ReturnType<typeof createCluster>;

beforeAll(async () => {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  nodes = await Promise.all([startRedis(...settings), startRedis(...settings), startRedis(...settings)]);
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const made = spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { encoding: 'utf8' });
  expect(made.stdout).toContain('All 16384 slots covered');
  ioredis = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  nodeRedis = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  await nodeRedis.connect();
});

afterAll(async () => {
  await ioredis.quit();
  await nodeRedis.close();
  await Promise.all(nodes.map((node) => node.remove()));
});

describe.each(['ioredis', 'node-redis'])('%s on a cluster keeps the contract of a store:', (name) => {
  // A namespace with a hash tag puts all keys into one slot; that must work too.
  const makeStore = () =>
    redisStore({ client: name === 'ioredis' ? ioredis : nodeRedis, namespace: `${name}{of crm}` });
  for (const { name: promise, run } of storeContract({ store: makeStore, shortLeaseMs: 150 })) test(promise, run);
});

test('deliveries are spread over the nodes, and both clients know of each other’s', async () => {
  const [ours, theirs] = [ioredis, nodeRedis].map((client) => redisStore({ client, namespace: 'spread' }));
  if (ours === undefined || theirs === undefined) throw new Error('two stores');
  const keys = Array.from({ length: 60 }, () => randomUUID());
  for (const key of keys) {
    const claim = await ours.claim(key, 60_000, 60_000);
    if (typeof claim !== 'object' || !('token' in claim)) throw new Error('expected a claim');
    expect(await theirs.succeeded(key, claim.token, 'handler', 60_000)).toBe(true);
    expect(await theirs.complete(key, claim.token, 60_000)).toBe(true);
    expect(await ours.claim(key, 60_000, 60_000)).toBe('done');
  }
  const held = await Promise.all(ioredis.nodes('master').map((node) => node.keys('*spread*')));
  expect(held).toHaveLength(3);
  expect(held.map((found) => found.length > 0)).toEqual([true, true, true]);
  expect(held.flat()).toHaveLength(60);
});
