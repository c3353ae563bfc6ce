/** What people want to know of a partition's outbox, in one moment. */
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';

/** Of so many parked chats more is told than that they are there. */
export const PARKED_SHOWN_MAX = 20;

/** KEYS state, outbox, parked, parking, dead · how many parked chats → …, then chat, retry at, record, … */
export const stateScript = defineScript<
  [shown: number],
  [
    holder: string,
    waiting: string,
    lagMs: string,
    parkedChats: string,
    parkedEvents: string,
    deadLetters: string,
    ...parked: string[],
  ]
>(
  'outboxState',
  5,
  `#!lua flags=no-writes,allow-oom
local state, outbox, parked, parking, dead = unpack(KEYS)
${nowMsLua}
local known = redis.call('HMGET', state, 'holder', 'until', 'parkedEvents')
local isHeld = known[1] and tonumber(known[2] or 0) > nowMs
local oldest = redis.call('XRANGE', outbox, '-', '+', 'COUNT', 1)[1]
local lagMs = oldest and math.max(0, nowMs - tonumber(string.match(oldest[1], '^%d+'))) or 0
local reply = {
  isHeld and known[1] or '', ms(redis.call('XLEN', outbox)), ms(lagMs), ms(redis.call('ZCARD', parked)),
  known[3] or '0', ms(redis.call('XLEN', dead))
}
local shown = redis.call('ZRANGE', parked, 0, ARGV[1] - 1, 'WITHSCORES')
for i = 1, #shown, 2 do
  reply[#reply + 1] = shown[i]
  reply[#reply + 1] = shown[i + 1]
  reply[#reply + 1] = redis.call('HGET', parking, shown[i]) or ''
end
return reply
`,
);
