/** What is done with a claim by whoever holds it, and by nobody else. KEYS the message's once key. */
import { defineScript } from '../redis/script.ts';

/** ARGV the claim, its life in ms → 1; 0: it was lost */
export const renewClaimScript = defineScript<[claim: string, leaseMs: number], number>(
  'claimRenew',
  1,
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
);

/** ARGV the claim, the refusal, how long it is kept in ms → 1; 0: the claim was lost */
export const settleClaimScript = defineScript<
  [claim: string, refusal: string, keptMs: number],
  number
>(
  'claimSettle',
  1,
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`,
);

/** ARGV the claim → 1; 0: it was lost */
export const releaseClaimScript = defineScript<[claim: string], number>(
  'claimRelease',
  1,
  `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`,
);
