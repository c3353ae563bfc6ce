/** The outbox itself: a stream of `chat` (encoded, `-` for none) and `frame`, oldest first. */
import { defineScript } from '../redis/script.ts';
import { fencedLua, type Fenced, inFullRedis } from './lease.lua.ts';

/** KEYS state, outbox, parked → id, chat, frame, whether the chat is parked ('1' or '0'), … */
export const readScript = defineScript<[token: string, limit: number], Fenced<string[]>>(
  'outboxRead',
  3,
  `#!lua flags=no-writes,allow-oom
${fencedLua}
local reply = { 'ok' }
local anyParked = redis.call('ZCARD', KEYS[3]) > 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', ARGV[2])) do
  local chat = entry[2][2]
  local isParked = anyParked and redis.call('ZSCORE', KEYS[3], chat)
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = chat
  reply[#reply + 1] = entry[2][4]
  reply[#reply + 1] = isParked and '1' or '0'
end
return reply
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
