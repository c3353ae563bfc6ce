/**
 * The append script. Everything that can refuse is asked before the first write, and the first
 * write (XADD) is one that Redis refuses when it is out of memory: nothing is ever half done.
 *
 * JSON is only ever concatenated here, never parsed or encoded: cjson turns [] into {} and breaks
 * large numbers. All ids come encoded, so that a space separates.
 */
import { rememberedFields } from '@switchboard/protocol';
import type { OutboxOptions } from '../contract.ts';
import { handOnLua, refuseIfFullLua } from '../hand-off/outbox-write.lua.ts';
import { isFirstAnswerLua } from '../hand-off/once-values.ts';
import { chatLocal, frameLua, logs, memories } from './append-writes.lua.ts';
import type { LogLimits } from './log-limits.ts';

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

/** These follow when the bus has an outbox. */
export const outboxKeys = ['outbox', 'outboxState'] as const;

/** In the order of ARGV. A message of a known chat needs no more than these. */
export const commonArgs = [
  'notAfterMs',
  'nonce',
  'identity',
  'roomMeta',
  'roomHead',
  'roomData',
  'feedMeta',
  'feedHead',
  'feedChatId',
  'once',
  'message',
  'messageFacts',
  'visibility',
  'refuseIfClosed',
  'outboxChat',
] as const;

/** All or none of them follow, and then the remembered fragments as name, JSON, name, JSON. */
export const furtherArgs = [
  'feedPrefix',
  'roomClientsData',
  'feedData',
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

export type CommonArg = (typeof commonArgs)[number];
export type FurtherArg = (typeof furtherArgs)[number];

/** What is read of a chat's state, in one call. */
const stateFields = [
  'position',
  'bytes',
  'entries',
  'renewed',
  'widget',
  'department',
  'operator',
  'version',
  'closed',
  'messages',
  'newest:clients',
  'newest:operators',
  'newest:feed',
] as const;

/** What is read of it when the feed is told of the chat. */
const allFields = [...stateFields, ...rememberedFields.map((name) => `chat:${name}`)];
const stateLocals = [
  ...stateFields.map((field) => `was${pascal(field)}`),
  ...rememberedFields.map(chatLocal),
];

const quoted = (list: readonly string[]) => list.map((text) => `'${text}'`).join(', ');

/**
 * A call from Lua costs Redis more than most of the commands that are called: each hash is read once
 * and written once, and expiry times are renewed now and then, for a life that is longer by as much.
 * What Lua itself costs is mostly what it allocates: each text is built in one concatenation, and a
 * function is made only where it is needed, for it is made anew in every run.
 *
 * The last of KEYS is there only for some: where the first answer is kept of the message that this one
 * fulfils.
 *
 * @param outbox absent: the script knows of none, and costs nothing for it
 */
export function appendScript(limits: LogLimits, outbox?: OutboxOptions): string {
  const keys = outbox ? [...appendKeys, ...outboxKeys] : appendKeys;
  const further = furtherArgs.join(', ');
  const firstFurther = commonArgs.length + 1;
  return [
    `
local ${[...keys, 'fulfils'].map((key) => `${key}Key`).join(', ')} = unpack(KEYS)
local ${commonArgs.join(', ')} = unpack(ARGV, 1, ${commonArgs.length})
local ${further} = ${quoted(furtherArgs.map(() => ''))}
if ARGV[${firstFurther}] then
  ${further} = unpack(ARGV, ${firstFurther}, ${firstFurther + furtherArgs.length - 1})
end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if nowMs > tonumber(notAfterMs) then return { 'late' } end
`,
    refusals(limits),
    outbox ? outboxRefusal(outbox) : '',
    chat,
    logs(limits),
    outbox ? outboxWrite : '',
    memories(limits),
  ].join('');
}

const refusals = (limits: LogLimits) => `
-- 1. Has it happened already? A claim or a refusal is no answer: it gives way to this one.
if once ~= '' then
  local first = redis.call('GET', onceKey)
  if first and ${isFirstAnswerLua('first')} then return { 'once', first } end
end
if fulfilsKey then
  local first = redis.call('GET', fulfilsKey)
  if first and ${isFirstAnswerLua('first')} then return { 'fulfilled', first } end
end
local messageField, generationMs
if message ~= '' then
  messageField = 'message:' .. message
  local found = redis.call('HMGET', messagesKey, messageField, 'since', 'older')
  local known = found[1]
  generationMs = found[2]
  if not known and (found[3] or not generationMs) then known = redis.call('HGET', olderMessagesKey, messageField) end
  if known and nowMs - tonumber(string.match(known, '^(%d+)-')) <= ${limits.memoryMs} then
    return { 'known', known }
  end
end

-- 2. May it happen?
local state
if feedChatId == '' then
  state = redis.call('HMGET', stateKey, ${quoted(stateFields)})
else
  state = redis.call('HMGET', stateKey, ${quoted(allFields)})
end
local ${stateLocals.join(', ')} = unpack(state)
if refuseIfClosed == '1' and wasClosed == '1' then return { 'closed' } end

-- 3. A receipt that changes nothing is not appended.
if receiptLevel ~= '' then
  local function covers(level)
    local mark = redis.call('HGET', stateKey, level .. ':' .. receiptReader)
    if mark and receiptSequence ~= '' and tonumber(mark) >= tonumber(receiptSequence) then return true end
    local field = level .. ':' .. receiptReader .. ':' .. receiptMessage
    return receiptMessage ~= ''
      and (redis.call('HEXISTS', messagesKey, field) == 1 or redis.call('HEXISTS', olderMessagesKey, field) == 1)
  end
  if covers('read') then return { 'unchanged' } end
  if receiptLevel == 'delivered' and covers('delivered') then return { 'unchanged' } end
end
`;

const outboxRefusal = (outbox: OutboxOptions) => `
-- Is there room for it in the outbox?
if outboxChat ~= '' then
${refuseIfFullLua(outbox, { outbox: 'outboxKey', state: 'outboxStateKey' })}
end
`;

const outboxWrite = `
if outboxChat ~= '' then
${handOnLua({ outbox: 'outboxKey', chat: 'outboxChat', frame: frameLua('roomHead', 'position', 'roomData') })}
end
`;

const chat = `
-- 4. The chat as it was and as it is now.
local given = {}
for i = ${commonArgs.length + furtherArgs.length + 1}, #ARGV, 2 do given[ARGV[i]] = ARGV[i + 1] end
local stale = chatMode ~= '' and chatVersion ~= '' and wasVersion and tonumber(chatVersion) < tonumber(wasVersion)
local routing = (wasWidget or '-') .. ',' .. (wasDepartment or '-') .. ',' .. (wasOperator or '-')
if chatMode ~= '' and not stale then
  local after = (widget ~= '-' and widget or wasWidget or '-') .. ','
    .. (department ~= '-' and department or wasDepartment or '-') .. ','
    .. (operator ~= '-' and operator or wasOperator or '-')
  if not (wasPosition or wasWidget or wasDepartment or wasOperator or wasVersion) then
    routing = after
  elseif after ~= routing then
    routing = routing .. ';' .. after
  end
end
`;

/** `newest:clients` → `NewestClients`. */
function pascal(field: string): string {
  return field.replace(/(?:^|:)(\w)/gu, (_match, first: string) => first.toUpperCase());
}
