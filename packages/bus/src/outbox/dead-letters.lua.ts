/**
 * Dead letters: a stream with what it takes to put one back. `event` is the ordered id that it had in the
 * outbox, `chat` as there.
 */
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';
import { fencedLua, type Fenced, inFullRedis } from './lease.lua.ts';
import { goOnLua, memberLua } from './parking.lua.ts';

/** As many may a partition have: then chats are parked instead, and in the end new messages refused. */
export const DEAD_LETTERS_MAX = 10_000;

/** In the order in which they are written. */
export const letterFields = [
  'chat',
  'event',
  'frame',
  'status',
  'reason',
  'attempts',
  'first',
  'last',
] as const;

/** KEYS state, outbox, parked, parking, events, dead */
export const buryScript = defineScript<
  [
    token: string,
    chat: string,
    id: string,
    ordered: string,
    status: string,
    reason: string,
    attempts: number,
    firstMs: string,
  ],
  Fenced<['buried' | 'full']>
>(
  'outboxBury',
  6,
  `${inFullRedis}
${fencedLua}
local state, outbox, parked, parking, events, dead = unpack(KEYS)
local _, chat, id, ordered, status, reason, attempts, first = unpack(ARGV)
if redis.call('XLEN', dead) >= ${DEAD_LETTERS_MAX} then return { 'ok', 'full' } end
${nowMsLua}
${memberLua}
${goOnLua}
local function take()
  local entry = redis.call('XRANGE', outbox, id, id)[1]
  if entry then
    redis.call('XDEL', outbox, id)
    return entry[2][4]
  end
  local member = redis.call('ZRANGEBYLEX', events, memberFrom(ordered), memberTo(ordered))[1]
  if not member then return nil end
  redis.call('ZREM', events, member)
  redis.call('HINCRBY', state, 'parkedEvents', -1)
  goOn(parked, parking, events, chat, false)
  return string.sub(member, #ordered + 2)
end
local frame = take()
if frame then
  redis.call('XADD', dead, '*', 'chat', chat, 'event', ordered, 'frame', frame, 'status', status, 'reason', reason,
    'attempts', attempts, 'first', first == '' and ms(nowMs) or first, 'last', ms(nowMs))
end
return { 'ok', 'buried' }
`,
);

/** Of one chat. KEYS state, parked, parking, events, dead · chat, then ids of letters → how many */
export const replayScript = defineScript<[chat: string, ...ids: string[]], number>(
  'outboxReplay',
  5,
  `
local state, parked, parking, events, dead = unpack(KEYS)
local chat = ARGV[1]
${nowMsLua}
local added, replayed = 0, 0
for i = 2, #ARGV do
  local entry = redis.call('XRANGE', dead, ARGV[i], ARGV[i])[1]
  if entry and entry[2][2] == chat then
    added = added + redis.call('ZADD', events, 0, entry[2][4] .. ' ' .. entry[2][6])
    redis.call('XDEL', dead, ARGV[i])
    replayed = replayed + 1
  end
end
if replayed == 0 then return 0 end
redis.call('HINCRBY', state, 'parkedEvents', added)
redis.call('ZADD', parked, ms(nowMs), chat)
redis.call('HSETNX', parking, chat, '0 ' .. ms(nowMs) .. ' - replayed')
return replayed
`,
);
