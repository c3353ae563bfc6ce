/** How many processes carry a demand, by the cost model. */
import { wakesOf, type CostModel } from './cost-model.ts';
import { messagesPerS, type Demand, type Limits } from './demand.ts';

/** One pool: every edge has desks, and so follows every message. Two pools: desks have edges of their own. */
export type Pools = 'one' | 'two';

export interface Plan {
  pools: Pools;
  messagesPerS: number;
  ingresses: number;
  /** Null: no number of them is enough, since each has to follow more than it can. */
  edges: { visitors: number | null; desks: number | null };
  /** Masters; as many replicas go with them. */
  redisShards: number;
  /** A partition lives on one shard: some for each, so that they can be spread evenly and grow. */
  partitions: number;
  redisCores: number;
  redisEgressBytesPerS: number;
  redisMemoryBytes: number;
  /** Cores that all processes use. */
  cores: number;
  /** Part of a core that an edge with desks needs only to follow every message. */
  followCores: number;
  /** How long the others take to let in the sockets of one visitors' edge, in the time that they have to spare. */
  recoveryS: number | null;
}

/** What keeps a plan alive when one is gone. */
const edgesMin = 2;
const partitionsPerShard = 4;
const partitionsMin = 16;
/** A small script; estimated from the append's commands, not measured. In a cluster each partition has its own. */
const heartbeatUs = 20;
const triesMax = 50;

/** Processes that are as busy as planned wake up for a few messages together. */
const busyWakes = wakesOf(2500);

const copyUsOf = ({ edgeCopyUs, edgeWakeUs }: CostModel): number =>
  edgeCopyUs + busyWakes * edgeWakeUs;

/** A room's sockets are on so many edges, as long as there are that many. */
const edgesPerRoom = ({ companions }: Demand): number => 1 + companions;

export const planCluster = (
  model: CostModel,
  demand: Demand,
  { limits, pools }: { limits: Limits; pools: Pools },
): Plan => {
  const rate = messagesPerS(demand);
  const followCores = (rate * copyUsOf(model)) / 1e6;
  const [visitors, desks] = edgesFor(model, demand, { limits, pools });
  const ingressCores =
    (rate * demand.postedPart * (model.ingressUs + busyWakes * model.ingressWakeUs)) / 1e6;
  const ingresses = Math.max(edgesMin, Math.ceil(ingressCores / limits.coreUse));
  const processes = ingresses + (visitors ?? 0) + (pools === 'one' ? 0 : (desks ?? 0));
  const redis = planRedis(model, demand, { limits, feedCopies: desks ?? 0, processes });
  const edgeCores =
    visitorCores(model, demand) + deskCores(model, demand) + (desks ?? 0) * followCores;
  return {
    pools,
    messagesPerS: rate,
    ingresses,
    edges: { visitors, desks },
    ...redis,
    cores: ingressCores + edgeCores + redis.redisCores,
    followCores,
    recoveryS: recoverySeconds(model, demand, { visitors, limits }),
  };
};

/** Cores for the rooms, wherever their sockets are. */
const visitorCores = (model: CostModel, demand: Demand): number => {
  const { edgeTakeUs, edgeWriteUs, edgeDeliveryUs, chat } = model;
  const perMessageUs =
    (1 - demand.postedPart) * edgeTakeUs +
    edgesPerRoom(demand) * copyUsOf(model) +
    (1 + demand.companions) * (edgeWriteUs + edgeDeliveryUs);
  const sockets = demand.sockets * (1 + demand.companions);
  return (messagesPerS(demand) * perMessageUs + sockets * chat.idleUsPerS) / 1e6;
};

/** Cores for what is sent to desks, without following. Each of their messages is taken for a write. */
const deskCores = (model: CostModel, demand: Demand): number => {
  const reach = Math.min(1, demand.chatsPerDesk / demand.sockets);
  const deliveriesPerS = messagesPerS(demand) * demand.operators * reach;
  const perDeliveryUs = model.edgeWriteUs + model.edgeDeliveryUs;
  return (deliveriesPerS * perDeliveryUs + demand.operators * model.broadcast.idleUsPerS) / 1e6;
};

/** Visitors' edges and those with desks, which in one pool are the same. */
const edgesFor = (
  model: CostModel,
  demand: Demand,
  { limits, pools }: { limits: Limits; pools: Pools },
): [number | null, number | null] => {
  const visitors = demand.sockets * (1 + demand.companions);
  const [rooms, desks] = [visitorCores(model, demand), deskCores(model, demand)];
  const held = { chat: model.chat, broadcast: model.broadcast, limits };
  const spare = limits.coreUse - (messagesPerS(demand) * copyUsOf(model)) / 1e6;
  const following = (cores: number): number | null =>
    spare <= 0 ? null : Math.ceil(cores / spare);
  const atLeast = (edges: number | null, sockets: number): number | null =>
    edges === null ? null : Math.max(edgesMin, edges, sockets);
  const visitorsHeld = edgesHolding(visitors, held.chat, limits);
  const desksHeld = edgesHolding(demand.operators, held.broadcast, limits);
  if (pools === 'one') {
    const all = atLeast(following(rooms + desks), visitorsHeld + desksHeld);
    return [all, all];
  }
  return [
    atLeast(Math.ceil(rooms / limits.coreUse), visitorsHeld),
    atLeast(following(desks), desksHeld),
  ];
};

const edgesHolding = (
  sockets: number,
  { residentBytes, kernelBytes }: CostModel['chat'],
  { edgeMemoryBytes, edgeSocketsMax }: Limits,
): number => {
  const fitting = edgeMemoryBytes / Math.max(1, residentBytes + kernelBytes);
  return Math.ceil(sockets / Math.min(edgeSocketsMax, fitting));
};

interface RedisPlan {
  redisShards: number;
  redisCores: number;
  partitions: number;
  redisEgressBytesPerS: number;
  redisMemoryBytes: number;
}

/** More shards need more partitions, which need more heartbeats: looked at until nothing changes. */
const planRedis = (
  model: CostModel,
  demand: Demand,
  { limits, feedCopies, processes }: { limits: Limits; feedCopies: number; processes: number },
): RedisPlan => {
  const rate = messagesPerS(demand);
  const copies = edgesPerRoom(demand) + feedCopies;
  const egress = rate * copies * demand.copyBytes;
  const appendUs = model.redisAppendUs + busyWakes * model.redisWakeUs;
  const messageCores = (rate * (appendUs + copies * model.redisCopyUs)) / 1e6;
  const presence =
    demand.sockets * (1 + demand.companions) * model.chat.redisBytes +
    demand.operators * model.broadcast.redisBytes;
  const sizeFor = (shards: number): RedisPlan => {
    const partitions = partitionsFor(shards);
    const heartbeatsPerS = processes * (shards > 1 ? partitions : 1);
    const redisCores = messageCores + (heartbeatsPerS * heartbeatUs) / 1e6;
    const redisShards = Math.max(
      1,
      Math.ceil(redisCores / limits.coreUse),
      Math.ceil(egress / limits.egressBytesPerS),
    );
    return {
      redisShards,
      redisCores,
      partitions,
      redisEgressBytesPerS: egress,
      redisMemoryBytes: presence + demand.sockets * demand.loggedPerChat * demand.copyBytes,
    };
  };
  let plan = sizeFor(1);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const next = sizeFor(plan.redisShards);
    if (next.redisShards <= plan.redisShards) return { ...next, redisShards: plan.redisShards };
    plan = next;
  }
  return plan;
};

const partitionsFor = (shards: number): number =>
  Math.max(partitionsMin, 2 ** Math.ceil(Math.log2(shards * partitionsPerShard)));

const recoverySeconds = (
  model: CostModel,
  demand: Demand,
  { visitors, limits }: { visitors: number | null; limits: Limits },
): number | null => {
  if (visitors === null) return null;
  const back = (demand.sockets * (1 + demand.companions)) / visitors;
  const spareCores = (visitors - 1) * (1 - limits.coreUse);
  return (back * model.chat.connectUs) / 1e6 / spareCores;
};
