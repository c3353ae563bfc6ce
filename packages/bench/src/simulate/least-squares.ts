/** Linear least squares whose solution has no negative part: a cost below zero means nothing. */

export interface Equation {
  /** How much of each unknown. */
  parts: readonly number[];
  value: number;
}

const rounds = 20_000;
const precision = 1e-12;

/**
 * The unknowns, found by setting one after the other to its best value given the others. Each equation weighs
 * the same in relation to its value, so that small costs count as much as large ones; those of value 0 are left
 * out, as is an unknown that stands in no equation (0).
 */
export const solveNonNegative = (equations: readonly Equation[]): number[] => {
  const usable = equations.filter(({ value }) => value > 0);
  const scaled = usable.map(({ parts, value }) => parts.map((part) => part / value));
  const unknowns = (equations[0]?.parts ?? []).map(() => 0);
  const missing = scaled.map(() => 1);
  for (let round = 0; round < rounds; round += 1) {
    let moved = 0;
    for (const at of unknowns.keys())
      moved = Math.max(moved, improve(at, { scaled, unknowns, missing }));
    if (moved < precision) break;
  }
  return unknowns;
};

interface State {
  scaled: readonly (readonly number[])[];
  unknowns: number[];
  /** What each equation lacks with the unknowns as they are. */
  missing: number[];
}

/** Gives how much it changed, in relation to what there was. */
const improve = (at: number, { scaled, unknowns, missing }: State): number => {
  let [slope, curve] = [0, 0];
  for (const [row, parts] of scaled.entries()) {
    const part = parts[at] as number;
    slope += part * (missing[row] as number);
    curve += part * part;
  }
  if (curve === 0) return 0;
  const before = unknowns[at] as number;
  const after = Math.max(0, before + slope / curve);
  unknowns[at] = after;
  for (const [row, parts] of scaled.entries()) {
    missing[row] = (missing[row] as number) - (parts[at] as number) * (after - before);
  }
  return Math.abs(after - before) / Math.max(after, before, 1e-300);
};
