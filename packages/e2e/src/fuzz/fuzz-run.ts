/** A run of the fuzzer: its targets in turn, in slices, with a look at the bystanders after each slice. */
import { openArena, type Arena } from './arena.ts';
import { count, type Finding, type Tally, type Target } from './target.ts';

export interface FuzzOptions {
  readonly targets: readonly Target[];
  /** Of all targets together. */
  readonly inputs: number;
  readonly seed: number;
  /** Inputs between two looks at the bystanders. */
  readonly sliceInputs?: number;
  /** Told after each slice. */
  readonly onSlice?: (target: string, done: number) => void;
}

export interface FuzzResult {
  readonly inputs: number;
  /** By target: how often what came back. */
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly findings: readonly Finding[];
}

/** After so many findings one more tells nothing. */
const findingsMax = 20;

export const runFuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const arena = await openArena();
  try {
    return await attackAll(arena, options);
  } finally {
    await arena.stop();
  }
};

const attackAll = async (arena: Arena, options: FuzzOptions): Promise<FuzzResult> => {
  const { targets, inputs, sliceInputs = 3_000, onSlice } = options;
  const tallies = new Map<string, Tally>();
  const findings: Finding[] = [];
  let done = 0;
  for (const target of targets) {
    const tally: Tally = new Map();
    tallies.set(target.name, tally);
    let left = Math.ceil(inputs / targets.length);
    for (let slice = 0; left > 0 && findings.length < findingsMax; slice += 1) {
      const now = Math.min(left, sliceInputs);
      const seed = options.seed + slice;
      const report = await target.attack(arena, { inputs: now, seed });
      for (const [what, times] of report.tally) tally.set(what, (tally.get(what) ?? 0) + times);
      const problems = await arena.check();
      for (const { input, problem } of report.findings)
        findings.push({ target: target.name, seed, input, problem });
      for (const problem of problems)
        findings.push({ target: target.name, seed, input: 'one of the slice', problem });
      count(tally, 'looks at the bystanders');
      left -= now;
      done += now;
      onSlice?.(target.name, done);
    }
  }
  return { inputs: done, tallies, findings };
};
