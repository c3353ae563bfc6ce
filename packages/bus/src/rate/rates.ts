/**
 * Token buckets in Redis, each a single number as in a process (GCRA): the moment at which it is full
 * again, by Redis' clock. A bucket that is full is no key.
 */
import type { Rates } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { nowMsLua } from '../redis/now.lua.ts';
import { defineScript, type RedisCommands } from '../redis/script.ts';

/** KEYS bucket · ARGV calls in a second, burst, count → ms to wait; 0: taken */
const takeScript = defineScript<[number, number, number], number>(
  'rateTake',
  1,
  `
${nowMsLua}
local tokenMs = 1000 / tonumber(ARGV[1])
local fullAt = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), nowMs)
local waitMs = math.ceil(fullAt + tokenMs - nowMs - tonumber(ARGV[2]) * tokenMs - 0.001)
if waitMs > 0 then return waitMs end
fullAt = fullAt + tonumber(ARGV[3]) * tokenMs
redis.call('SET', KEYS[1], string.format('%.3f', fullAt), 'PX', math.ceil(fullAt - nowMs) + 1)
return 0
`,
);

export interface RatesOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

export function createRates({ redis, keys, deadlineMs }: RatesOptions): Rates {
  return {
    take: (service, { perSecond, burst }, count = 1) =>
      within(deadlineMs, takeScript.run(redis, [keys.rate(service)], [perSecond, burst, count])),
  };
}
