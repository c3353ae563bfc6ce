import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript } from '../redis/script.ts';

/**
 * One heartbeat: a write that a full or read-only Redis refuses, its copy to whoever follows, and
 * Redis' clock. The key and the channel have one name. KEYS heartbeat.
 */
export const beatScript = defineScript<[sequence: number, expiresInMs: number], string>(
  'heartbeat',
  1,
  `
${nowMsLua}
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SPUBLISH', KEYS[1], ARGV[1])
return ms(nowMs)
`,
);
