import { expect, test } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const nowMs = Date.parse('2026-11-23T07:00:00Z');
const dayMs = 86_400_000;

test.each([
  ['0', undefined, 0],
  ['7', undefined, 7000],
  ['99999999999999999999', undefined, dayMs],
  // The three forms of a date.
  ['Mon, 23 Nov 2026 07:00:30 GMT', undefined, 30_000],
  ['Monday, 23-Nov-26 07:00:30 GMT', undefined, 30_000],
  ['Mon Nov 23 07:00:30 2026', undefined, 30_000],
  ['Mon, 23 Nov 2026 06:59:00 GMT', undefined, 0],
  ['Mon, 23 Nov 2099 07:00:00 GMT', undefined, dayMs],
  // By the clock of the one who answers.
  ['Mon, 23 Nov 2026 09:00:30 GMT', 'Mon, 23 Nov 2026 09:00:00 GMT', 30_000],
  ['Mon, 23 Nov 2026 07:00:30 GMT', 'soon', 30_000],
  [undefined, undefined, undefined],
  ['', undefined, undefined],
  ['-1', undefined, undefined],
  ['1.5', undefined, undefined],
  ['1e3', undefined, undefined],
  ['soon', undefined, undefined],
  ['2026-11-23T07:00:30Z', undefined, undefined],
  ['Mon, 99 Nov 2026 07:00:30 GMT', undefined, undefined],
])('%j is read as such a wait', (value, date, waitMs) => {
  expect(readRetryAfter(value, date, nowMs)).toBe(waitMs);
});
