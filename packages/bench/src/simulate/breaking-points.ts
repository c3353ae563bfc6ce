/** What gives way first as a use grows: at how many visitors each resource of a given shape is used up. */
import type { CostModel } from './cost-model.ts';
import { scaleDemand, type Demand, type Limits } from './demand.ts';
import { planCluster, type Pools } from './plan.ts';

export interface BreakingPoint {
  what: string;
  /** Visitors at which it is used up; Infinity: never. */
  sockets: number;
}

const searchMax = 1e10;

/** One Redis, and edges as many as one wants; the first to break stands first. */
export const findBreakingPoints = (
  model: CostModel,
  demand: Demand,
  { limits, pools }: { limits: Limits; pools: Pools },
): BreakingPoint[] => {
  const planAt = (sockets: number) =>
    planCluster(model, scaleDemand(demand, sockets), { limits, pools });
  const isEnough: Record<string, (sockets: number) => boolean> = {
    'following every message at each edge with desks': (sockets) =>
      planAt(sockets).edges.desks !== null,
    'one Redis: its core': (sockets) => planAt(sockets).redisCores <= limits.coreUse,
    'one Redis: its network': (sockets) =>
      planAt(sockets).redisEgressBytesPerS <= limits.egressBytesPerS,
    'one edge: its sockets or memory': (sockets) =>
      sockets <= limits.edgeSocketsMax &&
      sockets * (model.chat.residentBytes + model.chat.kernelBytes) <= limits.edgeMemoryBytes,
  };
  return Object.entries(isEnough)
    .map(([what, holds]) => ({ what, sockets: lastThatHolds(holds) }))
    .sort((a, b) => a.sockets - b.sockets);
};

/** Whatever is enough for many is enough for fewer. */
const lastThatHolds = (holds: (sockets: number) => boolean): number => {
  if (holds(searchMax)) return Infinity;
  let [low, high] = [1, searchMax];
  while (high - low > Math.max(1, low / 1000)) {
    const middle = Math.floor(Math.sqrt(low * high)) + 1;
    if (middle >= high) break;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
};
