import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { MAX_ANSWERS, MAX_REMADE } from './store.ts';

/** A Lua script: what it does, nobody sees half done. */
export interface Script {
  lua: string;
  sha: string;
}

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** Redis' own clock: those of tasks differ. */
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** KEYS of all scripts: the session's version, its answers by name with the times they were read, and changes under way. */

/**
 * ARGV token, milliseconds that it lives. Removes all that is kept of the session, its version too, and notes that somebody
 * changes it. Returns the answers that were read, the latest first.
 */
export const BEGIN = script(`${NOW}
local read = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.sub(field, 1, 1) == '?' then
    table.insert(read, { string.sub(field, 2), tonumber(redis.call('HGET', KEYS[2], field)) })
  end
end
table.sort(read, function(a, b) return a[2] > b[2] end)
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
local latest = {}
for at = 1, math.min(#read, ${MAX_REMADE}) do latest[at] = read[at][1] end
return latest`);

/** ARGV token, milliseconds that it lives from now. */
export const RENEW = script(`${NOW}
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return 1`);

/**
 * ARGV token, milliseconds that it lives on. Removes what was kept meanwhile, and the version that readers took meanwhile.
 */
export const END = script(`${NOW}
redis.call('DEL', KEYS[1], KEYS[2])
if ARGV[2] == '0' then
  redis.call('ZREM', KEYS[3], ARGV[1])
else
  redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[2])
end
return 1`);

/**
 * ARGV epoch, a new version's chance part, milliseconds that a version lives, answer. Returns the version, how many change
 * the session, and the answer if it is kept: with that, it counts as read.
 */
export const OPEN = script(`${NOW}
local version = redis.call('GET', KEYS[1])
if not version or string.sub(version, 1, #ARGV[1]) ~= ARGV[1] then
  version = ARGV[1] .. ARGV[2]
  redis.call('DEL', KEYS[2])
  redis.call('SET', KEYS[1], version, 'PX', ARGV[3])
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local kept = redis.call('HGET', KEYS[2], '=' .. ARGV[4])
if kept then redis.call('HSET', KEYS[2], '?' .. ARGV[4], now) end
return { version, redis.call('ZCARD', KEYS[3]), kept }`);

/**
 * ARGV version, answer, value, 1 if somebody asked for it. Keeps it, as long as the version lives, unless the session has
 * changed since or is being changed. Returns whether it did.
 */
export const FILL = script(`${NOW}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if redis.call('ZCARD', KEYS[3]) > 0 then return 0 end
local field = '=' .. ARGV[2]
if redis.call('HLEN', KEYS[2]) >= ${2 * MAX_ANSWERS - 1} and redis.call('HEXISTS', KEYS[2], field) == 0 then return 0 end
redis.call('HSET', KEYS[2], field, ARGV[3])
if ARGV[4] == '1' then redis.call('HSET', KEYS[2], '?' .. ARGV[2], now) end
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1`);

/** ARGV version, answer. Notes that somebody asked for an answer that was made ready unasked. */
export const SEEN = script(`${NOW}
if redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('HEXISTS', KEYS[2], '=' .. ARGV[2]) == 1 then
  redis.call('HSET', KEYS[2], '?' .. ARGV[2], now)
end
return 1`);

/** Runs a script by its hash, and by its text where Redis has not seen it: after a restart. */
export async function runScript(
  redis: Redis,
  { lua, sha }: Script,
  keys: string[],
  given: (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...given);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(lua, keys.length, ...keys, ...given);
  }
}
