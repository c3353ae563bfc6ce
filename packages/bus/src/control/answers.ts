/**
 * What the edges answer to an asked command: `<number> <node>`, one for each. They go through a
 * list and not a channel, because the command's id is known only when the first may have answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LivingNodes } from '../nodes/living.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { answerScript } from './answer.lua.ts';

export interface Answers {
  give(commandId: string, nodeId: string, count: number): Promise<void>;
  /** The sum of what the living nodes have answered, when all have or at `endMs`. */
  collect(commandId: string, endMs: number): Promise<number>;
}

export interface AnswersOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly livingNodes: LivingNodes;
  readonly deadlineMs: number;
  readonly monotonicMs: () => number;
}

const EXPIRES_IN_MS = 60_000;
const POLL_MS = 15;

export function createAnswers({
  redis,
  keys,
  livingNodes,
  deadlineMs,
  monotonicMs,
}: AnswersOptions): Answers {
  async function read(commandId: string): Promise<Map<string, number>> {
    const answers = await within(deadlineMs, redis.lrange(keys.controlAnswers(commandId), 0, -1));
    return new Map(answers.map(decodeAnswer));
  }
  return {
    async give(commandId, nodeId, count) {
      const call = answerScript.run(
        redis,
        [keys.controlAnswers(commandId)],
        [`${count} ${nodeId}`, EXPIRES_IN_MS],
      );
      await within(deadlineMs, call);
    },
    async collect(commandId, endMs) {
      for (;;) {
        const answered = await read(commandId);
        const { nodeIds } = await livingNodes.living();
        if (nodeIds.every((nodeId) => answered.has(nodeId)) || monotonicMs() >= endMs)
          return sum(answered);
        await sleep(POLL_MS);
      }
    },
  };
}

function decodeAnswer(answer: string): [nodeId: string, count: number] {
  const space = answer.indexOf(' ');
  return [answer.slice(space + 1), Number(answer.slice(0, space))];
}

function sum(answered: ReadonlyMap<string, number>): number {
  return [...answered.values()].reduce((total, count) => total + count, 0);
}
