/**
 * The heartbeats of a process: one, and in a cluster one more for each partition. A shard may be
 * dead for one slot while it works for another; only what runs through a slot proves that it works.
 */
import type { BusHealth } from '../contract.ts';
import type { Keys } from '../redis/keys.ts';
import { type Heartbeat, type HeartbeatOptions, createHeartbeat } from './heartbeat.ts';

export interface Heartbeats {
  /** Ready when all of them are; a reason of a cluster names the node and its partitions. */
  health(): BusHealth;
  /** Redis' clock minus ours, ms, by the node that judges a partition's deadlines. */
  clockOffsetMs(partition: number): number;
  close(): Promise<void>;
}

export interface HeartbeatsOptions extends Omit<HeartbeatOptions, 'channel' | 'reconnect'> {
  readonly keys: Keys;
  /** Unique among the processes of the cluster. */
  readonly processId: string;
  /** In a cluster: which node holds a key. Undefined: there is one node for all. */
  readonly nodeOf: ((key: string) => string | undefined) | undefined;
  readonly reconnect: (key: string) => void;
}

interface Beating {
  /** `ctl`, or a partition's number: its hash tag. */
  readonly tag: string;
  readonly channel: string;
  readonly heartbeat: Heartbeat;
}

export function createHeartbeats(options: HeartbeatsOptions): Heartbeats {
  const { keys, processId, nodeOf } = options;
  const begin = (tag: string, channel: string): Beating => {
    const reconnect = () => options.reconnect(channel);
    return { tag, channel, heartbeat: createHeartbeat({ ...options, channel, reconnect }) };
  };
  const main = begin('ctl', keys.heartbeat(processId));
  const partitions = Array.from({ length: nodeOf ? keys.partitions : 0 }, (_, partition) =>
    begin(String(partition), keys.heartbeat(processId, partition)),
  );
  const all = [main, ...partitions];
  return {
    health: () => judgeAll(all, nodeOf),
    clockOffsetMs: (partition) => (partitions[partition] ?? main).heartbeat.clockOffsetMs(),
    close: async () => void (await Promise.all(all.map(({ heartbeat }) => heartbeat.close()))),
  };
}

type Judged = Beating & { readonly health: BusHealth };

/** The first is the cluster's own: its clock is the one by which leases are judged. */
function judgeAll(all: readonly Beating[], nodeOf: HeartbeatsOptions['nodeOf']): BusHealth {
  const judged = all.map((one): Judged => ({ ...one, health: one.heartbeat.health() }));
  const red = judged.filter(({ health }) => !health.ready);
  return {
    ready: red.length === 0,
    reasons: nodeOf ? reasonsByNode(red, nodeOf) : red.flatMap(({ health }) => health.reasons),
    clockOffsetMs: judged[0]?.health.clockOffsetMs ?? 0,
    heartbeatMs: Math.max(...judged.map(({ health }) => health.heartbeatMs)),
  };
}

function reasonsByNode(red: readonly Judged[], nodeOf: (key: string) => string | undefined) {
  const byNode = Map.groupBy(red, ({ channel }) => nodeOf(channel) ?? 'no node');
  return [...byNode].map(([node, judged]) => {
    const tags = judged.map(({ tag }) => tag).join(', ');
    return `${node} (partitions ${tags}): ${judged[0]?.health.reasons.join('; ')}`;
  });
}
