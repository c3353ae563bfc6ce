import { defineScript } from '../redis/script.ts';
import { closedMark } from './session-entry.ts';

/**
 * Marks a session as closed in its user's list: it is there for its grace and is no connection any more.
 * KEYS members. 1: it was marked now.
 */
export const retireScript = defineScript<[user: string, token: string], number>(
  'presenceRetire',
  1,
  `#!lua flags=allow-oom
local members, user, token = KEYS[1], ARGV[1], ARGV[2]
local items, marked = {}, 0
for item in string.gmatch(redis.call('HGET', members, user) or '', '[^ ]+') do
  local isIt = string.sub(item, 1, #token + 1) == token .. '/'
  if isIt and string.sub(item, -2) ~= '${closedMark}' then
    item, marked = item .. '${closedMark}', 1
  end
  items[#items + 1] = item
end
if marked == 1 then redis.call('HSET', members, user, table.concat(items, ' ')) end
return marked
`,
);
