/**
 * The lease of this process: its id, and how it gets another one.
 *
 * A node that is found dead by mistake (its loop was blocked, its own link was cut) learns it at
 * its next renewal or join. Its old id is lost for good; it enters anew and says so.
 */
import { BusUnavailable, type NodeStats } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands, Script } from '../redis/script.ts';
import { enterScript, releaseScript, renewScript, renounceScript } from './lease-scripts.lua.ts';
import { type LeaseTimes, silenceMs } from './lease-times.ts';

export interface Lease {
  /** Undefined before it is entered and after it is released. */
  readonly nodeId: string | undefined;
  enter(nodeId: string, stats: () => NodeStats): Promise<void>;
  /** Renews; a node that was declared dead is replaced. */
  renew(): Promise<void>;
  /** Enters under a new id if `deadId` is still ours. Single flight. Resolves to the id that holds now. */
  replace(deadId: string): Promise<string>;
  /** Leaves an id that was replaced to the cleaners, whether it is known to them or not. */
  renounce(deadId: string): Promise<void>;
  release(graceMs: number): Promise<void>;
  /** Called in the turn in which a new id holds. */
  onReplaced(listener: (deadId: string) => void): void;
}

export interface LeaseOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly times: LeaseTimes;
  readonly newNodeId: () => string;
}

/** An id of `newNodeId` that is taken is an accident; more than a few are a bug. */
const ENTER_ATTEMPTS = 3;

export function createLease({ redis, keys, times, newNodeId }: LeaseOptions): Lease {
  const listeners: ((deadId: string) => void)[] = [];
  let current: { readonly nodeId: string; readonly stats: () => NodeStats } | undefined;
  let replacing: Promise<string> | undefined;

  function runLease<Reply>(
    script: LeaseScript<Reply>,
    nodeId: string,
    stats: NodeStats,
  ): Promise<Reply> {
    const leaseKeys = [keys.nodes(), keys.cluster(), keys.node(nodeId)];
    return within(
      times.deadlineMs,
      script.run(redis, leaseKeys, [
        nodeId,
        times.leaseMs,
        silenceMs(times),
        ...encodeStats(stats),
      ]),
    );
  }
  async function enter(wantedId: string, stats: () => NodeStats): Promise<string> {
    let nodeId = wantedId;
    for (let attempt = 0; attempt < ENTER_ATTEMPTS; attempt++) {
      if ((await runLease(enterScript, nodeId, stats())) === 'entered') return nodeId;
      nodeId = newNodeId();
    }
    throw new BusUnavailable(`node id ${nodeId} is taken`, 'no');
  }
  async function enterAnew(deadId: string, stats: () => NodeStats): Promise<string> {
    const nodeId = await enter(newNodeId(), stats);
    // Released meanwhile: nobody renews the new lease, it ends by itself.
    if (!current) return nodeId;
    current = { nodeId, stats };
    for (const listener of listeners) listener(deadId);
    return nodeId;
  }
  async function replace(deadId: string): Promise<string> {
    if (!current) throw notEntered();
    if (current.nodeId !== deadId) return current.nodeId;
    replacing ??= enterAnew(deadId, current.stats).finally(() => (replacing = undefined));
    return replacing;
  }
  return {
    get nodeId() {
      return current?.nodeId;
    },
    async enter(nodeId, stats) {
      if (current) throw new Error('a process holds one lease');
      current = { nodeId: await enter(nodeId, stats), stats };
    },
    async renew() {
      if (!current) return;
      const { nodeId, stats } = current;
      const reply = await runLease(renewScript, nodeId, stats());
      if (reply === 'dead' && current?.nodeId === nodeId) await replace(nodeId);
    },
    replace,
    renounce: async (deadId) =>
      void (await within(times.deadlineMs, renounceScript.run(redis, [keys.nodes()], [deadId]))),
    async release(graceMs) {
      if (!current) return;
      const { nodeId, stats } = current;
      current = undefined;
      const leaseKeys = [keys.nodes(), keys.node(nodeId)];
      const last = encodeStats(stats());
      await within(
        times.deadlineMs,
        releaseScript.run(redis, leaseKeys, [nodeId, graceMs, ...last]),
      );
    },
    onReplaced: (listener) => void listeners.push(listener),
  };
}

type LeaseScript<Reply> = Script<[string, number, number, ...(string | number)[]], Reply>;

export function notEntered(): BusUnavailable {
  return new BusUnavailable('this process holds no lease', 'no');
}

function encodeStats(stats: NodeStats): (string | number)[] {
  const { totals, ...plain } = stats;
  const told = totals === undefined ? plain : { ...plain, totals: JSON.stringify(totals) };
  return Object.entries(told).flat();
}
