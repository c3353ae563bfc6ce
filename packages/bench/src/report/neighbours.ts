/** Turns that followed each other, compared: a slow minute of the machine is in all of them. */
import { isDisturbed } from '../measure/limits.ts';
import { median } from '../measure/median.ts';
import type { Turn, TurnResult } from '../workload/turn.ts';

export interface Spread {
  /** Of all comparisons. */
  median: number;
  /** Of the medians of the rounds. */
  least: number;
  most: number;
}

interface Step {
  round: number;
  results: readonly TurnResult[];
}

/**
 * Compares the first turns of these contenders in a round, the second ones, and so on. Steps with a disturbed
 * turn count only when there are no others; null: the contenders have no turns.
 */
export const compareNeighbours = (
  turns: readonly Turn[],
  contenders: readonly string[],
  compare: (...results: TurnResult[]) => number,
): Spread | null => {
  const all = stepsOf(turns, contenders);
  const calm = all.filter(({ results }) => !results.some(isDisturbed));
  const steps = calm.length > 0 ? calm : all;
  if (steps.length === 0) return null;
  const compared = steps.map(({ round, results }) => ({ round, value: compare(...results) }));
  const rounds = Object.values(Object.groupBy(compared, ({ round }) => round));
  const medians = rounds.map((group) => medianOf(group ?? []));
  return {
    median: medianOf(compared),
    least: Math.min(...medians),
    most: Math.max(...medians),
  };
};

const medianOf = (compared: readonly { value: number }[]): number =>
  median(compared.map(({ value }) => value));

const stepsOf = (turns: readonly Turn[], contenders: readonly string[]): Step[] => {
  const rounds = [...new Set(turns.map(({ round }) => round))];
  return rounds.flatMap((round) => {
    const own = contenders.map((name) =>
      turns.filter((turn) => turn.round === round && turn.contender === name),
    );
    const count = Math.min(...own.map(({ length }) => length));
    return Array.from({ length: count }, (_, step) => ({
      round,
      results: own.map((turnsOfOne) => turnsOfOne[step]!.result),
    }));
  });
};
