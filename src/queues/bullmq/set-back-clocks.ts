import type { BullmqClient } from './connection';
import type { Place } from './engine';

/** What is known of the workers of a namespace. */
export interface Workers {
  readonly client: BullmqClient;
  readonly place: Place;
  /** The longest `lostAfterMs` of a living one. */
  readonly lostAfterMs: number;
}

/**
 * KEYS: the running jobs, the pause of BullMQ before it looks for lost ones. ARGV: the longest lock, the longest such
 * pause, what a job's key begins with.
 */
const shorten = `
local function atMost(key, ms)
  if redis.call('PTTL', key) > tonumber(ms) then redis.call('PEXPIRE', key, ms) end
end
atMost(KEYS[2], ARGV[2])
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do atMost(ARGV[3] .. id .. ':lock', ARGV[1]) end
`;

/**
 * After Redis' clock was set back by an hour, the lock of a dead worker would keep its job for an hour more. What ends
 * later than anything that a living worker sets is shortened to that.
 */
export async function shortenLocks({ client, place, lostAfterMs }: Workers): Promise<void> {
  const jobs = `${place.prefix}:${place.name}:`;
  const longest = [lostAfterMs, stalledIntervalOf(lostAfterMs)].map(String);
  await client.eval(shorten, 2, `${jobs}active`, `${jobs}stalled-check`, ...longest, jobs);
}

/** How often BullMQ looks for jobs of lost workers, in milliseconds. */
export function stalledIntervalOf(lostAfterMs: number): number {
  return Math.ceil(lostAfterMs / 2);
}
