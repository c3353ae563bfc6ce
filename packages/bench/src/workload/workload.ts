/**
 * What can be measured. Contract: `run` starts and stops the contenders itself, says what happens as it
 * happens, and rejects soon after the signal; what it gives can be written as JSON.
 */
import type { Asked, BenchOptions } from '../bench-options.ts';
import type { StartContender } from '../contender/contender.ts';

export interface Workload {
  /** One line for those who look for a workload. */
  about: string;
  /** Who takes part when nobody is named. */
  peers: readonly string[];
  /** Who else can. */
  furtherPeers?: readonly string[];
  /** What a brief run asks for, where the command line does not. */
  brief?: Asked;
  /** The result is kept in `docs/benchmarks/<date>-<file>`; workloads may share one. */
  file: string;
  run(setting: WorkloadSetting): Promise<Outcome>;
}

export interface WorkloadSetting {
  options: BenchOptions;
  contenders: readonly StartContender[];
  signal: AbortSignal;
  say: (line: string) => void;
}

export interface Outcome {
  /** What was measured with: the options with the workload's defaults in their places. */
  scale: object;
  /** One for each line of the table. */
  rows: readonly object[];
  /** What rows were made of, where that is more than they say. */
  turns?: readonly object[];
  /** For people, in Markdown. */
  table: string;
  /** Pictures (SVG), by their name. */
  charts?: Readonly<Record<string, string>>;
}
