/** Commands to all edges over a chained log, live sources of operators, and the deny-list. */
import type { BusEvent, Control, ControlCommand, Follow, FollowListener } from '../contract.ts';
import type { LivingNodes } from '../nodes/living.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { createAnswers } from './answers.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { createLiveSources, createNewestSources } from './live-sources.ts';

export interface ControlOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly livingNodes: LivingNodes;
  /** The id under which this process answers; undefined: it does not answer. */
  readonly nodeId: () => string | undefined;
  /** Appends a payload to the control log; resolves to the event's id. */
  readonly appendControl: (payload: string) => Promise<string>;
  /** Follows the control log from now on; an event's frame is the payload. */
  readonly followControl: (listener: FollowListener) => Follow;
  readonly deadlineMs: number;
  /** Never steps. */
  readonly monotonicMs: () => number;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
}

export type CommandHandler = (command: ControlCommand) => number | Promise<number>;

export function createControl(options: ControlOptions): Control {
  const { redis, keys, deadlineMs, monotonicMs, onWarning, appendControl } = options;
  const answers = createAnswers(options);

  type Accepts = (command: ControlCommand) => boolean;
  async function handle(event: BusEvent, handler: CommandHandler, accepts: Accepts): Promise<void> {
    const logged = decodeCommand(event.frame);
    if (!logged) return onWarning('unknown control command', { eventId: event.eventId });
    try {
      const count = accepts(logged.command) ? await handler(logged.command) : 0;
      const nodeId = options.nodeId();
      if (logged.asked && nodeId !== undefined) await answers.give(event.eventId, nodeId, count);
    } catch (error) {
      onWarning('control command failed', { kind: logged.command.kind, error: String(error) });
    }
  }
  return {
    send: async (command) => void (await appendControl(encodeCommand({ command, asked: false }))),
    async ask(command, timeoutMs) {
      const endMs = monotonicMs() + timeoutMs;
      return answers.collect(await appendControl(encodeCommand({ command, asked: true })), endMs);
    },
    async follow(handler, onLost) {
      const isNewest = createNewestSources();
      const accepts: Accepts = (command) =>
        command.kind !== 'sources' || isNewest(command.operatorId, command.position);
      const follow = options.followControl({
        event: (event) => void handle(event, handler, accepts),
        ephemeral: (event) => onWarning('unknown control command', { eventId: event.eventId }),
        lost() {
          onWarning('control commands were lost');
          onLost?.();
        },
      });
      try {
        await follow.ready;
      } catch (error) {
        follow.close();
        throw error;
      }
      return follow;
    },
    ...createLiveSources(options),
    async deny(tokenId, forMs) {
      if (forMs <= 0) return;
      await within(deadlineMs, redis.set(keys.denied(tokenId), '1', 'PX', Math.ceil(forMs)));
    },
    async isDenied(tokenId) {
      return (await within(deadlineMs, redis.exists(keys.denied(tokenId)))) === 1;
    },
  };
}
