import { handOnLua } from '../hand-off/outbox-write.lua.ts';
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';
import { noteDeskChangeLua } from './desk-changes.lua.ts';
import { tombstoneField } from './session-entry.ts';

/**
 * `dead`: refused, the node was declared dead. `first`: the user had no session there. Then the tokens of
 * the sessions that are too many now, oldest first.
 */
export type JoinReply = [kind: 'dead' | 'present' | 'joined' | 'first', ...surplus: string[]];

type Args = [
  user: string,
  role: string,
  token: string,
  entry: string,
  entryValue: string,
  userJson: string,
  deskRecord: string,
  envelope: string,
  /** Empty: nothing is handed on. */
  outboxFrame: string,
  outboxChat: string,
  /** 0: a user may have any number of sessions there. */
  sessionsMax: number,
];

/**
 * Enters a session: O(1) in the size of the room, nothing if the session is there.
 * KEYS members, node's sessions, channel, the desk's changes (in a room anything in the slot), outbox.
 */
export const joinScript = defineScript<Args, JoinReply>(
  'presenceJoin',
  5,
  `
local members, nodeSessions, channel = KEYS[1], KEYS[2], KEYS[3]
local user, role, token, entry, entryValue, userJson, deskRecord, envelope, outboxFrame, outboxChat, sessionsMax =
  unpack(ARGV)
${nowMsLua}
${noteDeskChangeLua}
-- A zombie: its cleaners are at work or done, and nobody would take this session out again.
if redis.call('HEXISTS', nodeSessions, '${tombstoneField}') == 1 then return { 'dead' } end

local list = redis.call('HGET', members, user)
local listed = list and string.find(' ' .. list, ' ' .. token .. '/', 1, true)
if listed and redis.call('HEXISTS', nodeSessions, entry) == 1 then return { 'present' } end

-- The first write is one that a full Redis refuses, so that nothing is half done.
redis.call('HSET', nodeSessions, entry, entryValue)
if listed then return { 'present' } end
local item = token .. '/' .. ms(nowMs)
redis.call('HSET', members, user, list and (list .. ' ' .. item) or item, 'json:' .. user, userJson)
if deskRecord ~= '' then
  redis.call('HSET', members, 'session:' .. token, deskRecord)
  noteDeskChange(KEYS[4], token)
end
if list then
  local reply, tokens = { 'joined' }, {}
  for open in string.gmatch(list .. ' ', '([^ ]+)/%d+ ') do tokens[#tokens + 1] = open end
  local surplus = sessionsMax == '0' and 0 or #tokens + 1 - sessionsMax
  for i = 1, math.min(surplus, #tokens) do reply[#reply + 1] = tokens[i] end
  return reply
end
redis.call('HINCRBY', members, '#' .. role, 1)
if envelope ~= '' then redis.call('SPUBLISH', channel, envelope) end
if outboxFrame ~= '' then
${handOnLua({ outbox: 'KEYS[5]', chat: 'outboxChat', frame: 'outboxFrame' })}
end
return { 'first' }
`,
);
