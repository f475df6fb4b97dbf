import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../kit/free-port';
import { startRedisWith } from '../../kit/own-redis';
import { proxyTo } from '../../kit/proxy';
import { onRedis, ownPlace, type Place, smallDisk, wired } from '../places';
import { type Expected, type Fault, isQueue, redisSetups, type Stage } from '../scenario';
import type { SetupName } from '../setup';
import { fillDisk } from './fill-disk';

const allS = (setup: SetupName): number => (isQueue(setup) ? 60 : 30);

/** A Redis that forgets: what waits in a queue is gone, and what a store knew may run again. */
const forgetful = (setup: SetupName): Partial<Expected> => ({
  allS: allS(setup),
  twice: 'not promised',
  lost: isQueue(setup) ? 'not promised' : 0,
});

/** Sets Redis so for a while. */
function setFor(ms: number, name: string, during: string, after: string): Fault['apply'] {
  return async ({ place, mark }) => {
    await onRedis(place.directUrl, ['CONFIG', 'SET', name, during]);
    await pause(ms);
    await onRedis(place.directUrl, ['CONFIG', 'SET', name, after]);
    mark();
  };
}

export const redisFaults: readonly Fault[] = [
  {
    name: 'flushall',
    words: 'FLUSHALL',
    setups: redisSetups,
    quick: ['redisStore, ioredis', 'BullMQ'],
    open: (setup) => ownPlace(setup),
    expected: forgetful,
    async apply(stage) {
      await withoutWorkers(stage, async () => {
        await pause(1000);
        await onRedis(stage.place.directUrl, ['FLUSHALL']);
      });
      stage.mark();
    },
  },
  {
    name: 'oom',
    words: 'Redis is full for 6 s (maxmemory, noeviction)',
    setups: redisSetups,
    open: (setup) => ownPlace(setup),
    expected: (setup) => ({ allS: allS(setup), answersS: 2, says: /OOM|"trouble"/ }),
    apply: setFor(6000, 'maxmemory', '1', '0'),
  },
  {
    name: 'eviction',
    words: 'Redis is full and evicts (allkeys-lru) for 6 s',
    setups: redisSetups,
    open: (setup) => ownPlace(setup, { settings: ['--maxmemory-policy', 'allkeys-lru'] }),
    expected: (setup) => ({
      ...forgetful(setup),
      ...(isQueue(setup) && { says: /QUEUE_EVICTS/ }),
    }),
    async apply({ place, mark }) {
      await onRedis(place.directUrl, ['CONFIG', 'SET', 'maxmemory', '3mb']);
      const filling = new Redis(place.directUrl);
      for (let count = 0; count < 6000; count += 1)
        await filling.set(`other:${count}`, 'x'.repeat(1000)).catch(() => {});
      await filling.quit();
      await pause(2000);
      await onRedis(place.directUrl, ['CONFIG', 'SET', 'maxmemory', '0']);
      mark();
    },
  },
  {
    name: 'redis-restart',
    words: 'Redis crashes and is back after 3 s, with its AOF',
    setups: redisSetups,
    open: (setup) => ownPlace(setup),
    expected: (setup) => ({ allS: allS(setup), says: /unavailable|"trouble"/ }),
    async apply({ place, mark }) {
      await place.redis?.kill();
      await pause(3000);
      await place.redis?.start();
      mark();
    },
  },
  {
    name: 'redis-read-only',
    words: 'Redis becomes a replica, which is read-only, for 6 s',
    setups: redisSetups,
    open: (setup) => ownPlace(setup),
    expected: (setup) => ({ allS: allS(setup), answersS: 2, says: /READONLY/ }),
    async apply({ place, mark }) {
      // Of a server that is not there: it keeps what it has.
      await onRedis(place.directUrl, ['REPLICAOF', '127.0.0.1', '1']);
      await pause(6000);
      await onRedis(place.directUrl, ['REPLICAOF', 'NO', 'ONE']);
      mark();
    },
  },
  {
    name: 'redis-disk-full',
    words: 'the disk of Redis is full for 8 s (AOF, everysec)',
    setups: redisSetups,
    needs: () => (process.getuid?.() === 0 ? undefined : 'the right to mount a small disk'),
    open: placeOnSmallDisk,
    expected: (setup) => ({ allS: allS(setup), says: /MISCONF/ }),
    async apply({ place, mark }) {
      const empty = fillDisk(place.folder as string);
      await pause(8000);
      empty();
      mark();
    },
  },
  {
    name: 'promotion',
    words: 'a replica that is 1 s behind is promoted',
    setups: redisSetups,
    open: placeWithReplica,
    // A store may be back before anybody asks it.
    expected: (setup) => ({ ...forgetful(setup), ...(isQueue(setup) && { says: /unavailable|"trouble"/ }) }),
    apply: promote,
  },
  {
    name: 'promotion-waited-for',
    words: 'a replica that is 1 s behind is promoted, with waitForReplicas: 1',
    setups: ['BullMQ'],
    app: { waitForReplicas: 1 },
    open: placeWithReplica,
    // The new primary has a replica of its own after a moment.
    expected: (setup) => ({ allS: allS(setup), says: /waitForReplicas|unavailable|"trouble"/ }),
    apply: promote,
  },
  {
    name: 'sentinel',
    words: 'the primary crashes, and Sentinel promotes its replica',
    setups: ['redisStore, ioredis', 'BullMQ'],
    open: placeWithSentinel,
    // Counted from the crash: Sentinel waits a second, and elects.
    expected: (setup) => ({ ...forgetful(setup), answersS: 20, handlesS: 20, says: /unavailable|"trouble"/ }),
    async apply({ place, mark }) {
      mark();
      await place.redis?.kill();
      await pause(15_000);
      await place.redis?.start();
    },
  },
];

/** Meanwhile the workers of a queue stand, so that deliveries wait in it. */
async function withoutWorkers({ setup, fleet, handling }: Stage, act: () => Promise<void>): Promise<void> {
  const workers = isQueue(setup) ? handling : [];
  for (const index of workers) fleet.signal(index, 'SIGSTOP');
  await act();
  for (const index of workers) fleet.signal(index, 'SIGCONT');
}

async function promote(stage: Stage): Promise<void> {
  const { place, mark } = stage;
  const { redis, replica, wire, link } = place;
  if (redis === undefined || replica === undefined || wire === undefined || link === undefined)
    throw new Error('There is no replica.');
  await withoutWorkers(stage, async () => {
    link.stall();
    await pause(1000);
    await redis.kill();
    link.cut();
  });
  await onRedis(replica.url, ['REPLICAOF', 'NO', 'ONE']);
  wire.leadTo(replica.port);
  // The old primary is the new one's replica.
  await redis.start();
  await onRedis(redis.url, ['REPLICAOF', '127.0.0.1', String(replica.port)]);
  mark();
}

async function placeWithReplica(): Promise<Place> {
  const quickly = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const redis = await startRedisWith({ settings: quickly });
  const link = await proxyTo('127.0.0.1', redis.port);
  const replica = await startRedisWith({ settings: [...quickly, '--replicaof', '127.0.0.1', String(link.port)] });
  const admin = new Redis(redis.url);
  while ((await admin.wait(1, 100)) < 1 || !/connected_slaves:1/.test(await admin.info('replication'))) await pause(50);
  await admin.quit();
  return await wired(redis.url, { redis, replica, link }, async () => {
    await Promise.all([redis.remove(), replica.remove(), link.close()]);
  });
}

async function placeWithSentinel(): Promise<Place> {
  const place = await placeWithReplica();
  const folder = mkdtempSync(join(tmpdir(), 'bigmind-webhooks-sentinel-'));
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  writeFileSync(
    file,
    `port ${port}
bind 127.0.0.1
sentinel monitor primary 127.0.0.1 ${place.redis?.port} 1
sentinel down-after-milliseconds primary 1000
sentinel failover-timeout primary 10000
`,
  );
  const sentinel = spawn('redis-server', [file, '--sentinel'], { cwd: folder, stdio: 'ignore' });
  const atExit = (): void => void sentinel.kill('SIGKILL');
  process.once('exit', atExit);
  const admin = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 200 });
  admin.on('error', () => undefined);
  // It has to know the replica before it can promote it.
  while (((await admin.call('SENTINEL', 'REPLICAS', 'primary')) as unknown[]).length < 1) await pause(200);
  admin.disconnect();
  return {
    ...place,
    sentinels: [port],
    async remove() {
      const ended = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await ended;
      process.off('exit', atExit);
      rmSync(folder, { recursive: true });
      await place.remove();
    },
  };
}

async function placeOnSmallDisk(setup: SetupName): Promise<Place> {
  const { folder, remove } = smallDisk(24);
  const place = await ownPlace(setup, { place: folder, settings: ['--appendfsync', 'everysec'] });
  return {
    ...place,
    folder,
    async remove() {
      await place.remove();
      remove();
    },
  };
}
