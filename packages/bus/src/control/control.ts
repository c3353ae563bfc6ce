/** Commands to all edges over a chained log, live sources of operators, and the deny-list. */
import type { BusEvent, Control, ControlCommand, Follow, FollowListener } from '../contract.ts';
import type { LivingNodes } from '../nodes/living.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { createAnswers } from './answers.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { createLiveSources, createNewestSources } from './live-sources.ts';
import { createRevocations, markOf } from './revocations.ts';

export interface ControlOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly livingNodes: LivingNodes;
  /** The id under which this process answers; undefined: it does not answer. */
  readonly nodeId: () => string | undefined;
  /** Appends a payload to the control log, and marks this key with it; resolves to the event's id. */
  readonly appendControl: (payload: string, markKey?: string) => Promise<string>;
  /** Follows the control log from now on; an event's frame is the payload. */
  readonly followControl: (listener: FollowListener) => Follow;
  readonly deadlineMs: number;
  /** Never steps. */
  readonly monotonicMs: () => number;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
}

export type CommandHandler = (command: ControlCommand) => number | Promise<number>;

export function createControl(options: ControlOptions): Control {
  const { keys, monotonicMs, onWarning } = options;
  const answers = createAnswers(options);
  const append = (command: ControlCommand, asked: boolean): Promise<string> =>
    options.appendControl(encodeCommand({ command, asked }), markOf(command, keys));

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
    send: async (command) => void (await append(command, false)),
    async ask(command, timeoutMs) {
      const endMs = monotonicMs() + timeoutMs;
      return answers.collect(await append(command, true), endMs);
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
    ...createRevocations(options),
  };
}
