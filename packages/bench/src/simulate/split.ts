/** A demand that is too much for one cluster, shared out to several: chats and desks are split between them. */
import type { CostModel } from './cost-model.ts';
import { scaleDemand, type Demand, type Limits } from './demand.ts';
import { planCluster, type Plan, type Pools } from './plan.ts';

export interface SplitPlan {
  clusters: number;
  each: Plan;
}

const clustersMax = 100;

/** A cluster more is worth it when all of them together then need less than this part of the cores. */
const worthIt = 1 / 1.25;

/**
 * As few clusters as will do without waste: near the end of what one can, most of its work is following. With
 * more than a hundred of them the plan of each may still not be possible.
 */
export const planClusters = (
  model: CostModel,
  demand: Demand,
  setting: { limits: Limits; pools: Pools },
): SplitPlan => {
  const all = Array.from({ length: clustersMax }, (_, index): SplitPlan => {
    const clusters = index + 1;
    const each = planCluster(model, scaleDemand(demand, demand.sockets / clusters), setting);
    return { clusters, each };
  });
  const possible = all.filter(({ each }) => each.edges.desks !== null);
  const least = Math.min(...possible.map(coresOf));
  return possible.find((plan) => least > coresOf(plan) * worthIt) ?? (all.at(-1) as SplitPlan);
};

const coresOf = ({ clusters, each }: SplitPlan): number => clusters * each.cores;
