import { expect, test } from 'vitest';
import type { DensityTurn } from '../workload/density-turn.ts';
import { renderDensity, summarizeDensity } from './density-table.ts';

const turn = (changes: Partial<DensityTurn>): DensityTurn => ({
  contender: 'ws',
  kind: 'chat',
  sockets: 1000,
  residentBytesPerSocket: 2048,
  redisBytesPerSocket: 0,
  kernelBytesPerSocket: 5120,
  connectsPerS: 4000,
  connectCpuMs: 150,
  idleCoresPer100k: 0.02,
  lost: 0,
  generatorCores: 0.5,
  strangersCores: 0,
  limits: [],
  ...changes,
});

test('idle sockets are medians of calm turns, and every lost one counts', () => {
  const rows = summarizeDensity([
    turn({ connectsPerS: 3000 }),
    turn({ connectsPerS: 5000 }),
    turn({ connectsPerS: 1, strangersCores: 1, lost: 2 }),
    turn({ kind: 'broadcast' }),
  ]);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ connectsPerS: 4000, lost: 2, turns: 2, disturbedTurns: 1 });
  expect(renderDensity(rows)).toMatch(/1000 on \/chat +\| ws +\| +2\.0 \| +5\.0 \|/u);
});
