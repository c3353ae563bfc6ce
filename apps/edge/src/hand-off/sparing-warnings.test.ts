import { expect, it, vi } from 'vitest';
import { createSparingWarnings } from './sparing-warnings.ts';

it('of one kind one warning is written in so much time, with the number of those that were not', () => {
  const written = vi.fn();
  let nowMs = 0;
  const warn = createSparingWarnings(written, { everyMs: 1_000, now: () => nowMs });
  for (nowMs of [0, 10, 999]) warn('it is away', { cause: nowMs });
  warn('it is odd', {});
  for (nowMs of [1_000, 2_000]) warn('it is away', { cause: nowMs });
  expect(written.mock.calls).toEqual([
    ['it is away', { cause: 0 }],
    ['it is odd', {}],
    ['it is away', { cause: 1_000, spared: 2 }],
    ['it is away', { cause: 2_000 }],
  ]);
});
