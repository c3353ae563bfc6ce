import { describe, expect, test } from 'vitest';
import { findBreakingPoints } from './breaking-points.ts';
import type { CostModel } from './cost-model.ts';
import { completeDemand, defaultLimits as limits } from './demand.ts';
import { planCluster } from './plan.ts';
import { planClusters } from './split.ts';

const socket = {
  residentBytes: 8192,
  kernelBytes: 4096,
  redisBytes: 500,
  connectUs: 500,
  idleUsPerS: 2,
};

const model: CostModel = {
  ingressUs: 300,
  ingressWakeUs: 0,
  redisAppendUs: 100,
  redisWakeUs: 0,
  redisCopyUs: 10,
  edgeTakeUs: 80,
  edgeCopyUs: 20,
  edgeWakeUs: 0,
  edgeWriteUs: 5,
  edgeDeliveryUs: 1,
  chat: socket,
  broadcast: socket,
};

const planFor = (sockets: number, pools: 'one' | 'two', more: object = {}) =>
  planCluster(model, completeDemand({ sockets, ...more }), { limits, pools });

describe('planCluster', () => {
  test('has two of everything for a handful of visitors, and one Redis', () => {
    expect(planFor(100, 'one')).toMatchObject({
      ingresses: 2,
      edges: { visitors: 2, desks: 2 },
      redisShards: 1,
      partitions: 16,
    });
  });

  test('has edges for the sockets that one may hold, when nobody says anything', () => {
    const silent = planFor(1_000_000, 'two', { messagesPerMinute: 0, companions: 0 });
    expect(silent.edges.visitors).toBe(10);
    expect(silent.messagesPerS).toBe(0);
  });

  test('adds ingresses and shards with the messages, and a partition never has less than a shard', () => {
    const busy = planFor(1_000_000, 'two', { messagesPerMinute: 6 });
    expect(busy.messagesPerS).toBe(100_000);
    expect(busy.ingresses).toBe(Math.ceil((50_000 * 300e-6) / limits.coreUse));
    expect(busy.redisShards).toBeGreaterThan(10);
    expect(busy.partitions).toBeGreaterThan(busy.redisShards);
  });

  test('says when no number of edges is enough for desks: each must follow every message', () => {
    const busy = planFor(4_000_000, 'two');
    expect(busy.followCores).toBeGreaterThan(limits.coreUse);
    expect(busy.edges.desks).toBeNull();
    expect(busy.edges.visitors).toBeGreaterThan(0);
    expect(planFor(4_000_000, 'one').edges.visitors).toBeNull();
  });

  test('needs less of Redis with a pool for desks, since fewer edges follow every message', () => {
    const [one, two] = [planFor(1_000_000, 'one'), planFor(1_000_000, 'two')];
    expect(two.redisEgressBytesPerS).toBeLessThan(one.redisEgressBytesPerS);
    expect(two.cores).toBeLessThan(one.cores);
  });
});

describe('planClusters', () => {
  test('keeps to one cluster where that is no waste', () => {
    const demand = completeDemand({ sockets: 100_000 });
    expect(planClusters(model, demand, { limits, pools: 'two' }).clusters).toBe(1);
  });

  test('shares out what is too much for one, so that no other number needs far fewer cores', () => {
    const demand = completeDemand({ sockets: 8_000_000 });
    const { clusters, each } = planClusters(model, demand, { limits, pools: 'two' });
    expect(clusters).toBeGreaterThan(1);
    expect(each.edges.desks).not.toBeNull();
    expect(each.messagesPerS * clusters).toBeCloseTo((8_000_000 * 0.5) / 60, 3);
    const twice = planFor(8_000_000 / (2 * clusters), 'two').cores * 2 * clusters;
    expect(twice).toBeGreaterThan(each.cores * clusters * 0.8);
  });
});

describe('findBreakingPoints', () => {
  test('are where a plan with fewer holds and one with more does not', () => {
    const demand = completeDemand({ sockets: 100_000 });
    const points = findBreakingPoints(model, demand, { limits, pools: 'two' });
    expect(points.map(({ sockets }) => sockets)).toEqual(
      points.map(({ sockets }) => sockets).sort((a, b) => a - b),
    );
    const follow = points.find(({ what }) => what.startsWith('following'))!.sockets;
    expect(planFor(follow * 0.99, 'two').edges.desks).not.toBeNull();
    expect(planFor(follow * 1.01, 'two').edges.desks).toBeNull();
    expect(points.find(({ what }) => what.startsWith('one edge'))!.sockets).toBeCloseTo(
      100_000,
      -3,
    );
  });
});
