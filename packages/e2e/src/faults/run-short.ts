/** A scenario in the form that fits into a test run. */
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

/** Some play two plans one after the other, and wait for graces and leases. */
export const runShortMaxMs = 120_000;

/** What did not hold. `CHAOS_SEED` repeats another run than the usual one. */
export const runShort = async (scenario: Scenario): Promise<string[]> => {
  const seed = Number(process.env['CHAOS_SEED'] ?? 1);
  const seconds = scenario.shortSeconds ?? 5;
  return (await runScenario(scenario, { seed, seconds, isLong: false })).problems;
};
