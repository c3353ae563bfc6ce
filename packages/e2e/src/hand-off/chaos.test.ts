/** Edges, workers, Redis and the backend end under load: the backend has every message, once and in order. */
import { expect, test } from 'vitest';
import { runShort, runShortMaxMs } from '../faults/run-short.ts';
import { handOff } from './hand-off-scenario.ts';

test(
  'whoever dies, the backend has what was accepted, and its refusals were told',
  {
    timeout: runShortMaxMs,
  },
  async () => {
    expect(await runShort(handOff)).toEqual([]);
  },
);
