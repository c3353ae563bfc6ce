/** Sends a heartbeat through Redis every second and follows its copy: TCP may lie, this does not. */
import type { BusHealth } from '../contract.ts';
import { createTicker } from '../nodes/ticker.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import type { Subscriber } from '../redis/subscriber.ts';
import { beatScript } from './beat.lua.ts';
import {
  FRESH_MS,
  type HeartbeatInput,
  advance,
  initialHeartbeat,
  isSilent,
  judge,
} from './heartbeat-state.ts';

export interface Heartbeat {
  health(): BusHealth;
  close(): Promise<void>;
}

export interface HeartbeatOptions {
  readonly redis: RedisCommands;
  readonly subscriber: Pick<Subscriber, 'subscribe' | 'renew'>;
  readonly keys: Keys;
  /** Unique among the processes of the cluster. */
  readonly processId: string;
  /** Default 1 000 ms. */
  readonly intervalMs?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Never steps. */
  readonly monotonicMs: () => number;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
}

const INTERVAL_MS = 1_000;
const KEY_EXPIRES_IN_MS = 10_000;

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { redis, subscriber, keys, now, monotonicMs, onWarning } = options;
  const channel = keys.heartbeat(options.processId);
  let state = initialHeartbeat;
  let sequence = 0;
  let renewedMs = monotonicMs();
  const input = (next: HeartbeatInput) => void (state = advance(state, next));

  async function beat(): Promise<void> {
    sequence++;
    const sent = sequence;
    input({ kind: 'sent', sequence: sent, atMs: monotonicMs() });
    const redisMs = await within(
      FRESH_MS,
      beatScript.run(redis, [channel], [sent, KEY_EXPIRES_IN_MS]),
    );
    input({
      kind: 'answered',
      sequence: sent,
      atMs: monotonicMs(),
      localMs: now(),
      redisMs: Number(redisMs),
    });
    renewIfSilent();
  }
  /** Writing works and nothing comes back: Redis is told again what is followed. */
  function renewIfSilent(): void {
    if (!isSilent(state, monotonicMs()) || monotonicMs() - renewedMs < FRESH_MS) return;
    renewedMs = monotonicMs();
    onWarning('no copy of the heartbeat: subscribing again', { channel });
    subscriber.renew(channel);
  }
  const subscription = subscriber.subscribe(channel, (message) =>
    input({ kind: 'copied', sequence: Number(message.toString()), atMs: monotonicMs() }),
  );
  const ticker = createTicker({
    job: beat,
    everyMs: options.intervalMs ?? INTERVAL_MS,
    onError: (error) =>
      input({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  });
  void subscription.ready.then(ticker.now);
  return {
    health: () => judge(state, monotonicMs()),
    async close() {
      subscription.close();
      await ticker.close();
    },
  };
}
