/** The outbox itself: a stream of `chat` (encoded, `-` for none) and `frame`, oldest first. */
import { defineScript } from '../redis/script.ts';
import { fencedLua, type Fenced, inFullRedis } from './lease.lua.ts';

/** Frames may be large: as few are read as are asked for. */
const SLICE_ENTRIES = 10;

/** KEYS state, outbox, parked → whether there are more ('1' or '0'), then id, chat, frame, whether the chat is parked, … */
export const readScript = defineScript<
  [token: string, limit: number, maxBytes: number],
  Fenced<[more: string, ...events: string[]]>
>(
  'outboxRead',
  3,
  `#!lua flags=no-writes,allow-oom
${fencedLua}
local limit, maxBytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = { 'ok', '1' }
local anyParked = redis.call('ZCARD', KEYS[3]) > 0
local from, events, bytes = '-', 0, 0
while true do
  local slice = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', ${SLICE_ENTRIES})
  for _, entry in ipairs(slice) do
    local chat, frame = entry[2][2], entry[2][4]
    bytes = bytes + #frame
    if events == limit or (events > 0 and bytes > maxBytes) then return reply end
    local isParked = anyParked and redis.call('ZSCORE', KEYS[3], chat)
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = entry[1], chat, frame, isParked and '1' or '0'
    events = events + 1
  end
  if #slice < ${SLICE_ENTRIES} then
    reply[2] = '0'
    return reply
  end
  from = '(' .. slice[#slice][1]
end
`,
);

/** KEYS state, outbox */
export const acknowledgeScript = defineScript<[token: string, ...ids: string[]], Fenced<[]>>(
  'outboxAcknowledge',
  2,
  `${inFullRedis}
${fencedLua}
redis.call('XDEL', KEYS[2], unpack(ARGV, 2))
return { 'ok' }
`,
);
