import { expect, test } from 'vitest';
import type { TurnResult } from '../workload/turn.ts';
import { renderCost, summarizeCost, type CostTurn } from './cost-table.ts';

const turn = (edges: number, edgeCores: number, strangersCores = 0): CostTurn => ({
  edges,
  rooms: 1000,
  partitions: 16,
  copies: edges * 1.05,
  result: {
    acceptedPerS: 500,
    serverCpuSPerMillionMessages: 400 + (edgeCores / 500) * 1e6,
    coresByRole: {
      edge: { user: edgeCores / 2, kernel: edgeCores / 2 },
      ingress: { user: 0.1, kernel: 0.05 },
      redis: { user: 0.05, kernel: 0 },
    },
    delivery: { count: 9, p50Ms: 1, p99Ms: 5, p999Ms: 6, maxMs: 7 },
    delivered: 1,
    strangersCores,
    limits: [],
  } as unknown as TurnResult,
});

test('the cost of a message is told by role, an edge’s part for each edge', () => {
  const rows = summarizeCost([turn(2, 0.1), turn(4, 0.2), turn(4, 9, 1)]);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ ingressUs: 300, redisUs: 100, edgeUs: 100, times: null });
  expect(rows[1]).toMatchObject({ edgeUs: 100, turns: 1, disturbedTurns: 1 });
  expect(rows[1]?.times?.edge).toBeCloseTo(1);
  expect(rows[1]?.times?.total).toBeCloseTo(800 / 600);
  expect(renderCost(rows)).toMatch(/\| +4 \| +1000 \| +16 \| +800 \| +1\.33 \|/u);
});
