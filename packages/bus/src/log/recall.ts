/** Looks up a message that was added in the last 24 h. */
import type { RecalledMessage } from '../contract.ts';
import { positionMs } from './position.ts';
import type { LogLimits } from './log-limits.ts';
import { decodeMemory } from './memory.ts';
import { within } from '../redis/call.ts';
import { encodeId, type Keys } from '../redis/keys.ts';
import { type RedisCommands, defineScript } from '../redis/script.ts';

/** KEYS messages, older messages · ARGV field → value */
const recallScript = defineScript<[string], string | null>(
  'sbRecall',
  2,
  `return redis.call('HGET', KEYS[1], ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[1])`,
);

export interface RecallDependencies {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly limits: LogLimits;
  readonly deadlineMs: number;
  readonly nowMs: () => number;
}

export function createRecall({ redis, keys, limits, deadlineMs, nowMs }: RecallDependencies) {
  return async (chatId: string, messageId: string): Promise<RecalledMessage | undefined> => {
    const names = [keys.messages(chatId), keys.olderMessages(chatId)];
    const value = await within(
      deadlineMs,
      recallScript.run(redis, names, [`message:${encodeId(messageId)}`]),
    );
    if (value === null) return undefined;
    const { message } = decodeMemory(messageId, value);
    return nowMs() - positionMs(message.position) > limits.memoryMs ? undefined : message;
  };
}
