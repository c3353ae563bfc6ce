/**
 * Parked chats: `parked` has their next try, `parking` what became of the tries so far (see `setback.ts`), and
 * a sorted set each their events, in the order of the outbox by their members: `<ordered id> <frame>`.
 */
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';
import { fencedLua, type Fenced, inFullRedis } from './lease.lua.ts';

/** An event's range among the members. A space ends the id, and `!` is the character after it. */
export const memberLua = `
local function memberFrom(ordered) return '[' .. ordered .. ' ' end
local function memberTo(ordered) return '(' .. ordered .. '!' end
`;

/** Since when a chat gets nothing through. */
const sinceLua = `
local function sinceOf(record) return record and string.match(record, '^%d+ (%d+)') or ms(nowMs) end
`;

type SetbackArgs = [retryInMs: number, attempts: number, status: string, reason: string];

/** KEYS state, outbox, parked, parking, events · then id, ordered id, … */
export const parkScript = defineScript<
  [token: string, chat: string, ...SetbackArgs, ...ids: string[]],
  Fenced<[]>
>(
  'outboxPark',
  5,
  `${inFullRedis}
${fencedLua}
local state, outbox, parked, parking, events = unpack(KEYS)
local _, chat, retryInMs, attempts, status, reason = unpack(ARGV, 1, 6)
${nowMsLua}
local moved = 0
for i = 7, #ARGV, 2 do
  local entry = redis.call('XRANGE', outbox, ARGV[i], ARGV[i])[1]
  if entry then
    moved = moved + redis.call('ZADD', events, 0, ARGV[i + 1] .. ' ' .. entry[2][4])
    redis.call('XDEL', outbox, ARGV[i])
  end
end
if moved == 0 then return { 'ok' } end
redis.call('HINCRBY', state, 'parkedEvents', moved)
if redis.call('ZADD', parked, 'NX', ms(nowMs + retryInMs), chat) == 1 then
  redis.call('HSET', parking, chat, attempts .. ' ' .. ms(nowMs) .. ' ' .. status .. ' ' .. reason)
end
return { 'ok' }
`,
);

/** KEYS state, parked, parking → ms until the next one that is not due ('-1': none), then chat, retry at, record, … */
export const dueScript = defineScript<
  [token: string, limit: number],
  Fenced<[nextInMs: string, ...chats: string[]]>
>(
  'outboxDue',
  3,
  `#!lua flags=no-writes,allow-oom
${fencedLua}
${nowMsLua}
local later = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ms(nowMs), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local reply = { 'ok', later[2] and ms(later[2] - nowMs) or '-1' }
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ms(nowMs), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #due, 2 do
  reply[#reply + 1] = due[i]
  reply[#reply + 1] = due[i + 1]
  reply[#reply + 1] = redis.call('HGET', KEYS[3], due[i]) or ''
end
return reply
`,
);

/** As few are read as are asked for. */
const SLICE_MEMBERS = 10;

/** KEYS state, events → members, oldest first */
export const readParkedScript = defineScript<
  [token: string, limit: number, maxBytes: number],
  Fenced<string[]>
>(
  'outboxReadParked',
  2,
  `#!lua flags=no-writes,allow-oom
${fencedLua}
local limit, maxBytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply, bytes = { 'ok' }, 0
while true do
  local from = #reply - 1
  local slice = redis.call('ZRANGE', KEYS[2], from, from + ${SLICE_MEMBERS - 1})
  for _, member in ipairs(slice) do
    bytes = bytes + #member
    if #reply > limit or (#reply > 1 and bytes > maxBytes) then return reply end
    reply[#reply + 1] = member
  end
  if #slice < ${SLICE_MEMBERS} then return reply end
end
`,
);

/** What is left of a chat is due at once; a chat without events is not parked. */
export const goOnLua = `
${sinceLua}
local function goOn(parked, parking, events, chat, resetSince)
  if redis.call('ZCARD', events) == 0 then
    redis.call('ZREM', parked, chat)
    redis.call('HDEL', parking, chat)
    return
  end
  local record = redis.call('HGET', parking, chat)
  local since = resetSince and ms(nowMs) or sinceOf(record)
  redis.call('ZADD', parked, ms(nowMs), chat)
  redis.call('HSET', parking, chat, '0 ' .. since .. (record and string.match(record, '^%d+ %d+(.*)') or ' - -'))
end
`;

/** KEYS state, parked, parking, events */
export const acknowledgeParkedScript = defineScript<
  [token: string, chat: string, ...orderedIds: string[]],
  Fenced<[]>
>(
  'outboxAcknowledgeParked',
  4,
  `${inFullRedis}
${fencedLua}
local state, parked, parking, events = unpack(KEYS)
${nowMsLua}
${memberLua}
${goOnLua}
local taken = 0
for i = 3, #ARGV do
  taken = taken + redis.call('ZREMRANGEBYLEX', events, memberFrom(ARGV[i]), memberTo(ARGV[i]))
end
if taken > 0 then redis.call('HINCRBY', state, 'parkedEvents', -taken) end
goOn(parked, parking, events, ARGV[2], taken > 0)
return { 'ok' }
`,
);

/** KEYS state, parked, parking */
export const postponeScript = defineScript<
  [token: string, chat: string, ...SetbackArgs],
  Fenced<[]>
>(
  'outboxPostpone',
  3,
  `${inFullRedis}
${fencedLua}
local _, parked, parking = unpack(KEYS)
local _, chat, retryInMs, attempts, status, reason = unpack(ARGV)
${nowMsLua}
${sinceLua}
if not redis.call('ZSCORE', parked, chat) then return { 'ok' } end
local since = sinceOf(redis.call('HGET', parking, chat))
redis.call('ZADD', parked, ms(nowMs + retryInMs), chat)
redis.call('HSET', parking, chat, attempts .. ' ' .. since .. ' ' .. status .. ' ' .. reason)
return { 'ok' }
`,
);
