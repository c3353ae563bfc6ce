import { defineScript } from '../redis/script.ts';

/** Replaces a desk session's JSON, or deletes it when it is empty; 0 when it is not there. */
export const updateScript = defineScript<[token: string, sessionJson: string], number>(
  'presenceUpdate',
  1,
  `
local field = 'session:' .. ARGV[1]
if redis.call('HEXISTS', KEYS[1], field) == 0 then return 0 end
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, ARGV[2]) end
return 1
`,
);
