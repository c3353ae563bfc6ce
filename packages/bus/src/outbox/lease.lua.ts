/**
 * Who delivers a partition's outbox. In its state: `holder`, `token` (of this very hold: whoever else took it
 * since has another), `until` (Redis' clock) and `parkedEvents`.
 */
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';

/** What drains the outbox works in a full Redis too: nothing else makes room there. */
export const inFullRedis = '#!lua flags=allow-oom';

/** The first key of every script of a holder is the state, its first argument the token. */
export const fencedLua = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return { 'lost' } end
`;

export type Fenced<Reply extends readonly unknown[]> = ['lost'] | ['ok', ...Reply];

/** KEYS state → 1: acquired */
export const acquireScript = defineScript<
  [workerId: string, token: string, leaseMs: number],
  number
>(
  'outboxAcquire',
  1,
  `${inFullRedis}
local workerId, token, leaseMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
${nowMsLua}
local known = redis.call('HMGET', KEYS[1], 'holder', 'until')
local leftMs = known[2] and tonumber(known[2]) - nowMs or 0
-- A lease that is longer than a lease was given by a clock that has stepped back since.
if known[1] and known[1] ~= workerId and leftMs > 0 and leftMs <= leaseMs then return 0 end
redis.call('HSET', KEYS[1], 'holder', workerId, 'token', token, 'until', ms(nowMs + leaseMs))
return 1
`,
);

/** KEYS state */
export const renewScript = defineScript<[token: string, leaseMs: number], Fenced<[]>>(
  'outboxRenew',
  1,
  `${inFullRedis}
${fencedLua}
${nowMsLua}
redis.call('HSET', KEYS[1], 'until', ms(nowMs + ARGV[2]))
return { 'ok' }
`,
);

/** KEYS state */
export const releaseScript = defineScript<[token: string], Fenced<[]>>(
  'outboxRelease',
  1,
  `${inFullRedis}
${fencedLua}
redis.call('HDEL', KEYS[1], 'holder', 'token', 'until')
return { 'ok' }
`,
);

/** KEYS workers → how many live */
export const enrollScript = defineScript<[workerId: string, leaseMs: number], number>(
  'outboxEnroll',
  1,
  `${inFullRedis}
${nowMsLua}
local leaseMs = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms(nowMs))
-- Left by a clock that has stepped back since.
redis.call('ZREMRANGEBYSCORE', KEYS[1], ms(nowMs + 2 * leaseMs), '+inf')
redis.call('ZADD', KEYS[1], ms(nowMs + leaseMs), ARGV[1])
return redis.call('ZCARD', KEYS[1])
`,
);
