/** Claims, kept where the append looks for first answers: a message is asked about or in the log, never both. */
import type { ClaimOutcome, Claims, SentMessageKey } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { onceKeyOf } from '../redis/once-key.ts';
import type { RedisCommands } from '../redis/script.ts';
import { releaseClaimScript, renewClaimScript, settleClaimScript } from './claims.lua.ts';
import { decodeRefusal, encodeClaim, encodeRefusal, isClaim } from './once-values.ts';

export interface ClaimsOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
  /** How long a refusal is kept. */
  readonly refusedMs: number;
}

export function createClaims({ redis, keys, deadlineMs, refusedMs }: ClaimsOptions): Claims {
  const keyOf = ({ chatId, user, clientMessageId }: SentMessageKey) =>
    onceKeyOf(keys, chatId, { kind: 'clientMessage', user, clientMessageId });

  async function renew(message: SentMessageKey, token: string, leaseMs: number): Promise<boolean> {
    const args: [string, number] = [encodeClaim(token), leaseMs];
    const call = renewClaimScript.run(redis, [keyOf(message)], args);
    return (await within(deadlineMs, call)) === 1;
  }
  async function claim(
    message: SentMessageKey,
    token: string,
    leaseMs: number,
  ): Promise<ClaimOutcome> {
    const own = encodeClaim(token);
    const call = redis.set(keyOf(message), own, 'PX', leaseMs, 'NX', 'GET');
    const before = await within(deadlineMs, call);
    if (before === null) return { kind: 'claimed' };
    if (before !== own) return outcomeOf(before);
    // Its answer was lost, or it is asked for again: the lease begins now.
    return (await renew(message, token, leaseMs))
      ? { kind: 'claimed' }
      : claim(message, token, leaseMs);
  }
  return {
    claim,
    renew,
    async settle(message, token, verdict) {
      const args: [string, string, number] = [
        encodeClaim(token),
        encodeRefusal(verdict),
        refusedMs,
      ];
      await within(deadlineMs, settleClaimScript.run(redis, [keyOf(message)], args));
    },
    async release(message, token) {
      const call = releaseClaimScript.run(redis, [keyOf(message)], [encodeClaim(token)]);
      await within(deadlineMs, call);
    },
  };
}

function outcomeOf(value: string): ClaimOutcome {
  if (isClaim(value)) return { kind: 'busy' };
  const verdict = decodeRefusal(value);
  return verdict === undefined ? { kind: 'added' } : { kind: 'decided', verdict };
}
