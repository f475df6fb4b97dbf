import type { Redis } from 'ioredis';
import { connectRedis, freshNamespace } from '../services';

/** What handlers did, written where no crash of theirs reaches: a list of `handler key` in the shared Redis. */
export interface Effects {
  readonly list: string;
  /** How often each handler did its work for each delivery. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** How often one handler did its work, over all deliveries. */
  total(handler: string): Promise<number>;
  close(): Promise<void>;
}

export async function recordEffects(): Promise<Effects> {
  const redis: Redis = await connectRedis();
  const list = `${freshNamespace()}:effects`;
  async function counts(): Promise<ReadonlyMap<string, number>> {
    const counted = new Map<string, number>();
    for (const effect of await redis.lrange(list, 0, -1)) counted.set(effect, (counted.get(effect) ?? 0) + 1);
    return counted;
  }
  return {
    list,
    counts,
    async total(handler) {
      let sum = 0;
      for (const [effect, count] of await counts()) if (effect.startsWith(`${handler} `)) sum += count;
      return sum;
    },
    close: async () => void (await redis.quit()),
  };
}
