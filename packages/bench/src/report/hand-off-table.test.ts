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

test('what the send hook adds is held against edges that make the bare call', () => {
  const rows = summarizeHandOff([
    row(lanes.none, 500),
    row(lanes.calls, 660),
    row(lanes.asked, 700),
    row(lanes.told, 540),
  ]);
  expect(rows.map(({ addedUs, beyondCall }) => ({ addedUs, beyondCall }))).toEqual([
    { addedUs: null, beyondCall: null },
    { addedUs: 160, beyondCall: null },
    { addedUs: 200, beyondCall: 0.08 },
    { addedUs: 40, beyondCall: null },
  ]);
  expect(renderHandOff(rows)).toMatch(/\| send hook .*\| +700 \| +400 .*\| +200 \| +8 % \|/u);
});
