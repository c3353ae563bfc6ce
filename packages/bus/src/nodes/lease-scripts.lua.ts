/**
 * The leases' scripts. `nodes` holds each node's lease end in Redis' time, or, for a node that was
 * declared dead, minus the time of it: from then on it cannot renew, whatever it believes.
 *
 * In the cluster's hash: `renewed_at` (the last sign of life of anybody), `hold_until` (nobody is
 * declared dead before), `seen_until` (nodes whose lease has ended are still shown until then).
 */
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';

/** A lease takes no memory once it is there: it is renewed in a full Redis too. */
const inFullRedis = '#!lua flags=allow-oom';

/**
 * If nobody has renewed for half a lease, it was Redis that was away, not the nodes: they get a
 * whole lease to come back before anybody is declared dead.
 */
const noticeSilence = `
local function noticeSilence(cluster, leaseMs, silenceMs)
  local renewedAt = tonumber(redis.call('HGET', cluster, 'renewed_at'))
  if renewedAt and nowMs - renewedAt > silenceMs then
    redis.call('HSET', cluster, 'hold_until', ms(nowMs + leaseMs))
  end
  redis.call('HSET', cluster, 'renewed_at', ms(nowMs))
end
`;

/** KEYS nodes, cluster, node. ARGV as below, then the node's hash as name, value, name, value. */
type LeaseArgs = [
  nodeId: string,
  leaseMs: number,
  silenceMs: number,
  ...stats: (string | number)[],
];

/** `taken`: a node of that id lives or is being cleaned up. */
export const enterScript = defineScript<LeaseArgs, 'entered' | 'taken'>(
  'nodesEnter',
  3,
  `
local nodes, cluster, node = KEYS[1], KEYS[2], KEYS[3]
local id, leaseMs, silenceMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
${nowMsLua}
${noticeSilence}
if redis.call('ZSCORE', nodes, id) then return 'taken' end
redis.call('ZADD', nodes, ms(nowMs + leaseMs), id)
noticeSilence(cluster, leaseMs, silenceMs)
redis.call('HSET', node, unpack(ARGV, 4))
return 'entered'
`,
);

export const renewScript = defineScript<LeaseArgs, 'renewed' | 'dead'>(
  'nodesRenew',
  3,
  `${inFullRedis}
local nodes, cluster, node = KEYS[1], KEYS[2], KEYS[3]
local id, leaseMs, silenceMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
${nowMsLua}
${noticeSilence}
local leaseEnd = tonumber(redis.call('ZSCORE', nodes, id))
if not leaseEnd or leaseEnd < 0 then return 'dead' end

noticeSilence(cluster, leaseMs, silenceMs)
-- This node lives though its lease had ended: it is the witness that Redis was away, and the
-- others are shown until they had the time to come back. A node that is new knows nothing of it.
local holdUntil = tonumber(redis.call('HGET', cluster, 'hold_until') or 0)
if leaseEnd <= nowMs and holdUntil > nowMs then redis.call('HSET', cluster, 'seen_until', ms(holdUntil)) end
redis.call('ZADD', nodes, ms(nowMs + leaseMs), id)
redis.call('HSET', node, unpack(ARGV, 4))
return 'renewed'
`,
);

/**
 * Sets the end of a lease that has not been taken away, and tells the node's last figures. KEYS nodes,
 * node. After the first two ARGV the node's hash as name, value, name, value.
 */
export const releaseScript = defineScript<
  [nodeId: string, graceMs: number, ...stats: (string | number)[]],
  number
>(
  'nodesRelease',
  2,
  `${inFullRedis}
${nowMsLua}
local leaseEnd = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
if not leaseEnd or leaseEnd < 0 then return 0 end
redis.call('ZADD', KEYS[1], ms(nowMs + ARGV[2]), ARGV[1])
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
return 1
`,
);

/**
 * Declares dead whose lease has ended and answers all who are declared dead and not cleaned up yet.
 * KEYS nodes, cluster. The caller never judges itself: it lives, and will renew or be told.
 */
export const condemnScript = defineScript<
  [ownId: string, leaseMs: number, silenceMs: number],
  string[]
>(
  'nodesCondemn',
  2,
  `${inFullRedis}
local nodes, cluster = KEYS[1], KEYS[2]
local ownId, leaseMs, silenceMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
${nowMsLua}
local function held()
  local known = redis.call('HMGET', cluster, 'renewed_at', 'hold_until')
  local renewedAt, holdUntil = tonumber(known[1] or nowMs), tonumber(known[2] or 0)
  -- A hold that is longer than a lease was set by a clock that has stepped back since.
  return nowMs - renewedAt > silenceMs or (nowMs < holdUntil and holdUntil - nowMs <= leaseMs)
end
if not held() then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', nodes, 0, ms(nowMs))) do
    if id ~= ownId then redis.call('ZADD', nodes, ms(-nowMs), id) end
  end
end
return redis.call('ZRANGEBYSCORE', nodes, '-inf', '(0')
`,
);

/**
 * Declares a node dead that was told so by a tombstone: sessions that it may have entered since
 * the tombstone expired are taken out by the cleaners. KEYS nodes.
 */
export const renounceScript = defineScript<[nodeId: string], number>(
  'nodesRenounce',
  1,
  `${inFullRedis}
${nowMsLua}
return redis.call('ZADD', KEYS[1], ms(-nowMs), ARGV[1])
`,
);

/** Removes a node that was declared dead and cleaned up. KEYS nodes, node. */
export const forgetScript = defineScript<[nodeId: string], number>(
  'nodesForget',
  2,
  `
local leaseEnd = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
if leaseEnd and leaseEnd >= 0 then return 0 end
redis.call('DEL', KEYS[2])
return redis.call('ZREM', KEYS[1], ARGV[1])
`,
);

/** Redis' time, `seen_until`, `renewed_at` and all lease ends in one moment. KEYS nodes, cluster. */
export const readLeasesScript = defineScript<
  [],
  [nowMs: string, seenUntilMs: string, renewedAtMs: string, leases: string[]]
>(
  'nodesRead',
  2,
  `#!lua flags=no-writes,allow-oom
${nowMsLua}
local known = redis.call('HMGET', KEYS[2], 'seen_until', 'renewed_at')
local leases = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
return { ms(nowMs), known[1] or '0', known[2] or '0', leases }
`,
);
