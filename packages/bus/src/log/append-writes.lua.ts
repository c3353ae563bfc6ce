/** The second half of the append script: what is written once nothing refuses any more. See append.lua.ts. */
import { type RememberedField, rememberedFields } from '@switchboard/protocol';
import type { LogLimits } from './log-limits.ts';

const TAIL = '","data":';

/** The script's variable for what is known of a chat. */
export function chatLocal(field: RememberedField): string {
  return `chat_${field}`;
}

/** Names of the script's variables for one event in one log. */
interface Entry {
  readonly head: string;
  readonly position: string;
  readonly data: string;
}

/** A frame, as an expression. */
export function frameLua(head: string, position: string, data: string): string {
  return `${head} .. ${position} .. '${TAIL}' .. ${data} .. '}'`;
}

/** Publishes one event; `more` is an expression for what follows the frame. */
function publishLua(channel: string, meta: string, { head, position, data }: Entry, more = "''") {
  return `redis.call('SPUBLISH', ${channel}, previous .. ' ' .. ${position} .. ' ' .. ${meta} .. ' '
    .. (#${head} + #${position} + #${data} + ${TAIL.length + 1}) .. '\\n'
    .. ${frameLua(head, position, data)} .. ${more})`;
}

/** Sets two of `writes`, the fields and values of the chat's state. */
function setLua(field: string, value: string): string {
  return `writes[count + 1], writes[count + 2], count = ${field}, ${value}, count + 2`;
}

function isDueLua(renewed: string, lifeMs: number): string {
  return `(not ${renewed} or nowMs - ${renewed} >= ${renewEveryMs(lifeMs)})`;
}

interface Bounds {
  readonly entries: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** Drops from the old end in slices, so that the bound costs little at each append. */
const trimLua = (log: string, { trimSlack }: LogLimits, max: Bounds) => `
  if entries % ${trimSlack} == 0 or entries > ${max.entries + trimSlack} or bytes > ${max.bytes} then
    local function entrySize(fields)
      local size = 0
      for i = 2, #fields, 2 do size = size + #fields[i] end
      return size
    end
    -- The record is older than the log when the log has expired, or was deleted by hand.
    local function recount()
      local size = 0
      for _, entry in ipairs(redis.call('XRANGE', ${log}, '-', '+')) do size = size + entrySize(entry[2]) end
      return size
    end
    local function trim()
      local length = redis.call('XLEN', ${log})
      if length ~= entries then bytes = recount() end
      local from, slots = '-', 1
      while true do
        local slice = redis.call('XRANGE', ${log}, from, '+', 'COUNT', slots)
        for _, entry in ipairs(slice) do
          local idMs = tonumber(string.match(entry[1], '^(%d+)'))
          if length <= 1 or (length <= ${max.entries} and bytes <= ${max.bytes} and nowMs - idMs <= ${max.ageMs}) then
            if slots > 1 then redis.call('XTRIM', ${log}, 'MINID', entry[1]) end
            return length, bytes
          end
          length = length - 1
          bytes = bytes - entrySize(entry[2])
        end
        from, slots = '(' .. slice[#slice][1], ${trimSlack}
      end
    end
    entries, bytes = trim()
  end
`;

/** What is known of the chat, each with its comma or empty. */
const chatFragments = rememberedFields
  .map((name) => {
    const local = chatLocal(name);
    return `    ${local} = not stale and given['${name}'] or ${local}
    ${local} = ${local} and ',"${name}":' .. ${local} or ''`;
  })
  .join('\n');

/** The events themselves, into the room's log and the feed, and to those who follow. */
export const logs = (limits: LogLimits) => `
-- 5. The logs. position = stream id and the publisher's nonce: unique over histories.
-- As long as a plain message needs, so that it does not grow; only the first \`count\` of them count.
local writes, count = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 0
local position, renewsState = '', false
if roomMeta ~= '' or chatMode == 'remember' then
  renewsState = ${isDueLua('wasRenewed', limits.roomMaxAgeMs)}
  if renewsState then ${setLua("'renewed'", 'nowMs')} end
end
if roomMeta ~= '' then
  local previous = wasPosition or '0'
  local clientsFrame = ''
  if roomClientsData == '' then
    position = redis.call('XADD', logKey, '*', 'previous', previous, 'nonce', nonce, 'meta', roomMeta, 'head', roomHead,
      'data', roomData) .. '.' .. nonce
  else
    position = redis.call('XADD', logKey, '*', 'previous', previous, 'nonce', nonce, 'meta', roomMeta, 'head', roomHead,
      'data', roomData, 'clientsData', roomClientsData) .. '.' .. nonce
    clientsFrame = ${frameLua('roomHead', 'position', 'roomClientsData')}
  end
  local entries = (wasEntries or 0) + 1
  local bytes = (wasBytes or 0) + #roomHead + #roomData + #roomClientsData + #roomMeta + 60
${trimLua('logKey', limits, {
  entries: limits.roomMaxEntries,
  bytes: limits.roomMaxBytes,
  ageMs: limits.roomMaxAgeMs,
})}
  if renewsState then redis.call('PEXPIRE', logKey, '${limits.roomMaxAgeMs + renewEveryMs(limits.roomMaxAgeMs)}') end
  ${setLua("'position'", 'position')}
  ${setLua("'entries'", 'entries')}
  ${setLua("'bytes'", 'bytes')}
  ${publishLua('roomKey', 'roomMeta', { head: 'roomHead', position: 'position', data: 'roomData' }, 'clientsFrame')}
end

local feedPosition = ''
if feedMeta ~= '' then
  local data = feedData ~= '' and feedData or roomData
  if feedChatId ~= '' then
${chatFragments}
    data = '{"chat":{"id":' .. feedChatId .. ${rememberedFields.map(chatLocal).join(' .. ')}
      .. (chatRest ~= '' and ',' .. chatRest or '') .. '},' .. string.sub(data, 2)
  end
  local meta = feedMeta .. ' ' .. routing
  local feed = redis.call('HMGET', feedStateKey, 'position', 'bytes', 'entries', 'renewed')
  local previous = feed[1] or '0'
  feedPosition = redis.call('XADD', feedKey, '*', 'previous', previous, 'nonce', nonce, 'meta', meta, 'head', feedHead,
    'data', data) .. '.' .. nonce
  local entries = (feed[3] or 0) + 1
  local bytes = (feed[2] or 0) + #feedHead + #data + #meta + 60
${trimLua('feedKey', limits, {
  entries: limits.feedMaxEntries,
  bytes: limits.feedMaxBytes,
  ageMs: limits.feedMaxAgeMs,
})}
  if ${isDueLua('feed[4]', limits.feedMaxAgeMs)} then
    redis.call('PEXPIRE', feedKey, '${limits.feedMaxAgeMs + renewEveryMs(limits.feedMaxAgeMs)}')
    redis.call('HSET', feedStateKey, 'renewed', nowMs)
  end
  redis.call('HSET', feedStateKey, 'position', feedPosition, 'entries', entries, 'bytes', bytes)
  ${publishLua('feedKey', 'meta', { head: 'feedHead', position: 'feedPosition', data: 'data' })}
end
`;

/** What later appends and recalls ask for. */
export const memories = (limits: LogLimits) => `
-- 6. What is remembered.
if chatMode == 'remember' and not stale then
  for name, fragment in pairs(given) do ${setLua("'chat:' .. name", 'fragment')} end
  if widget ~= '-' then ${setLua("'widget'", 'widget')} end
  if department ~= '-' then ${setLua("'department'", 'department')} end
  if operator ~= '-' then ${setLua("'operator'", 'operator')} end
  if closed ~= '' then ${setLua("'closed'", 'closed')} end
  if chatVersion ~= '' then ${setLua("'version'", 'chatVersion')} end
end

local present = redis.call('HMGET', membersKey, '#client', '#operator')
local clients, operators = present[1] or '0', present[2] or '0'
local answered = position ~= '' and position or (feedPrefix .. feedPosition)

if message ~= '' then
  local sequence = (wasMessages or 0) + 1
  ${setLua("'messages'", 'sequence')}
  local forClients, forOperators, forFeed = string.byte(visibility, 1, 3)
${newestForLua('clients', 'forClients', 'wasNewestClients')}
${newestForLua('operators', 'forOperators', 'wasNewestOperators')}
${newestForLua('feed', 'forFeed', 'wasNewestFeed')}
  local value = position .. ' ' .. identity .. ' ' .. clients .. ' ' .. operators .. ' ' .. sequence .. ' '
    .. messageFacts .. ' ' .. (wasNewestClients or '-') .. ' ' .. (wasNewestOperators or '-') .. ' '
    .. (wasNewestFeed or '-')
${rememberLua(limits, 'generationMs', 'messageField', 'value')}
end
if receiptLevel ~= '' then
  local function mark(level)
    local field = level .. ':' .. receiptReader
    if receiptMessage == '' then
      local before = redis.call('HGET', stateKey, field)
      if not before or tonumber(before) < tonumber(receiptSequence) then ${setLua('field', 'receiptSequence')} end
    else
      local since = redis.call('HGET', messagesKey, 'since')
      field = field .. ':' .. receiptMessage
${rememberLua(limits, 'since', 'field', "'1'")}
    end
  end
  mark('delivered')
  if receiptLevel == 'read' then mark('read') end
end
if count > 0 then redis.call('HSET', stateKey, unpack(writes, 1, count)) end
if renewsState then redis.call('PEXPIRE', stateKey, '${limits.stateMs}') end
if once ~= '' then ${answerOnceLua(limits, 'onceKey', 'once')} end
if fulfilsKey then ${answerOnceLua(limits, 'fulfilsKey', "'-'")} end
return { 'appended', answered, clients, operators }
`;

/** The message is the newest for an audience that may see it; 49 is the character 1. */
function newestForLua(audience: string, flag: string, newest: string): string {
  return `  if ${flag} == 49 then
    ${newest} = message
    ${setLua(`'newest:${audience}'`, 'message')}
  end`;
}

/** Two generations: an entry is kept for one to two memory times, without a timer for each. */
function rememberLua(limits: LogLimits, since: string, field: string, value: string): string {
  return `
  if ${since} and nowMs - ${since} <= ${limits.memoryMs} then
    redis.call('HSET', messagesKey, ${field}, ${value})
  elseif ${since} then
    redis.call('RENAME', messagesKey, olderMessagesKey)
    redis.call('HSET', messagesKey, 'older', '1', ${field}, ${value}, 'since', nowMs)
    redis.call('PEXPIRE', messagesKey, '${limits.stateMs}')
  else
    redis.call('HSET', messagesKey, ${field}, ${value}, 'since', nowMs)
    redis.call('PEXPIRE', messagesKey, '${limits.stateMs}')
  end`;
}

function answerOnceLua({ onceMs }: LogLimits, key: string, digest: string): string {
  return `
  redis.call('SET', ${key}, answered .. ' ' .. identity .. ' ' .. clients .. ' ' .. operators
    .. ' ' .. (message ~= '' and message or '-') .. ' ' .. ${digest}, 'PX', '${onceMs}')
`;
}

/** How often an expiry time is renewed: a tenth of the life is the most that a key lives too long. */
function renewEveryMs(lifeMs: number): number {
  return Math.floor(lifeMs / 10);
}
