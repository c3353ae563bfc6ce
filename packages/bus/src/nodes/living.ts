/** Who lives: the leases as of at most a second ago, for everyone who reads presence. */
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { pairs } from '../redis/scan-hash.ts';
import type { RedisCommands } from '../redis/script.ts';
import { readLeasesScript } from './lease-scripts.lua.ts';
import { type LeaseTimes, silenceMs } from './lease-times.ts';

export interface Living {
  readonly nodeIds: readonly string[];
  has(nodeId: string): boolean;
  /** Nobody has died whose sessions may still be listed. */
  readonly isEverybodyLiving: boolean;
  /** What is left of the lease; 0 when it has ended or was never there. */
  leaseEndsInMs(nodeId: string): number;
  /** The node's last renewal, ms since the epoch by Redis' clock. */
  lastSeenMs(nodeId: string): number;
}

export interface LivingNodes {
  /**
   * @param mentioned nodes that the caller has met in Redis: if one of them is unknown it is
   * probably new, and the leases are read again.
   */
  living(mentioned?: Iterable<string>): Promise<Living>;
  /** Reads the leases now. */
  livingNow(): Promise<Living>;
}

export interface LivingOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly times: LeaseTimes;
  /** Never steps. */
  readonly monotonicMs: () => number;
}

/** A ghost that is not cleaned up yet must not make every reader ask again. */
const REREAD_MIN_MS = 50;

interface Leases {
  readonly readAtMs: number;
  readonly nowMs: number;
  readonly seenUntilMs: number;
  readonly ends: ReadonlyMap<string, number>;
}

export function createLivingNodes({ redis, keys, times, monotonicMs }: LivingOptions): LivingNodes {
  let known: Leases | undefined;
  /** When Redis did not answer us for the last time. */
  let awayMs = -Infinity;
  let reading: Promise<Leases> | undefined;

  const read = () => {
    reading ??= readLeases().finally(() => (reading = undefined));
    return reading;
  };
  async function readLeases(): Promise<Leases> {
    // From before the call on: an answer that came late must not make a lease longer.
    const readAtMs = monotonicMs();
    const call = readLeasesScript.run(redis, [keys.nodes(), keys.cluster()], []);
    const reply = await within(times.deadlineMs, call).catch((error: unknown) => {
      awayMs = monotonicMs();
      throw error;
    });
    const [nowMs, renewedAtMs] = [Number(reply[0]), Number(reply[2])];
    const ends = new Map(pairs(reply[3]).map(([nodeId, end]) => [nodeId, Number(end)]));
    const seenUntilMs = isBack(nowMs - renewedAtMs) ? Infinity : Number(reply[1]);
    known = { readAtMs, nowMs, seenUntilMs, ends };
    return known;
  }
  /** Redis was away from us, and nobody has renewed since: whose leases have ended meanwhile may live. */
  const isBack = (unrenewedMs: number) =>
    monotonicMs() - awayMs < times.leaseMs && unrenewedMs > silenceMs(times);
  const ageMs = (leases: Leases) => monotonicMs() - leases.readAtMs;
  const isEnough = (leases: Leases, mentioned: Iterable<string>) =>
    ageMs(leases) < times.livingMs &&
    (ageMs(leases) < REREAD_MIN_MS || every(mentioned, (id) => leases.ends.has(id)));
  const judge = (leases: Leases) =>
    judgeLeases(leases, leases.nowMs + ageMs(leases), times.leaseMs);

  return {
    living: async (mentioned = []) =>
      judge(known && isEnough(known, mentioned) ? known : await read()),
    livingNow: async () => judge(await read()),
  };
}

function judgeLeases({ ends, seenUntilMs }: Leases, nowMs: number, leaseMs: number): Living {
  const lives = (end: number) => end > nowMs || (end >= 0 && nowMs < seenUntilMs);
  const has = (nodeId: string) => lives(ends.get(nodeId) ?? -1);
  return {
    nodeIds: [...ends.keys()].filter(has),
    has,
    isEverybodyLiving: [...ends.keys()].every(has),
    leaseEndsInMs: (nodeId) => Math.max(0, Math.round((ends.get(nodeId) ?? 0) - nowMs)),
    // A released lease ends later or earlier than a renewal would have made it.
    lastSeenMs: (nodeId) => Math.round(Math.min(nowMs, (ends.get(nodeId) ?? 0) - leaseMs)),
  };
}

function every(ids: Iterable<string>, holds: (id: string) => boolean): boolean {
  for (const id of ids) if (!holds(id)) return false;
  return true;
}
