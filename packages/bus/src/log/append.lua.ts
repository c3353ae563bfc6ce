/**
 * The append script. Everything that can refuse is asked before the first write, and the first
 * write (XADD) is one that Redis refuses when it is out of memory: nothing is ever half done.
 *
 * JSON is only ever concatenated here, never parsed or encoded: cjson turns [] into {} and breaks
 * large numbers. All ids come encoded, so that a space separates.
 */
import type { LogLimits } from './log-limits.ts';
import { rememberedFields } from '@switchboard/protocol';

/** In the order of KEYS. Keys that an event does not need are declared all the same. */
export const appendKeys = [
  'log',
  'state',
  'messages',
  'olderMessages',
  'members',
  'room',
  'feed',
  'feedState',
  'once',
] as const;

/** In the order of ARGV; the remembered fragments follow as name, JSON, name, JSON. */
export const appendArgs = [
  'notAfterMs',
  'nonce',
  'feedNonce',
  'feedPrefix',
  'eventId',
  'roomMeta',
  'roomHead',
  'roomData',
  'roomClientsData',
  'feedMeta',
  'feedHead',
  'feedData',
  'feedChatId',
  'once',
  'ts',
  'message',
  'messageFacts',
  'visibility',
  'refuseIfClosed',
  'receiptLevel',
  'receiptReader',
  'receiptMessage',
  'receiptSequence',
  'chatMode',
  'chatVersion',
  'chatRest',
  'widget',
  'department',
  'operator',
  'closed',
] as const;

export type AppendArg = (typeof appendArgs)[number];

const names = (list: readonly string[], table: string) =>
  list.map((name, index) => `local ${name} = ${table}[${index + 1}]`).join('\n');

/** Lua has room for 200 locals: the arguments are put into one table by name instead. */
const argumentTable = `local arg = { ${appendArgs.map((name, i) => `${name} = ARGV[${i + 1}]`).join(', ')} }`;

export function appendScript(limits: LogLimits): string {
  return `
${names(
  appendKeys.map((key) => `${key}Key`),
  'KEYS',
)}
${argumentTable}
local NAMES = { ${rememberedFields.map((name) => `'${name}'`).join(', ')} }
local ONCE_MS = ${limits.onceMs}
local MEMORY_MS = ${limits.memoryMs}

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if nowMs > tonumber(arg.notAfterMs) then return { 'late' } end

-- 1. Has it happened already?
if arg.once ~= '' then
  local first = redis.call('GET', onceKey)
  if first then return { 'once', first } end
end
local function freshMemory(id)
  local field = 'message:' .. id
  local known = redis.call('HGET', messagesKey, field) or redis.call('HGET', olderMessagesKey, field)
  if not known then return nil end
  local addedMs = tonumber(string.match(known, '^(%d+)-'))
  if nowMs - addedMs > MEMORY_MS then return nil end
  return known
end
if arg.message ~= '' then
  local known = freshMemory(arg.message)
  if known then
    return { 'known', known }
  end
end

-- 2. May it happen?
if arg.refuseIfClosed == '1' and redis.call('HGET', stateKey, 'closed') == '1' then
  return { 'closed' }
end

-- 3. A receipt that changes nothing is not appended.
local function receiptCovers(level)
  local mark = redis.call('HGET', stateKey, level .. ':' .. arg.receiptReader)
  if mark and arg.receiptSequence ~= '' and tonumber(mark) >= tonumber(arg.receiptSequence) then
    return true
  end
  local field = level .. ':' .. arg.receiptReader .. ':' .. arg.receiptMessage
  return arg.receiptMessage ~= ''
    and (redis.call('HEXISTS', messagesKey, field) == 1 or redis.call('HEXISTS', olderMessagesKey, field) == 1)
end
if arg.receiptLevel ~= '' then
  if receiptCovers('read') then return { 'unchanged' } end
  if arg.receiptLevel == 'delivered' and receiptCovers('delivered') then return { 'unchanged' } end
end

-- 4. The chat as it was and as it is now.
local routing = '-'
local stateKnown = false
if arg.feedMeta ~= '' or arg.chatMode ~= '' then
  local known = redis.call('HMGET', stateKey, 'widget', 'department', 'operator', 'version', 'position')
  stateKnown = known[1] or known[2] or known[3] or known[4] or known[5]
  local stale = arg.chatMode ~= '' and arg.chatVersion ~= '' and known[4]
    and tonumber(arg.chatVersion) < tonumber(known[4])
  local function merged(given, old)
    if arg.chatMode == '' or stale or given == '-' then return old or '-' end
    return given
  end
  local before = (known[1] or '-') .. ',' .. (known[2] or '-') .. ',' .. (known[3] or '-')
  local after = merged(arg.widget, known[1]) .. ',' .. merged(arg.department, known[2]) .. ','
    .. merged(arg.operator, known[3])
  routing = (before == after or not stateKnown) and after or (before .. ';' .. after)
  if stale then arg.chatMode = 'stale' end
end
local function givenFragments()
  local given = {}
  for i = ${appendArgs.length + 1}, #ARGV, 2 do given[ARGV[i]] = ARGV[i + 1] end
  return given
end
local given = givenFragments()
local function chatJson()
  local known = redis.call('HMGET', stateKey, ${rememberedFields.map((name) => `'chat:${name}'`).join(', ')})
  local members = { '"id":' .. arg.feedChatId }
  for i, name in ipairs(NAMES) do
    local fragment = arg.chatMode ~= 'stale' and given[name] or known[i]
    if fragment then members[#members + 1] = '"' .. name .. '":' .. fragment end
  end
  if arg.chatRest ~= '' then members[#members + 1] = arg.chatRest end
  return '{' .. table.concat(members, ',') .. '}'
end

-- 5. The logs. position = stream id and the publisher's nonce: unique over histories.
local TAIL = '","data":'
local function write(log, state, nonce, meta, head, data, clientsData)
  local previous = redis.call('HGET', state, 'position') or '0'
  local id
  if clientsData == '' then
    id = redis.call('XADD', log, '*', 'previous', previous, 'nonce', nonce, 'meta', meta, 'head', head, 'data', data)
  else
    id = redis.call('XADD', log, '*', 'previous', previous, 'nonce', nonce, 'meta', meta, 'head', head, 'data', data,
      'clientsData', clientsData)
  end
  local position = id .. '.' .. nonce
  redis.call('HSET', state, 'position', position)
  return previous, position
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
-- Drops from the old end in slices, so that the bound costs little at each append.
local function trim(log, state, added, maxEntries, maxBytes, maxAgeMs)
  local length = redis.call('XLEN', log)
  local bytes = added
  if length == 1 then redis.call('HSET', state, 'bytes', added)
  else bytes = redis.call('HINCRBY', state, 'bytes', added) end
  if length <= maxEntries + ${limits.trimSlack} and bytes <= maxBytes and length % ${limits.trimSlack} ~= 0 then return end
  for _ = 1, 64 do
    local slice = redis.call('XRANGE', log, '-', '+', 'COUNT', ${limits.trimSlack})
    local keepFrom
    for _, entry in ipairs(slice) do
      local idMs = tonumber(string.match(entry[1], '^(%d+)'))
      if length <= 1 or (length <= maxEntries and bytes <= maxBytes and nowMs - idMs <= maxAgeMs) then
        keepFrom = entry[1]
        break
      end
      length = length - 1
      bytes = bytes - entrySize(entry[2])
    end
    if keepFrom then
      redis.call('XTRIM', log, 'MINID', keepFrom)
      break
    end
    redis.call('XTRIM', log, 'MINID', redis.call('XRANGE', log, '(' .. slice[#slice][1], '+', 'COUNT', 1)[1][1])
  end
  redis.call('HSET', state, 'bytes', bytes)
end

local position = ''
if arg.roomMeta ~= '' then
  local previous
  previous, position = write(logKey, stateKey, arg.nonce, arg.roomMeta, arg.roomHead, arg.roomData, arg.roomClientsData)
  local frame = arg.roomHead .. position .. TAIL .. arg.roomData .. '}'
  local clientsFrame = ''
  if arg.roomClientsData ~= '' then
    clientsFrame = arg.roomHead .. position .. TAIL .. arg.roomClientsData .. '}'
  end
  trim(logKey, stateKey, #arg.roomHead + #arg.roomData + #arg.roomClientsData + #arg.roomMeta + 60,
    ${limits.roomMaxEntries}, ${limits.roomMaxBytes}, ${limits.roomMaxAgeMs})
  redis.call('PEXPIRE', logKey, ${limits.roomMaxAgeMs})
  publish(roomKey, previous, position, arg.roomMeta, frame, clientsFrame)
end

local feedPosition = ''
local function feedData()
  if arg.feedChatId == '' then return arg.feedData end
  return '{"chat":' .. chatJson() .. ',' .. string.sub(arg.feedData, 2)
end
if arg.feedMeta ~= '' then
  local data = feedData()
  local meta = arg.feedMeta .. ' ' .. routing
  local previous
  previous, feedPosition = write(feedKey, feedStateKey, arg.feedNonce, meta, arg.feedHead, data, '')
  trim(feedKey, feedStateKey, #arg.feedHead + #data + #meta + 60,
    ${limits.feedMaxEntries}, ${limits.feedMaxBytes}, ${limits.feedMaxAgeMs})
  redis.call('PEXPIRE', feedKey, ${limits.feedMaxAgeMs})
  publish(feedKey, previous, feedPosition, meta, arg.feedHead .. feedPosition .. TAIL .. data .. '}', '')
end

-- 6. What is remembered.
local function remember(field, value)
  if value ~= '' then redis.call('HSET', stateKey, field, value) end
end
local function rememberChat()
  for name, fragment in pairs(given) do redis.call('HSET', stateKey, 'chat:' .. name, fragment) end
  if arg.widget ~= '-' then redis.call('HSET', stateKey, 'widget', arg.widget) end
  if arg.department ~= '-' then redis.call('HSET', stateKey, 'department', arg.department) end
  if arg.operator ~= '-' then redis.call('HSET', stateKey, 'operator', arg.operator) end
  remember('closed', arg.closed)
  remember('version', arg.chatVersion)
end
if arg.chatMode == 'remember' then rememberChat() end

local present = redis.call('HMGET', membersKey, '#client', '#operator')
local clients, operators = present[1] or '0', present[2] or '0'
local answered = position ~= '' and position or (arg.feedPrefix .. feedPosition)

local function newestFor(audience, visible)
  local field = 'newest:' .. audience
  if not visible then return redis.call('HGET', stateKey, field) or '-' end
  redis.call('HSET', stateKey, field, arg.message)
  return arg.message
end
-- Two generations: an entry is kept for one to two memory times, without a timer for each.
local function turnGeneration()
  local since = redis.call('HGET', messagesKey, 'since')
  if since and nowMs - tonumber(since) > MEMORY_MS then
    redis.call('RENAME', messagesKey, olderMessagesKey)
    since = nil
  end
  if not since then redis.call('HSET', messagesKey, 'since', string.format('%.0f', nowMs)) end
end
if arg.message ~= '' then
  turnGeneration()
  local sequence = redis.call('HINCRBY', stateKey, 'messages', 1)
  local newest = newestFor('clients', string.sub(arg.visibility, 1, 1) == '1') .. ' '
    .. newestFor('operators', string.sub(arg.visibility, 2, 2) == '1') .. ' '
    .. newestFor('feed', string.sub(arg.visibility, 3, 3) == '1')
  redis.call('HSET', messagesKey, 'message:' .. arg.message, position .. ' ' .. arg.eventId .. ' ' .. arg.ts .. ' '
    .. clients .. ' ' .. operators .. ' ' .. sequence .. ' ' .. arg.messageFacts .. ' ' .. newest)
  redis.call('PEXPIRE', messagesKey, ${limits.stateMs})
end
local function markReceipt(level)
  if arg.receiptMessage == '' then
    local field = level .. ':' .. arg.receiptReader
    local mark = redis.call('HGET', stateKey, field)
    if not mark or tonumber(mark) < tonumber(arg.receiptSequence) then
      redis.call('HSET', stateKey, field, arg.receiptSequence)
    end
  else
    turnGeneration()
    redis.call('HSET', messagesKey, level .. ':' .. arg.receiptReader .. ':' .. arg.receiptMessage, 1)
    redis.call('PEXPIRE', messagesKey, ${limits.stateMs})
  end
end
if arg.receiptLevel ~= '' then
  markReceipt('delivered')
  if arg.receiptLevel == 'read' then markReceipt('read') end
end
if arg.roomMeta ~= '' or arg.chatMode == 'remember' then redis.call('PEXPIRE', stateKey, ${limits.stateMs}) end
if arg.once ~= '' then
  redis.call('SET', onceKey, answered .. ' ' .. arg.eventId .. ' ' .. arg.ts .. ' ' .. clients .. ' ' .. operators
    .. ' ' .. (arg.message ~= '' and arg.message or '-') .. ' ' .. arg.once, 'PX', ONCE_MS)
end
return { 'appended', answered, clients, operators }
`;
}
