import { createHash } from 'node:crypto';
import { clockSlackMs } from '../../foundations/contracts/store';

/** A Lua script, which Redis runs as one step, and its name in Redis. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * Each delivery is one hash: `token` and `lease` of the newest claim, `attempt`, a field `+name` for each handler that
 * succeeded; or only `done`. Each script uses one key, so that it works on a cluster. Only the server's clock is used.
 */
const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keepFor(ms)
  if redis.call('PTTL', KEYS[1]) < tonumber(ms) then redis.call('PEXPIRE', KEYS[1], ms) end
end
local function held(token)
  return redis.call('HGET', KEYS[1], 'token') == token
end
`;

/**
 * ARGV: token, lease, ttl. Answers `done`, `{ 'running', ms left }` or `{ 'claimed', attempt, names… }`. A lease that
 * ends later than any new one would is from before the clock was set back: it counts as passed. If a client lost the
 * connection before the answer, it asks again with the same token and gets its own claim.
 */
export const claim = script(`${clock}
local state = redis.call('HMGET', KEYS[1], 'done', 'lease', 'token', 'attempt')
if state[1] then return { 'done' } end
local attempt = tonumber(state[4] or 0)
if state[3] ~= ARGV[1] then
  local rest = tonumber(state[2] or 0) - now
  if rest > 0 and rest <= ARGV[2] + ${clockSlackMs} then return { 'running', math.min(rest, ARGV[2]) } end
  attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'lease', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[3]), tonumber(ARGV[2])))
local answer = { 'claimed', attempt }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 1) == '+' then table.insert(answer, string.sub(field, 2)) end
end
return answer
`);

/** ARGV: token, lease. */
export const extend = script(`${clock}
if not held(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'lease', now + ARGV[2])
keepFor(ARGV[2])
return 1
`);

/** ARGV: token, handler, ttl. */
export const succeeded = script(`${clock}
if redis.call('HEXISTS', KEYS[1], 'done') == 1 then return 0 end
local known = redis.call('EXISTS', KEYS[1])
redis.call('HSET', KEYS[1], '+' .. ARGV[2], 1)
if known == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return held(ARGV[1]) and 1 or 0
`);

/** ARGV: token, ttl. */
export const complete = script(`${clock}
if not held(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'done', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);

/** Writes as a claim does: a replica and a full server answer to reads alone. ARGV: how long to keep it. */
export const ping = script(`
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 1
`);

/** ARGV: token, by how much the attempts change. */
export const release = script(`${clock}
if not held(ARGV[1]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'attempt', ARGV[2])
redis.call('HDEL', KEYS[1], 'token', 'lease')
return 1
`);
