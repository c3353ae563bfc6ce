/**
 * The life of a node: enter, renew, clean up after others, be replaced when found dead, release.
 * What it decides it decides in Redis; here is only when.
 */
import type { NodeLease, Nodes, NodeStats } from '../contract.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { clean } from './clean.ts';
import type { Lease } from './lease.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { LivingNodes } from './living.ts';
import { readNodes } from './read-nodes.ts';
import { createTicker } from './ticker.ts';

/** What a node needs of presence. */
export interface NodeSessions {
  /** Enters and takes out what Redis and this process' memory do not agree on. */
  reconcile(): Promise<void>;
  /** Takes all sessions of a dead node out, tombstone first. */
  clean(nodeId: string): Promise<void>;
}

export interface NodesOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly lease: Lease;
  readonly livingNodes: LivingNodes;
  readonly sessions: NodeSessions;
  readonly times: LeaseTimes;
  /** Registers what to do after every reconnect to Redis. */
  readonly onReconnect: (listener: () => void) => void;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
  /** From 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

export interface RunningNodes extends Nodes {
  /** Stops renewing and cleaning without ending the lease. */
  close(): Promise<void>;
}

const CLEAN_JITTER = 0.3;
const RECONCILE_JITTER = 0.2;

export function createNodes(options: NodesOptions): RunningNodes {
  const { redis, keys, lease, livingNodes, sessions, times, onWarning } = options;
  const cleaning = { redis, keys, times, cleanSessions: sessions.clean };
  const warn = (what: string) => (error: unknown) =>
    onWarning(`${what} failed`, { error: error instanceof Error ? error.message : String(error) });
  let stop = async () => {};
  /** Ids that were replaced and whose sessions are not entered anew yet. */
  const replacedIds = new Set<string>();
  let announcedId = '';

  async function cleanUp(): Promise<void> {
    if (lease.nodeId === undefined) return;
    const dead = await clean(cleaning, lease.nodeId);
    if (dead.length > 0) onWarning('cleaned up after dead nodes', { nodeIds: dead });
  }
  /** Sessions first: a user who is back under the new id is not announced as gone. */
  async function reconcile(): Promise<void> {
    const deadIds = [...replacedIds];
    const nodeId = lease.nodeId ?? announcedId;
    await sessions.reconcile();
    for (const deadId of deadIds) {
      await lease.renounce(deadId);
      replacedIds.delete(deadId);
    }
    announcedId = nodeId;
  }
  function start(): void {
    const ticker = (job: () => Promise<void>, what: string, everyMs: number, jitter: number) =>
      createTicker({
        job,
        everyMs,
        jitter,
        onError: warn(what),
        ...(options.random && { random: options.random }),
      });
    const reconciling = ticker(reconcile, 'reconciling', times.reconcileMs, RECONCILE_JITTER);
    const cleaner = ticker(cleanUp, 'cleaning', times.cleanMs, CLEAN_JITTER);
    // Entering thousands of sessions anew must not keep the new lease from being renewed.
    const renewing = ticker(
      async () => {
        await lease.renew();
        if (replacedIds.size > 0) void reconciling.now();
      },
      'lease renewal',
      times.renewMs,
      0,
    );
    stop = async () =>
      void (await Promise.all([renewing.close(), cleaner.close(), reconciling.close()]));
    options.onReconnect(() => void renewing.now().then(() => reconciling.now()));
    lease.onReplaced((deadId) => {
      replacedIds.add(deadId);
      onWarning('this node was declared dead and enters anew', { deadId, nodeId: lease.nodeId });
      void reconciling.now();
    });
  }
  async function enter(nodeId: string, stats: () => NodeStats): Promise<NodeLease> {
    await lease.enter(nodeId, stats);
    announcedId = lease.nodeId ?? nodeId;
    start();
    return {
      get nodeId() {
        return announcedId;
      },
      async release(graceMs) {
        await stop();
        await lease.release(graceMs);
      },
    };
  }
  return {
    enter,
    list: async () => readNodes(redis, keys, await livingNodes.livingNow(), times.deadlineMs),
    close: () => stop(),
  };
}
