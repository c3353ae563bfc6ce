/**
 * The desk's changes: a stream that names each session that came, changed or went. Who has read the
 * desk once asks for what was named since, and need not read ten thousand sessions again.
 */
import { defineScript } from '../redis/script.ts';

/** Beyond this, the oldest are dropped, and who has not asked for so long reads the whole desk. */
const CHANGES_MAX = 10_000;

/** Lua: names the session of `token` in the stream `changes`. */
export const noteDeskChangeLua = `
local function noteDeskChange(changes, token)
  redis.call('XADD', changes, 'MAXLEN', '~', ${CHANGES_MAX}, '*', 'token', token)
end
`;

export type DeskChanges =
  | ['gap']
  | ['changes', id: string, token: string, more: 0 | 1, ...tokensAndRecords: (string | null)[]];

/**
 * What has changed since the change `id` of the session `token` (both empty: since the beginning), as
 * it is now. `gap`: that one is not there any more, or never was in this history: Redis was rolled back.
 * KEYS desk, changes.
 */
export const readDeskChangesScript = defineScript<
  [id: string, token: string, limit: number],
  DeskChanges
>(
  'presenceDeskChanges',
  2,
  `#!lua flags=no-writes,allow-oom
local desk, changes = KEYS[1], KEYS[2]
local id, token, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local entries = redis.call('XRANGE', changes, id == '' and '-' or id, '+', 'COUNT', limit + 1)
local from = 1
if id ~= '' then
  local first = entries[1]
  if not first or first[1] ~= id or first[2][2] ~= token then return { 'gap' } end
  from = 2
end
local found, seen = {}, {}
for i = from, #entries do
  id, token = entries[i][1], entries[i][2][2]
  if not seen[token] then
    seen[token] = true
    found[#found + 1] = token
    found[#found + 1] = redis.call('HGET', desk, 'session:' .. token)
  end
end
return { 'changes', id, token, #entries > limit and 1 or 0, unpack(found) }
`,
);

/** The newest change: where a reading of the whole desk begins. KEYS changes. */
export const newestDeskChangeScript = defineScript<[], [id: string, token: string]>(
  'presenceNewestDeskChange',
  1,
  `#!lua flags=no-writes,allow-oom
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return { '', '' } end
return { newest[1], newest[2][2] }
`,
);
