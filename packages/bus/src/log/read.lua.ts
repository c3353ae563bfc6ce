/**
 * Reading scripts. Entries and the newest position are read together: read separately, an append
 * in between looks like a rollback.
 */

/** KEYS log, state · ARGV exclusive start id (`-` = from the oldest kept), count → newest, entries */
export const readScript = `
local newest = redis.call('HGET', KEYS[2], 'position') or '0'
local from = ARGV[1] == '-' and '-' or '(' .. ARGV[1]
return { newest, redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[2]) }
`;

/** KEYS log, state · ARGV exclusive end id (`+` = from the newest), count → newest, entries, newest first */
export const readBackScript = `
local newest = redis.call('HGET', KEYS[2], 'position') or '0'
local from = ARGV[1] == '+' and '+' or '(' .. ARGV[1]
return { newest, redis.call('XREVRANGE', KEYS[1], from, '-', 'COUNT', ARGV[2]) }
`;

/** KEYS log, state · ARGV id → newest, the entry of that id */
export const readAtScript = `
return { redis.call('HGET', KEYS[2], 'position') or '0', redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) }
`;

/**
 * KEYS the states of one partition's logs · ARGV where their followers are → the indexes (from 1) that
 * differ. A key that is no state any more (pcall) hides no other one.
 */
export const compareScript = `
local behind = {}
for i, key in ipairs(KEYS) do
  if (redis.pcall('HGET', key, 'position') or '0') ~= ARGV[i] then behind[#behind + 1] = i end
end
return behind
`;
