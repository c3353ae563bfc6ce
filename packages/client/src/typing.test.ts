import { expect, test } from 'vitest';
import type { SessionLimits } from './server-data.ts';
import { createTypingPace } from './typing.ts';

const limits = { typing_repeat_ms: 3_000, typing_ttl_ms: 6_000 } as SessionLimits;
const [on, off] = [{ is_typing: true }, { is_typing: false }];

test('typing is told at once, again when it wants repeating, and its end if it still lives', () => {
  let nowMs = 0;
  const pace = createTypingPace(() => nowMs);
  const at = (ms: number, typing: typeof on) => {
    nowMs = ms;
    return pace.isDue(typing, limits);
  };
  expect(at(0, off)).toBe(false);
  expect(at(10, on)).toBe(true);
  expect(at(3_000, on)).toBe(false);
  expect(at(3_010, on)).toBe(true);
  expect(at(3_020, off)).toBe(true);
  expect(at(3_030, off)).toBe(false);
  expect(at(3_040, on)).toBe(true);
  expect(at(9_040, off)).toBe(false);
  expect(at(9_050, on)).toBe(true);
  pace.reset();
  expect(at(9_060, on)).toBe(true);
});
