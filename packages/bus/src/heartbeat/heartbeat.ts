/** Sends a heartbeat through Redis every second and follows its copy: TCP may lie, this does not. */
import type { BusHealth } from '../contract.ts';
import { createTicker } from '../nodes/ticker.ts';
import { within } from '../redis/call.ts';
import type { RedisCommands } from '../redis/script.ts';
import type { Subscriber } from '../redis/subscriber.ts';
import { beatScript } from './beat.lua.ts';
import {
  FRESH_MS,
  type HeartbeatInput,
  advance,
  clockOffsetOf,
  initialHeartbeat,
  isSilent,
  isUnanswered,
  judge,
} from './heartbeat-state.ts';

export interface Heartbeat {
  health(): BusHealth;
  /** Redis' clock minus ours, ms. Asked several times for each event. */
  clockOffsetMs(): number;
  close(): Promise<void>;
}

export interface HeartbeatOptions {
  readonly redis: RedisCommands;
  readonly subscriber: Pick<Subscriber, 'subscribe' | 'renew' | 'reconnect'>;
  /** Its key and channel; see `Keys.heartbeat`. */
  readonly channel: string;
  /** Gives up the connection for commands, on which nothing is answered. */
  readonly reconnect: () => void;
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
  const { redis, subscriber, channel, now, monotonicMs, onWarning } = options;
  let state = initialHeartbeat;
  let sequence = 0;
  let mendedMs = monotonicMs();
  let renewed = false;
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
    if (!isSilent(state, monotonicMs())) renewed = false;
    else if (isDue()) mendFollowing();
  }
  /** Something is tried, and then given the time to help. */
  function isDue(): boolean {
    if (monotonicMs() - mendedMs < FRESH_MS) return false;
    mendedMs = monotonicMs();
    return true;
  }
  /** Writing works and nothing comes back: the subscription is dead, or its whole connection. */
  function mendFollowing(): void {
    const how = renewed ? 'connecting again' : 'subscribing again';
    onWarning(`no copy of the heartbeat: ${how}`, { channel });
    if (renewed) subscriber.reconnect(channel);
    else subscriber.renew(channel);
    renewed = !renewed;
  }
  function fail(error: unknown): void {
    input({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    if (isUnanswered(state, monotonicMs()) && isDue()) options.reconnect();
  }
  const subscription = subscriber.subscribe(channel, (message) =>
    input({ kind: 'copied', sequence: Number(message.toString()), atMs: monotonicMs() }),
  );
  const ticker = createTicker({
    job: beat,
    everyMs: options.intervalMs ?? INTERVAL_MS,
    onError: fail,
  });
  // The first beat may load its script and meets a busy start: what its round trip tells of the clock may be
  // wrong by hundreds of milliseconds, and deadlines with it.
  void subscription.ready.then(ticker.now).then(ticker.now);
  return {
    health: () => judge(state, monotonicMs()),
    clockOffsetMs: () => clockOffsetOf(state),
    async close() {
      subscription.close();
      await ticker.close();
    },
  };
}
