import { handOnLua } from '../hand-off/outbox-write.lua.ts';
import { defineScript } from '../redis/script.ts';
import { noteDeskChangeLua } from './desk-changes.lua.ts';

/** `last`: the user has no session there any more. */
export type LeaveReply = 'absent' | 'left' | 'last';

type Args = [
  user: string,
  role: string,
  token: string,
  entry: string,
  envelope: string,
  /** Empty: nothing is handed on. */
  outboxFrame: string,
  outboxChat: string,
];

/**
 * Takes a session out, for the node that holds it and for a cleaner alike: whoever comes second
 * finds nothing and publishes nothing. KEYS as for joining.
 */
export const leaveScript = defineScript<Args, LeaveReply>(
  'presenceLeave',
  5,
  `
local members, nodeSessions, channel = KEYS[1], KEYS[2], KEYS[3]
local user, role, token, entry, envelope, outboxFrame, outboxChat = unpack(ARGV)
${noteDeskChangeLua}
local list = redis.call('HGET', members, user)
local kept, found = {}, false
for item in string.gmatch(list or '', '[^ ]+') do
  if string.sub(item, 1, #token + 1) == token .. '/' then found = true else kept[#kept + 1] = item end
end

-- Deleting comes first: it works in a full Redis too, and lets the writes after it through.
redis.call('HDEL', nodeSessions, entry)
if not found then return 'absent' end
if redis.call('HDEL', members, 'session:' .. token) == 1 then noteDeskChange(KEYS[4], token) end
if #kept > 0 then
  redis.call('HSET', members, user, table.concat(kept, ' '))
  return 'left'
end
redis.call('HDEL', members, user, 'json:' .. user)
if redis.call('HINCRBY', members, '#' .. role, -1) <= 0 then redis.call('HDEL', members, '#' .. role) end
if envelope ~= '' then redis.call('SPUBLISH', channel, envelope) end
if outboxFrame ~= '' then
${handOnLua({ outbox: 'KEYS[5]', chat: 'outboxChat', frame: 'outboxFrame' })}
end
return 'last'
`,
);
