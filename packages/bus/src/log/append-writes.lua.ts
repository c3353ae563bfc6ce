/** The second half of the append script: what is written once nothing refuses any more. See append.lua.ts. */
import type { LogLimits } from './log-limits.ts';

/** The events themselves, into the room's log and the feed, and to those who follow. */
export const logs = (limits: LogLimits) => `
-- 5. The logs. position = stream id and the publisher's nonce: unique over histories.
local writes = {}
local function set(field, value)
  writes[#writes + 1] = field
  writes[#writes + 1] = value
end
local function add(log, previous, nonce, meta, head, data, clientsData)
  if clientsData == '' then
    return redis.call('XADD', log, '*', 'previous', previous, 'nonce', nonce, 'meta', meta, 'head', head, 'data', data)
      .. '.' .. nonce
  end
  return redis.call('XADD', log, '*', 'previous', previous, 'nonce', nonce, 'meta', meta, 'head', head, 'data', data,
    'clientsData', clientsData) .. '.' .. nonce
end
local function publish(channel, previous, position, meta, frame, clientsFrame)
  redis.call('SPUBLISH', channel,
    previous .. ' ' .. position .. ' ' .. meta .. ' ' .. #frame .. '\\n' .. frame .. clientsFrame)
end
local function entrySize(fields)
  local size = 0
  for i = 2, #fields, 2 do size = size + #fields[i] end
  return size
end
-- The record is older than the log when the log has expired, or was deleted by hand.
local function recount(log)
  local bytes = 0
  for _, entry in ipairs(redis.call('XRANGE', log, '-', '+')) do bytes = bytes + entrySize(entry[2]) end
  return bytes
end
-- Drops from the old end in slices, so that the bound costs little at each append.
local function trim(log, entries, bytes, maxEntries, maxBytes, maxAgeMs)
  if entries % ${limits.trimSlack} ~= 0 and entries <= maxEntries + ${limits.trimSlack} and bytes <= maxBytes then
    return entries, bytes
  end
  local length = redis.call('XLEN', log)
  if length ~= entries then bytes = recount(log) end
  local from, count = '-', 1
  while true do
    local slice = redis.call('XRANGE', log, from, '+', 'COUNT', count)
    for _, entry in ipairs(slice) do
      local idMs = tonumber(string.match(entry[1], '^(%d+)'))
      if length <= 1 or (length <= maxEntries and bytes <= maxBytes and nowMs - idMs <= maxAgeMs) then
        if count > 1 then redis.call('XTRIM', log, 'MINID', entry[1]) end
        return length, bytes
      end
      length = length - 1
      bytes = bytes - entrySize(entry[2])
    end
    from, count = '(' .. slice[#slice][1], ${limits.trimSlack}
  end
end
local function isDue(renewed, everyMs)
  return not renewed or nowMs - tonumber(renewed) >= everyMs
end
-- A number that Redis would otherwise print with all the digits of a double.
local function whole(number) return string.format('%.0f', number) end

local TAIL = '","data":'
local position, renewsState = '', false
local roomFrame
if roomMeta ~= '' or chatMode == 'remember' then
  renewsState = isDue(wasRenewed, ${renewEveryMs(limits.roomMaxAgeMs)})
  if renewsState then set('renewed', whole(nowMs)) end
end
if roomMeta ~= '' then
  local previous = wasPosition or '0'
  position = add(logKey, previous, nonce, roomMeta, roomHead, roomData, roomClientsData)
  roomFrame = roomHead .. position .. TAIL .. roomData .. '}'
  local clientsFrame = ''
  if roomClientsData ~= '' then clientsFrame = roomHead .. position .. TAIL .. roomClientsData .. '}' end
  local added = #roomHead + #roomData + #roomClientsData + #roomMeta + 60
  local entries, bytes = trim(logKey, (wasEntries or 0) + 1, (wasBytes or 0) + added,
    ${limits.roomMaxEntries}, ${limits.roomMaxBytes}, ${limits.roomMaxAgeMs})
  if renewsState then redis.call('PEXPIRE', logKey, '${limits.roomMaxAgeMs + renewEveryMs(limits.roomMaxAgeMs)}') end
  set('position', position)
  set('entries', whole(entries))
  set('bytes', whole(bytes))
  publish(roomKey, previous, position, roomMeta, roomFrame, clientsFrame)
end

local feedPosition = ''
if feedMeta ~= '' then
  local data = feedData ~= '' and feedData or roomData
  if feedChatId ~= '' then data = '{"chat":' .. chatJson() .. ',' .. string.sub(data, 2) end
  local meta = feedMeta .. ' ' .. routing()
  local feed = redis.call('HMGET', feedStateKey, 'position', 'bytes', 'entries', 'renewed')
  local previous = feed[1] or '0'
  feedPosition = add(feedKey, previous, feedNonce, meta, feedHead, data, '')
  local entries, bytes = trim(feedKey, (feed[3] or 0) + 1, (feed[2] or 0) + #feedHead + #data + #meta + 60,
    ${limits.feedMaxEntries}, ${limits.feedMaxBytes}, ${limits.feedMaxAgeMs})
  if isDue(feed[4], ${renewEveryMs(limits.feedMaxAgeMs)}) then
    redis.call('PEXPIRE', feedKey, '${limits.feedMaxAgeMs + renewEveryMs(limits.feedMaxAgeMs)}')
    redis.call('HSET', feedStateKey, 'renewed', whole(nowMs))
  end
  redis.call('HSET', feedStateKey, 'position', feedPosition, 'entries', whole(entries), 'bytes', whole(bytes))
  publish(feedKey, previous, feedPosition, meta, feedHead .. feedPosition .. TAIL .. data .. '}', '')
end
`;

/** What later appends and recalls ask for. */
export const memories = (limits: LogLimits) => `
-- 6. What is remembered.
if chatMode == 'remember' and not stale then
  for name, fragment in pairs(given) do set('chat:' .. name, fragment) end
  if widget ~= '-' then set('widget', widget) end
  if department ~= '-' then set('department', department) end
  if operator ~= '-' then set('operator', operator) end
  if closed ~= '' then set('closed', closed) end
  if chatVersion ~= '' then set('version', chatVersion) end
end

local present = redis.call('HMGET', membersKey, '#client', '#operator')
local clients, operators = present[1] or '0', present[2] or '0'
local answered = position ~= '' and position or (feedPrefix .. feedPosition)

local function newestFor(audience, index, before)
  if string.sub(visibility, index, index) ~= '1' then return before or '-' end
  set('newest:' .. audience, message)
  return message
end
-- Two generations: an entry is kept for one to two memory times, without a timer for each.
local function writeMemory(since, field, value)
  local turns = since and nowMs - tonumber(since) > ${limits.memoryMs}
  if turns then
    redis.call('RENAME', messagesKey, olderMessagesKey)
    redis.call('HSET', messagesKey, 'older', '1')
  end
  if since and not turns then return redis.call('HSET', messagesKey, field, value) end
  redis.call('HSET', messagesKey, field, value, 'since', whole(nowMs))
  redis.call('PEXPIRE', messagesKey, '${limits.stateMs}')
end
if message ~= '' then
  local sequence = (wasMessages or 0) + 1
  set('messages', whole(sequence))
  writeMemory(generationMs, 'message:' .. message, position .. ' ' .. eventId .. ' ' .. ts .. ' ' .. clients .. ' '
    .. operators .. ' ' .. sequence .. ' ' .. messageFacts .. ' ' .. newestFor('clients', 1, wasNewestClients) .. ' '
    .. newestFor('operators', 2, wasNewestOperators) .. ' ' .. newestFor('feed', 3, wasNewestFeed))
end
local function markReceipt(level)
  if receiptMessage == '' then
    local field = level .. ':' .. receiptReader
    local mark = redis.call('HGET', stateKey, field)
    if not mark or tonumber(mark) < tonumber(receiptSequence) then set(field, receiptSequence) end
  else
    writeMemory(redis.call('HGET', messagesKey, 'since'), level .. ':' .. receiptReader .. ':' .. receiptMessage, '1')
  end
end
if receiptLevel ~= '' then
  markReceipt('delivered')
  if receiptLevel == 'read' then markReceipt('read') end
end
if #writes > 0 then redis.call('HSET', stateKey, unpack(writes)) end
if renewsState then redis.call('PEXPIRE', stateKey, '${limits.stateMs}') end
local function answerOnce(key, digest)
  redis.call('SET', key, answered .. ' ' .. eventId .. ' ' .. ts .. ' ' .. clients .. ' ' .. operators
    .. ' ' .. (message ~= '' and message or '-') .. ' ' .. digest, 'PX', '${limits.onceMs}')
end
if once ~= '' then answerOnce(onceKey, once) end
if fulfilsKey then answerOnce(fulfilsKey, '-') end
return { 'appended', answered, clients, operators }
`;

/** How often an expiry time is renewed: a tenth of the life is the most that a key lives too long. */
function renewEveryMs(lifeMs: number): number {
  return Math.floor(lifeMs / 10);
}
