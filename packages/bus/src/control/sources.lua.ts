import { defineScript } from '../redis/script.ts';

type Args = [
  toldMs: number,
  toldNumber: number,
  isRepeat: 0 | 1,
  sourcesJson: string,
  keptMs: number,
  raceMs: number,
];

/**
 * Keeps an operator's sources as `<ms>-<number> <JSON>`; 0 when newer ones are kept. A call that is
 * no repeat and much older than they are is none that was overtaken: Redis' clock has stepped back.
 * KEYS operator.
 */
export const setSourcesScript = defineScript<Args, number>(
  'controlSetSources',
  1,
  `
local toldMs, toldNumber, isRepeat = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local known = redis.call('GET', KEYS[1])
if known then
  local ms, number = string.match(known, '^(%d+)-(%d+) ')
  ms, number = tonumber(ms), tonumber(number)
  local isOlder = toldMs < ms or (toldMs == ms and toldNumber < number)
  if isOlder and (isRepeat or ms - toldMs <= tonumber(ARGV[6])) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. '-' .. ARGV[2] .. ' ' .. ARGV[4], 'PX', ARGV[5])
return 1
`,
);
