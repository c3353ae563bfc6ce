import { expect, test } from 'vitest';
import { lanes, renderHandOff, summarizeHandOff } from './hand-off-table.ts';
import type { Row } from './summary.ts';

const row = (contender: string, cpuUs: number): Row =>
  ({
    load: '250 messages/s',
    contender,
    acceptedPerS: 250,
    cpuSPerMillionMessages: cpuUs,
    coresByRole: { edge: 0.1 },
    answerP50Ms: 1,
    answerP99Ms: 9,
    generatorCores: 0.5,
    strangersCores: 0,
    limits: [],
    turns: 3,
    disturbedTurns: 0,
  }) as unknown as Row;

test('the bare call is taken off what the send hook adds, and off nothing else', () => {
  const rows = summarizeHandOff([
    row(lanes.none, 500),
    row(lanes.asked, 700),
    row(lanes.told, 540),
    row(lanes.calls, 160),
  ]);
  const figures = rows.map(({ addedUs, callUs, beyondCall }) => ({ addedUs, callUs, beyondCall }));
  expect(figures).toEqual([
    { addedUs: null, callUs: null, beyondCall: null },
    { addedUs: 200, callUs: 160, beyondCall: 0.08 },
    { addedUs: 40, callUs: null, beyondCall: 0.08 },
    { addedUs: null, callUs: null, beyondCall: null },
  ]);
  expect(renderHandOff(rows)).toMatch(
    /\| send hook .*\| +700 \| +400 .*\| +200 \| +160 \| +8 % \|/u,
  );
});
