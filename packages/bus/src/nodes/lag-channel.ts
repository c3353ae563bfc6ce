/**
 * How late the edges are, told as soon as it matters. A lease tells it every 3 s, which is for people; who
 * accepts events must know it before the accepted ones get late. A node that is late tells it over and
 * over, so that nothing is lost with a message, and what it told is forgotten soon after its last word.
 */
import type { LagWatch, Nodes } from '../contract.ts';
import { within } from '../redis/call.ts';
import { decodeId, encodeId, type Keys } from '../redis/keys.ts';
import { defineScript, type RedisCommands } from '../redis/script.ts';
import type { Subscriber } from '../redis/subscriber.ts';

/** KEYS node, channel · ARGV loop lag, follow lag, message. A node that was forgotten stays forgotten. */
const tellScript = defineScript<[number, number, string], number>(
  'nodesTellLag',
  2,
  `#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'loopLagMs', ARGV[1], 'followLagMs', ARGV[2])
end
return redis.call('SPUBLISH', KEYS[2], ARGV[3])
`,
);

/** What a node has told counts for so long, ms: ten times as long as it waits before it tells it again. */
const FRESH_MS = 1_000;

export interface LagChannelOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly subscriber: Pick<Subscriber, 'subscribe'>;
  readonly nodeId: () => string | undefined;
  readonly deadlineMs: number;
  /** Never steps. */
  readonly monotonicMs: () => number;
}

export type LagChannel = Pick<Nodes, 'tellLag' | 'watchLag'>;

export function createLagChannel(options: LagChannelOptions): LagChannel {
  const { redis, keys, subscriber, deadlineMs, monotonicMs } = options;
  return {
    async tellLag({ loopLagMs, followLagMs }) {
      const nodeId = options.nodeId();
      if (nodeId === undefined) return;
      const message = `${encodeId(nodeId)} ${loopLagMs} ${followLagMs}`;
      const call = tellScript.run(
        redis,
        [keys.node(nodeId), keys.lag()],
        [loopLagMs, followLagMs, message],
      );
      await within(deadlineMs, call);
    },
    watchLag(): LagWatch {
      const told = new Map<string, Told>();
      const subscription = subscriber.subscribe(keys.lag(), (message) => {
        const lag = decode(message.toString());
        if (lag !== undefined) told.set(lag.nodeId, { ms: lag.ms, atMs: monotonicMs() });
      });
      return {
        worstMs: () => worstOf(told, monotonicMs()),
        close: () => subscription.close(),
      };
    },
  };
}

interface Told {
  readonly ms: number;
  readonly atMs: number;
}

function worstOf(told: Map<string, Told>, nowMs: number): number {
  let worstMs = 0;
  for (const [nodeId, { ms, atMs }] of told) {
    if (nowMs - atMs > FRESH_MS) told.delete(nodeId);
    else worstMs = Math.max(worstMs, ms);
  }
  return worstMs;
}

/** Undefined: not written by us. */
function decode(message: string): { nodeId: string; ms: number } | undefined {
  const [nodeId = '', loopLagMs, followLagMs] = message.split(' ');
  const ms = Math.max(Number(loopLagMs), Number(followLagMs));
  return Number.isFinite(ms) ? { nodeId: decodeId(nodeId), ms } : undefined;
}
