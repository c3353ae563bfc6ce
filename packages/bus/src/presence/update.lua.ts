import { defineScript } from '../redis/script.ts';

/** Replaces a desk session's JSON; 0 when the session is not there. */
export const updateScript = defineScript<[token: string, sessionJson: string], number>(
  'presenceUpdate',
  1,
  `
local field = 'session:' .. ARGV[1]
if redis.call('HEXISTS', KEYS[1], field) == 0 then return 0 end
redis.call('HSET', KEYS[1], field, ARGV[2])
return 1
`,
);
