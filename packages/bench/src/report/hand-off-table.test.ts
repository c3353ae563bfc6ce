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

/** One after the other: without a backend, bare calls, webhook, send hook, outbox. */
const step = (round: number, costs: readonly [number, number, number, number, number]): Turn[] =>
  [lanes.none, lanes.bare, lanes.webhook, lanes.asked, lanes.told].map((lane, at) =>
    turn(round, lane, costs[at]!),
  );

const summarizeTurns = (turns: readonly Turn[]) =>
  summarizeHandOff(summarize(turns, lanes.none), turns);

test('what the send hook adds is held against edges that make its calls', () => {
  const rows = summarizeTurns(step(1, [500, 660, 675, 700, 540]));
  const one = (value: number) => ({ median: value, least: value, most: value });
  const alone = { beyondWebhook: null, beyondBare: null };
  const told = rows.map(({ added, beyondWebhook, beyondBare }) => ({
    added,
    beyondWebhook,
    beyondBare,
  }));
  expect(told).toEqual([
    { added: null, ...alone },
    { added: one(160), ...alone },
    { added: one(175), ...alone },
    { added: one(200), beyondWebhook: one(0.05), beyondBare: one(0.08) },
    { added: one(40), ...alone },
  ]);
  expect(renderHandOff(rows)).toMatch(
    /\| send hook .*\| +700 \| +200 .*\| +200 \(200 to 200\) \| +5 % \(5 % to 5 %\) \| +8 % \(8 % to 8 %\) \|/u,
  );
});

test('only turns that followed each other are compared, and rounds tell how far they spread', () => {
  const rows = summarizeTurns([
    ...step(1, [500, 550, 600, 610, 0]),
    ...step(1, [1000, 1100, 1200, 1240, 0]),
    ...step(1, [500, 550, 600, 650, 0]),
    ...step(2, [500, 550, 600, 660, 0]),
  ]);
  const { beyondWebhook } = rows.find(({ contender }) => contender === lanes.asked)!;
  // 2, 4 and 10 % in the first round, 12 % in the second.
  expect(beyondWebhook!.median).toBeCloseTo(0.07);
  expect(beyondWebhook!.least).toBeCloseTo(0.04);
  expect(beyondWebhook!.most).toBeCloseTo(0.12);
});

test('a step with a disturbed turn counts only when there is no other', () => {
  const disturbed = [
    turn(1, lanes.none, 500),
    turn(1, lanes.bare, 550),
    turn(1, lanes.webhook, 600, 1),
    turn(1, lanes.asked, 900),
    turn(1, lanes.told, 500),
  ];
  const beyondOf = (turns: readonly Turn[]) =>
    summarizeTurns(turns).find(({ contender }) => contender === lanes.asked)?.beyondWebhook?.median;
  expect(beyondOf([...disturbed, ...step(1, [500, 550, 600, 625, 0])])).toBeCloseTo(0.05);
  expect(beyondOf(disturbed)).toBeCloseTo(0.6);
});
