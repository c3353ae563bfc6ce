/** The living nodes as a person wants to see them. */
import type { NodeInfo, NodeStats } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import type { Living } from './living.ts';

export async function readNodes(
  redis: RedisCommands,
  keys: Keys,
  living: Living,
  deadlineMs: number,
): Promise<NodeInfo[]> {
  const hashes = living.nodeIds.map((nodeId) => redis.hgetall(keys.node(nodeId)));
  const stats = await within(deadlineMs, Promise.all(hashes));
  return living.nodeIds.map((nodeId, i) => ({
    nodeId,
    ...decodeStats(stats[i] ?? {}),
    leaseEndsInMs: living.leaseEndsInMs(nodeId),
    alive: true,
  }));
}

/** A node that has entered but whose hash was lost has told nothing yet. */
function decodeStats(hash: Record<string, string>): NodeStats {
  const count = (name: string) => Number(hash[name] ?? 0);
  return {
    state: decodeState(hash['state']),
    address: hash['address'] ?? '',
    version: hash['version'] ?? '',
    sockets: count('sockets'),
    rooms: count('rooms'),
    loopLagMs: count('loopLagMs'),
    followLagMs: count('followLagMs'),
    // None in what an earlier version tells.
    forwardedIgnored: count('forwardedIgnored'),
    forwardedMissing: count('forwardedMissing'),
    ...decodeTotals(hash['totals']),
  };
}

function decodeTotals(text: string | undefined): Pick<NodeStats, 'totals'> {
  if (text === undefined) return {};
  try {
    return { totals: JSON.parse(text) as NonNullable<NodeStats['totals']> };
  } catch {
    // One broken hash must not hide the other nodes.
    return {};
  }
}

function decodeState(text: string | undefined): NodeStats['state'] {
  return text === 'ready' || text === 'draining' ? text : 'starting';
}
