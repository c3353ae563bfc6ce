import { expect, test } from 'vitest';
import { createSeen } from './seen.ts';

test('what was given is known for at least as many events as are kept, and not for ever', () => {
  const seen = createSeen(10);
  const ids = Array.from({ length: 100 }, (_, at) => `e${at}`);
  for (const [at, id] of ids.entries()) {
    expect(seen.isNew(id)).toBe(true);
    for (const before of ids.slice(Math.max(0, at - 9), at + 1))
      expect(seen.isNew(before)).toBe(false);
  }
  expect(seen.isNew('e0')).toBe(true);
});
