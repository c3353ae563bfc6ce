import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';
import { tombstoneField } from './session-entry.ts';

/**
 * Writes the tombstone and answers how many sessions are left. It expires only when none is: a
 * cleaner may die anywhere, and the list must outlive it.
 */
export const buryScript = defineScript<[tombstoneMs: number], number>(
  'presenceBury',
  1,
  `#!lua flags=allow-oom
-- In a full Redis too: what follows gives memory back.
${nowMsLua}
redis.call('HSET', KEYS[1], '${tombstoneField}', ms(nowMs))
local left = redis.call('HLEN', KEYS[1]) - 1
if left == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return left
`,
);
