import { defineScript } from '../redis/script.ts';
import { noteDeskChangeLua } from './desk-changes.lua.ts';

/**
 * Replaces a desk session's record; 0 when it is not there or its connection has closed.
 * KEYS desk, the desk's changes.
 */
export const updateScript = defineScript<[token: string, deskRecord: string], number>(
  'presenceUpdate',
  2,
  `
local field = 'session:' .. ARGV[1]
${noteDeskChangeLua}
local known = redis.call('HGET', KEYS[1], field)
if not known or string.sub(known, -1) == '\\n' then return 0 end
redis.call('HSET', KEYS[1], field, ARGV[2])
noteDeskChange(KEYS[2], ARGV[1])
return 1
`,
);
