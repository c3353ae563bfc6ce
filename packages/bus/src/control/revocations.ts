/**
 * What is refused from now on: single tokens, and all that was there when a user, a room or a session was
 * revoked. The second is written with the command itself: it holds also where no edge heard of it.
 */
import type { Control, ControlCommand, TokenHolder } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';

export interface RevocationsOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

export function createRevocations({
  redis,
  keys,
  deadlineMs,
}: RevocationsOptions): Pick<Control, 'deny' | 'isDenied'> {
  return {
    async deny(tokenId, forMs) {
      if (forMs <= 0) return;
      await within(deadlineMs, redis.set(keys.denied(tokenId), '1', 'PX', Math.ceil(forMs)));
    },
    async isDenied(holder) {
      const marks = marksOf(holder, keys);
      const call = redis.mget(keys.denied(holder.tokenId), ...marks);
      const [denied, ...revokedAtMs] = await within(deadlineMs, call);
      return denied !== null || revokedAtMs.some((ms) => Number(ms ?? -1) >= holder.knownSinceMs);
    },
  };
}

function marksOf({ userId, sessionId, chatId }: TokenHolder, keys: Keys): string[] {
  return [
    keys.revoked('user', userId),
    ...(sessionId === undefined ? [] : [keys.revoked('session', sessionId)]),
    ...(chatId === undefined ? [] : [keys.revoked('chat', chatId)]),
  ];
}

/** Where a command to revoke leaves its mark. One that names several things leaves none: each alone is more than was meant. */
export function markOf(command: ControlCommand, keys: Keys): string | undefined {
  if (command.kind !== 'disconnect' || !command.revoke) return undefined;
  const { userId, sessionId, chatId } = command;
  const named = (['user', 'session', 'chat'] as const).flatMap((kind, index) => {
    const id = [userId, sessionId, chatId][index];
    return id === undefined ? [] : [keys.revoked(kind, id)];
  });
  return named.length === 1 ? named[0] : undefined;
}
