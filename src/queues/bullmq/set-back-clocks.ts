import type { BullmqClient } from './connection';
import type { Place } from './engine';

/** Between two clocks that are in step, in milliseconds. */
const slackMs = 1000;

/**
 * KEYS: the running jobs, the pause of BullMQ before it looks for lost ones. ARGV: the longest lock, the longest such
 * pause, what a job's key begins with.
 */
const locks = `
local function atMost(key, ms)
  if redis.call('PTTL', key) > tonumber(ms) then redis.call('PEXPIRE', key, ms) end
end
atMost(KEYS[2], ARGV[2])
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do atMost(ARGV[3] .. id .. ':lock', ARGV[1]) end
`;

/**
 * KEYS: the jobs that wait for their next attempt, by their time times 4096. ARGV: now, the slack, what a job's key
 * begins with, the highest score to look at. Looks at a thousand, and answers the lowest score that it saw, or nothing.
 */
const pauses = `
local now, slack = tonumber(ARGV[1]), tonumber(ARGV[2])
local lowest = (now + slack) * 4096
local seen = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[4], lowest, 'WITHSCORES', 'LIMIT', 0, 1000)
for index = 1, #seen, 2 do
  local longest = now + tonumber(redis.call('HGET', ARGV[3] .. seen[index], 'delay') or 0)
  if tonumber(seen[index + 1]) > (longest + slack) * 4096 then
    redis.call('ZADD', KEYS[1], 'XX', longest * 4096, seen[index])
  end
end
return seen[#seen]
`;

/**
 * When a clock is set back by an hour, what was to be soon is an hour away. Whenever the function that it returns is
 * called, what is further away than anything new could be is shortened to that:
 * - By the clock of Redis: the lock of a dead worker, which would keep its job. `lostAfterMs` is the longest of any
 *   living worker.
 * - By this worker's clock: the pause before the next attempt of a job that failed. All of them are looked through, so
 *   this is done at first, and when the clock was set back.
 */
export function waitShortener(client: BullmqClient, place: Place): (lostAfterMs: number) => Promise<void> {
  const jobs = `${place.prefix}:${place.name}:`;
  /** How far this worker's clock was ahead of one that nobody sets, when the pauses were last seen to be right. */
  let rightWhenAhead = Number.POSITIVE_INFINITY;

  async function shortenLocks(lostAfterMs: number): Promise<void> {
    const longest = [lostAfterMs, stalledIntervalOf(lostAfterMs)].map(String);
    await client.eval(locks, 2, `${jobs}active`, `${jobs}stalled-check`, ...longest, jobs);
  }
  async function shortenPauses(): Promise<void> {
    let from: unknown = '+inf';
    while (typeof from === 'string') {
      const seen = await client.eval(pauses, 1, `${jobs}delayed`, String(Date.now()), String(slackMs), jobs, from);
      from = typeof seen === 'string' ? `(${seen}` : undefined;
    }
  }
  return async (lostAfterMs) => {
    await shortenLocks(lostAfterMs);
    const ahead = Date.now() - performance.now();
    if (ahead < rightWhenAhead - slackMs) await shortenPauses();
    rightWhenAhead = ahead;
  };
}

/** How often BullMQ looks for jobs of lost workers, in milliseconds. */
export function stalledIntervalOf(lostAfterMs: number): number {
  return Math.ceil(lostAfterMs / 2);
}
