import { expect, test } from 'vitest';
import { noReturns } from '../load/crowd.ts';
import type { Stretch, SurvivalTurn } from '../workload/survival-turn.ts';
import { describeSurvival, renderSurvival } from './survival-table.ts';

const latency = { count: 1, p50Ms: 2, p99Ms: 50, p999Ms: 60, maxMs: 70 };

const stretch = (due: number, delivered: number): Stretch => ({
  posted: 10,
  due,
  delivered,
  duplicates: 0,
  clientsShort: 0,
  delivery: latency,
});

const turn = (contender: string, lost: number, lastBackMs: number | null): SurvivalTurn => ({
  contender,
  baseline: stretch(1000, 1000),
  fault: stretch(1000, 1000 - lost),
  lastBackMs,
  comeBack: latency,
  returns: noReturns(),
  missing: lastBackMs === null ? 7 : 0,
  failed: {},
  serverCores: 1,
  generatorCores: 0.5,
});

test('losses and returns stand beside those of minimal, and who never came back is told', () => {
  const table = renderSurvival('storm', [
    turn('switchboard', 0, 3000),
    turn('minimal', 100, 1500),
    turn('socket.io', 400, null),
  ]);
  const [ours, minimal, peer] = table.split('\n').slice(2, 5);
  expect(ours).toMatch(/\| +100 % \| +100 % \| +0 \| +0\.00 \|.*\| +3\.00 s \| +2\.00 \|/);
  expect(minimal).toMatch(/\| +90\.000 % \| +100 % \| +100 \| +\|.*\| +1\.50 s \| +\|/);
  expect(peer).toMatch(/\| +400 \| +4\.00 \|.*\| +never \|/);
});

test('100 % is not said of what lacks one delivery', () => {
  const one = { ...turn('minimal', 0, 1), fault: stretch(1_000_000, 999_999) };
  expect(describeSurvival(one)).toContain('99.999 % delivered (100 % before), 1 lost');
});
