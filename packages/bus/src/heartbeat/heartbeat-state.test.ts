import { describe, expect, test } from 'vitest';
import {
  type HeartbeatInput,
  type HeartbeatState,
  advance,
  initialHeartbeat,
  isSilent,
  judge,
} from './heartbeat-state.ts';

const sent = (sequence: number, atMs: number): HeartbeatInput => ({ kind: 'sent', sequence, atMs });
const copied = (sequence: number, atMs: number): HeartbeatInput => ({
  kind: 'copied',
  sequence,
  atMs,
});
const failed = (reason: string): HeartbeatInput => ({ kind: 'failed', reason });
/** Redis' clock is ahead of ours by `aheadMs`; ours runs with `atMs`. */
const answered = (sequence: number, atMs: number, aheadMs = 0, halfTripMs = 0): HeartbeatInput => ({
  kind: 'answered',
  sequence,
  atMs,
  localMs: 1_000_000 + atMs,
  redisMs: 1_000_000 + atMs - halfTripMs + aheadMs,
});
const after = (...inputs: HeartbeatInput[]): HeartbeatState =>
  inputs.reduce(advance, initialHeartbeat);

const NO_WRITE = 'no write to Redis for 3000 ms';
const NO_COPY = 'no copy of a heartbeat for 3000 ms';

describe('readiness', () => {
  const rows: [name: string, inputs: HeartbeatInput[], atMs: number, reasons: string[]][] = [
    ['before the first beat', [], 0, [NO_WRITE, NO_COPY]],
    ['sent only', [sent(1, 0)], 1, [NO_WRITE, NO_COPY]],
    ['written, no copy yet', [sent(1, 0), answered(1, 2)], 3, [NO_COPY]],
    ['copied, no answer yet', [sent(1, 0), copied(1, 2)], 3, [NO_WRITE]],
    ['written and copied', [sent(1, 0), answered(1, 2), copied(1, 3)], 4, []],
    ['3 s later', [sent(1, 0), answered(1, 2), copied(1, 2)], 3_002, []],
    ['more than 3 s later', [sent(1, 0), answered(1, 2), copied(1, 2)], 3_003, [NO_WRITE, NO_COPY]],
    [
      'following is dead',
      [sent(1, 0), answered(1, 2), copied(1, 2), sent(2, 4_000), answered(2, 4_001)],
      4_002,
      [NO_COPY],
    ],
    ['writing fails at first', [sent(1, 0), failed('OOM')], 5, [`${NO_WRITE}: OOM`, NO_COPY]],
    [
      'one failure within 3 s',
      [sent(1, 0), answered(1, 2), copied(1, 3), sent(2, 1_000), failed('READONLY')],
      1_500,
      [],
    ],
    [
      'failures for 3 s',
      [sent(1, 0), answered(1, 2), copied(1, 3), failed('READONLY')],
      3_100,
      [`${NO_WRITE}: READONLY`, NO_COPY],
    ],
    [
      'back again',
      [failed('OOM'), sent(2, 9_000), answered(2, 9_001), copied(2, 9_002)],
      9_003,
      [],
    ],
    ['a copy of somebody else', [sent(1, 0), answered(1, 2), copied(99, 3)], 4, [NO_COPY]],
    ['what is no number', [sent(1, 0), answered(1, 2), copied(Number.NaN, 3)], 4, [NO_COPY]],
  ];
  test.each(rows)('%s', (_name, inputs, atMs, reasons) => {
    expect(judge(after(...inputs), atMs)).toMatchObject({ ready: reasons.length === 0, reasons });
  });

  test('an old reason is not told after a write that succeeded', () => {
    const state = after(failed('OOM'), sent(1, 0), answered(1, 1));
    expect(judge(state, 9_000).reasons[0]).toBe(NO_WRITE);
  });
});

describe('silence', () => {
  test('is silent until the first copy and again 3 s after the last', () => {
    expect(isSilent(initialHeartbeat, 0)).toBe(true);
    expect(isSilent(after(sent(1, 0), copied(1, 5)), 3_005)).toBe(false);
    expect(isSilent(after(sent(1, 0), copied(1, 5)), 3_006)).toBe(true);
  });
});

describe('the round trip', () => {
  test('is that of the last beat that came back', () => {
    expect(judge(initialHeartbeat, 0).heartbeatMs).toBe(-1);
    expect(judge(after(sent(1, 100), sent(2, 200), copied(1, 250)), 300).heartbeatMs).toBe(150);
    expect(
      judge(after(sent(1, 100), sent(2, 200), copied(1, 250), copied(2, 260)), 300).heartbeatMs,
    ).toBe(60);
  });

  test('beats that never come back do not pile up', () => {
    const state = after(...Array.from({ length: 1_000 }, (_, i) => sent(i, i)));
    expect(state.sentMs.size).toBeLessThanOrEqual(16);
    expect(state.sentMs.has(999)).toBe(true);
  });
});

describe('the clock offset', () => {
  const offset = (...inputs: HeartbeatInput[]) => judge(after(...inputs), 0).clockOffsetMs;

  test('is Redis minus ours, half of the round trip taken into account', () => {
    expect(offset()).toBe(0);
    expect(offset(sent(1, 0), answered(1, 10, 300_000, 5))).toBe(300_000);
    expect(offset(sent(1, 0), answered(1, 10, -40, 5))).toBe(-40);
  });

  test('smooths what the network explains', () => {
    const steady = [sent(1, 0), answered(1, 10, 0, 5)];
    const late = offset(...steady, sent(2, 1_000), answered(2, 1_010, 10, 5));
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(5);
  });

  test('a slow answer moves it little, though it is far off', () => {
    const steady = [sent(1, 0), answered(1, 10, 0, 5)];
    // The whole second was on the way back: the sample is half a second off.
    expect(Math.abs(offset(...steady, sent(2, 1_000), answered(2, 2_000, 0, 1_000)))).toBeLessThan(
      5,
    );
  });

  test('follows a clock that was set at once', () => {
    const steady = [sent(1, 0), answered(1, 10, 0, 5)];
    expect(offset(...steady, sent(2, 1_000), answered(2, 1_010, 300_000, 5))).toBe(300_000);
  });

  test('settles on the truth', () => {
    const beats = Array.from({ length: 40 }, (_, i) => [
      sent(i, i * 1_000),
      answered(i, i * 1_000 + 8, i === 0 ? 12 : 0, 4),
    ]);
    expect(offset(...beats.flat())).toBe(0);
  });
});
