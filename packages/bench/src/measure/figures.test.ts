import { describe, expect, test } from 'vitest';
import type { CpuUse } from './cpu-meter.ts';
import { computeFigures, type Counted } from './figures.ts';

const use = (cpuByRole: [string, number][], machine: Partial<CpuUse['machine']> = {}): CpuUse => ({
  elapsedS: 5,
  processes: cpuByRole.map(([role, cpuS], index) => ({
    role,
    pid: index + 1,
    userS: cpuS * 0.75,
    kernelS: cpuS * 0.25,
  })),
  machine: { busyS: 7, idleS: 3, stolenS: 0, ...machine },
});

const counted = (changes: Partial<Counted> = {}): Counted => ({
  elapsedS: 5,
  deliveries: 2_000_000,
  bytes: 800_000_000,
  reads: 500_000,
  accepted: 2000,
  refused: 10,
  deliveryLatency: [],
  answerLatency: [],
  servers: use([
    ['edge', 1.5],
    ['edge', 1.5],
    ['ingress', 0.5],
    ['redis', 0.5],
  ]),
  generator: use([
    ['receiver', 2],
    ['publisher', 0.5],
  ]),
  ...changes,
});

describe('computeFigures', () => {
  test('relates work and CPU to deliveries', () => {
    expect(computeFigures(counted())).toMatchObject({
      deliveriesPerS: 400_000,
      acceptedPerS: 400,
      refusedPerS: 2,
      bytesPerDelivery: 400,
      deliveriesPerRead: 4,
      serverCpuSPerMillion: 2,
      serverCpuSPerMillionMessages: 2000,
      redisShare: 0.125,
      coresByRole: {
        edge: { user: 0.45, kernel: 0.15 },
        ingress: { user: 0.075, kernel: 0.025 },
      },
      generatorCores: 0.5,
      idleCores: 0.6,
    });
  });

  test('takes for strangers what no process of the bench has used', () => {
    const figures = computeFigures(counted());
    expect(figures.strangersCores).toBeCloseTo(0.1);
    expect(figures.limits).toEqual([]);
  });

  test('names what was used up, and who disturbed', () => {
    const busy = counted({
      servers: use([['edge', 4.6]], { busyS: 10, idleS: 0.1, stolenS: 0 }),
      generator: use([['receiver', 4.5]]),
    });
    expect(computeFigures(busy).limits).toEqual([
      'load generator (receiver)',
      'edge',
      'all cores',
      'other programs',
    ]);
  });

  test('gives zeros, not NaN, when nothing was delivered', () => {
    const nothing = computeFigures(counted({ deliveries: 0, bytes: 0 }));
    expect(nothing).toMatchObject({ serverCpuSPerMillion: 0, bytesPerDelivery: 0 });
  });
});
