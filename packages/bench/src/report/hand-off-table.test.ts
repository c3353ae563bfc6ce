import { expect, test } from 'vitest';
import type { Turn } from '../workload/turn.ts';
import { lanes, renderHandOff, summarizeHandOff } from './hand-off-table.ts';
import { summarize } from './summary.ts';

const turn = (round: number, contender: string, cpuUs: number, strangersCores = 0): Turn => ({
  round,
  contender,
  load: '500 messages/s',
  result: {
    acceptedPerS: 500,
    serverCpuSPerMillionMessages: cpuUs,
    coresByRole: { edge: { user: 0.1, kernel: 0 } },
    delivery: {},
    answer: { p50Ms: 1, p99Ms: 9 },
    strangersCores,
    generatorCores: 0.5,
    limits: [],
  } as unknown as Turn['result'],
});

/** One after the other: without a backend, bare calls, send hook, outbox. */
const step = (round: number, costs: readonly [number, number, number, number]): Turn[] =>
  [lanes.none, lanes.calls, lanes.asked, lanes.told].map((lane, at) =>
    turn(round, lane, costs[at]!),
  );

const summarizeTurns = (turns: readonly Turn[]) =>
  summarizeHandOff(summarize(turns, lanes.none), turns);

test('what the send hook adds is held against edges that make the bare call', () => {
  const rows = summarizeTurns(step(1, [500, 660, 700, 540]));
  const one = (value: number) => ({ median: value, least: value, most: value });
  expect(rows.map(({ added, beyondCall }) => ({ added, beyondCall }))).toEqual([
    { added: null, beyondCall: null },
    { added: one(160), beyondCall: null },
    { added: one(200), beyondCall: one(0.08) },
    { added: one(40), beyondCall: null },
  ]);
  expect(renderHandOff(rows)).toMatch(
    /\| send hook .*\| +700 \| +200 .*\| +200 \(200 to 200\) \| +8 % \(8 % to 8 %\) \|/u,
  );
});

test('only turns that followed each other are compared, and rounds tell how far they spread', () => {
  const rows = summarizeTurns([
    ...step(1, [500, 600, 610, 0]),
    ...step(1, [1000, 1200, 1240, 0]),
    ...step(1, [500, 600, 650, 0]),
    ...step(2, [500, 600, 660, 0]),
  ]);
  const { beyondCall } = rows.find(({ contender }) => contender === lanes.asked)!;
  // 2, 4 and 10 % in the first round, 12 % in the second.
  expect(beyondCall!.median).toBeCloseTo(0.07);
  expect(beyondCall!.least).toBeCloseTo(0.04);
  expect(beyondCall!.most).toBeCloseTo(0.12);
});

test('a step with a disturbed turn counts only when there is no other', () => {
  const disturbed = [
    turn(1, lanes.none, 500),
    turn(1, lanes.calls, 600, 1),
    turn(1, lanes.asked, 900),
    turn(1, lanes.told, 500),
  ];
  const beyondOf = (turns: readonly Turn[]) =>
    summarizeTurns(turns).find(({ contender }) => contender === lanes.asked)?.beyondCall?.median;
  expect(beyondOf([...disturbed, ...step(1, [500, 600, 625, 0])])).toBeCloseTo(0.05);
  expect(beyondOf(disturbed)).toBeCloseTo(0.6);
});
