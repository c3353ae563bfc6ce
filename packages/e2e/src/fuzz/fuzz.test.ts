/** The short form of `npm run fuzz`: every target, with inputs of a seed of their own. */
import { describe, expect, test } from 'vitest';
import { eventsWithoutExample } from './frame-target.ts';
import { runFuzz } from './fuzz-run.ts';
import { targets } from './targets.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_301);

describe('inputs that are nearly right', () => {
  test('get documented answers, kill nothing, and are noticed by nobody else', async () => {
    const { inputs, findings } = await runFuzz({
      targets: [...targets.values()],
      inputs: 1_200,
      seed,
    });
    expect(findings).toEqual([]);
    expect(inputs).toBeGreaterThanOrEqual(1_200);
  });

  test('start from an example of every event of a client', () => {
    expect(eventsWithoutExample()).toEqual([]);
  });
});
