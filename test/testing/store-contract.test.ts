import { type DeliveryStore, memoryStore } from '../../src';
import { storeContract } from '../../src/testing';

const shortLeaseMs = 20;

/** A store that is another in some of its methods. */
function but(change: (store: DeliveryStore) => Partial<DeliveryStore>): () => DeliveryStore {
  return () => {
    const store = memoryStore();
    const methods: DeliveryStore = {
      claim: (...given) => store.claim(...given),
      extend: (...given) => store.extend(...given),
      succeeded: (...given) => store.succeeded(...given),
      complete: (...given) => store.complete(...given),
      release: (...given) => store.release(...given),
    };
    return { ...methods, ...change(methods) };
  };
}

/** Keeps progress as one value, which each success reads, changes and writes, with a round trip between. */
function withoutAtomicSuccesses(): DeliveryStore {
  const store = memoryStore();
  const names = new Map<string, readonly string[]>();
  return {
    ...but(() => ({}))(),
    async claim(key, ...given) {
      const claim = await store.claim(key, ...given);
      return typeof claim === 'object' && 'token' in claim ? { ...claim, succeeded: names.get(key) ?? [] } : claim;
    },
    async succeeded(key, token, name, ttlMs) {
      const before = names.get(key) ?? [];
      await Promise.resolve();
      names.set(key, [...before.filter((each) => each !== name), name]);
      return await store.succeeded(key, token, name, ttlMs);
    },
    release: (...given) => store.release(...given),
  };
}

/** Forgets a delivery some time after each change, as one key of a cache that expires. */
function expiring(afterMs: (leaseMs: number, ttlMs: number) => number): () => DeliveryStore {
  return () => {
    const store = memoryStore();
    const ends = new Map<string, { readonly at: number; readonly ttlMs: number; readonly epoch: number }>();
    const nameOf = (key: string): string => {
      const end = ends.get(key);
      const epoch = end === undefined ? 0 : end.epoch + Number(performance.now() > end.at);
      if (epoch !== end?.epoch) ends.set(key, { at: Infinity, ttlMs: end?.ttlMs ?? 0, epoch });
      return `${key} ${epoch}`;
    };
    const expire = (key: string, leaseMs: number, ttlMs: number): void => {
      const epoch = ends.get(key)?.epoch ?? 0;
      ends.set(key, { at: performance.now() + afterMs(leaseMs, ttlMs), ttlMs, epoch });
    };
    return {
      claim(key, leaseMs, ttlMs, ...given) {
        const claim = store.claim(nameOf(key), leaseMs, 60_000, ...given);
        if (typeof claim === 'object' && 'token' in claim) expire(key, leaseMs, ttlMs);
        return claim;
      },
      extend(key, token, leaseMs) {
        const isHeld = store.extend(nameOf(key), token, leaseMs);
        if (isHeld) expire(key, leaseMs, ends.get(key)?.ttlMs ?? 0);
        return isHeld;
      },
      succeeded: (key, ...given) => store.succeeded(nameOf(key), ...given),
      complete: (key, ...given) => store.complete(nameOf(key), ...given),
      release: (key, ...given) => store.release(nameOf(key), ...given),
    };
  };
}

const broken: readonly (readonly [string, () => DeliveryStore, readonly string[]])[] = [
  ['loses one of two successes at once', withoutAtomicSuccesses, ['that come at once']],
  ['forgets a delivery when its lease is over', expiring((leaseMs) => leaseMs), ['however short the leases are']],
  ['forgets who runs when progress is over', expiring((_, ttlMs) => ttlMs), ['though progress would be kept for less']],
  [
    'knows only names in ASCII',
    but(({ succeeded }) => ({
      succeeded: (key, token, name, ttlMs) => succeeded(key, token, name.replaceAll(/[^ -~]/g, '?'), ttlMs),
    })),
    ['with the successes of before'],
  ],
  [
    'takes a delivery for done where another claims it at the same time',
    but(({ claim }) => {
      let asked = 0;
      return {
        async claim(...given) {
          asked += 1;
          const isFirst = asked === 1;
          await Promise.resolve();
          const answer = await claim(...given);
          asked -= 1;
          return isFirst || asked === 0 ? answer : 'done';
        },
      };
    }),
    ['one of many claims'],
  ],
  [
    'returns a token of its own, and knows that of the claim',
    but(({ claim }) => ({
      async claim(...given) {
        const answer = await claim(...given);
        return typeof answer === 'object' && 'token' in answer ? { ...answer, token: 'its own' } : answer;
      },
    })),
    ['as long as it is extended', 'at once, with the successes'],
  ],
  [
    'knows no case',
    but(({ claim, succeeded }) => ({
      claim: (key, ...given) => claim(key.toLowerCase(), ...given),
      succeeded: (key, token, name, ttlMs) => succeeded(key, token, name.toLowerCase(), ttlMs),
    })),
    ['keys apart', 'names that differ in case'],
  ],
  [
    'cuts long keys',
    but(({ claim }) => ({ claim: (key, ...given) => claim(key.slice(0, 1000), ...given) })),
    ['keys apart'],
  ],
  [
    'says of a released claim that it is held',
    but(({ succeeded }) => ({ succeeded: async (...given) => (await succeeded(...given)) || true })),
    ['after its claim was released'],
  ],
  ['extends nothing', but(() => ({ extend: () => true })), ['as long as it is extended', 'nobody else came']],
  ['completes nothing', but(() => ({ complete: () => true })), ['no second completion', 'when a success comes late']],
  ['releases nothing', but(() => ({ release: () => true })), ['at once, with the successes', 'nothing started']],
  ['rejects a ping', but(() => ({ ping: () => Promise.reject(new Error('away')) })), ['answers a ping']],
];

test.each(broken)('a store that %s breaks the contract', async (_, make, promises) => {
  const cases = storeContract({ store: make, shortLeaseMs });
  for (const words of promises) {
    const [promise, ...others] = cases.filter(({ name }) => name.includes(words));
    expect({ words, others }).toStrictEqual({ words, others: [] });
    await expect(promise?.run()).rejects.toThrow();
  }
});
