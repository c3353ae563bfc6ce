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
import type { LagChannel } from './lag-channel.ts';
import type { LivingNodes } from './living.ts';
import { type Mending, createMending } from './mending.ts';
import { readNodes } from './read-nodes.ts';
import { type Ticker, createTicker } from './ticker.ts';

/** What a node needs of presence. */
export interface NodeSessions {
  /** Enters and takes out what Redis and this process' memory do not agree on. */
  reconcile(): Promise<void>;
  /** Takes all sessions of a dead node out, tombstone first. Rejects soon after the signal is aborted. */
  clean(nodeId: string, signal?: AbortSignal): Promise<void>;
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

export interface RunningNodes extends Omit<Nodes, keyof LagChannel> {
  /** Stops renewing and cleaning without ending the lease. */
  close(): Promise<void>;
}

const CLEAN_JITTER = 0.3;
const RECONCILE_JITTER = 0.2;

export function createNodes(options: NodesOptions): RunningNodes {
  const { redis, keys, lease, livingNodes, sessions, times } = options;
  let running: Running | undefined;

  async function enter(nodeId: string, stats: () => NodeStats): Promise<NodeLease> {
    await lease.enter(nodeId, stats);
    const mending = createMending({ lease, reconcile: sessions.reconcile });
    const started = start(options, mending);
    running = started;
    return {
      get nodeId() {
        return mending.settledId ?? nodeId;
      },
      tell: started.tell,
      async release(graceMs) {
        await started.close();
        await lease.release(graceMs);
      },
    };
  }
  return {
    enter,
    list: async () => readNodes(redis, keys, await livingNodes.livingNow(), times.deadlineMs),
    close: async () => running?.close(),
  };
}

interface Running {
  tell(): void;
  close(): Promise<void>;
}

function start(options: NodesOptions, mending: Mending): Running {
  const { lease, times, onWarning } = options;
  const ticker = (job: () => Promise<void>, what: string, everyMs: number, jitter: number) =>
    createTicker({
      job,
      everyMs,
      jitter,
      onError: (error) => onWarning(`${what} failed`, { error: messageOf(error) }),
      ...(options.random && { random: options.random }),
    });
  const mender = ticker(mending.run, 'reconciling', times.reconcileMs, RECONCILE_JITTER);
  const leaving = new AbortController();
  const cleaner = ticker(
    () => cleanUp(options, leaving.signal),
    'cleaning',
    times.cleanMs,
    CLEAN_JITTER,
  );
  // Entering thousands of sessions anew must not keep the new lease from being renewed.
  const renewer = ticker(() => renew(lease, mending, mender), 'lease renewal', times.renewMs, 0);
  options.onReconnect(() => {
    mending.owe();
    void renewer.now();
  });
  lease.onReplaced((deadId) => {
    mending.replaced(deadId);
    onWarning('this node was declared dead and enters anew', { deadId, nodeId: lease.nodeId });
    void mender.now();
  });
  return {
    tell: () => void renewer.now(),
    async close() {
      // Others go on with what it cleans up: a node that leaves has no time for it.
      leaving.abort();
      await Promise.all([renewer.close(), cleaner.close(), mender.close()]);
    },
  };
}

async function renew(lease: Lease, mending: Mending, mender: Ticker): Promise<void> {
  try {
    await lease.renew();
  } catch (error) {
    // Redis was away from us, and may come back with less than it had.
    mending.owe();
    throw error;
  }
  if (mending.isOwed) void mender.now();
}

async function cleanUp(options: NodesOptions, signal: AbortSignal): Promise<void> {
  const { redis, keys, times, lease, sessions, onWarning } = options;
  if (lease.nodeId === undefined) return;
  const how = { redis, keys, times, cleanSessions: sessions.clean, signal };
  const dead = await clean(how, lease.nodeId).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return [];
  });
  if (dead.length > 0) onWarning('cleaned up after dead nodes', { nodeIds: dead });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
