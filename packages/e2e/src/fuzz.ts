/** `npm run fuzz -- --inputs 200000 --seed 1 --target frames`: the long form of `fuzz/fuzz.test.ts`. */
import { parseArgs } from 'node:util';
import { runFuzz, type FuzzResult } from './fuzz/fuzz-run.ts';
import { targets } from './fuzz/targets.ts';

const usage = `Usage: npm run fuzz -- [options]
  --inputs 20000   of all targets together
  --seed 1         the same seed makes the same inputs
  --target all     ${[...targets.keys()].join(', ')}; several with commas`;

const exitCodeUsage = 64;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const report = ({ inputs, tallies, findings }: FuzzResult, seconds: number): void => {
  for (const [target, tally] of tallies) {
    say(target);
    for (const [what, times] of [...tally].toSorted(([, a], [, b]) => b - a))
      say(`  ${String(times).padStart(8)}  ${what}`);
  }
  for (const { target, seed, input, problem } of findings)
    say(`! ${target}, seed ${seed}: ${problem}\n    ${input}`);
  say(`${inputs} inputs in ${Math.round(seconds)} s: ${findings.length} findings`);
};

const option = (value: string) => ({ type: 'string', default: value }) as const;

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      inputs: option('20000'),
      seed: option('1'),
      target: option('all'),
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.target === 'all' ? [...targets.keys()] : values.target.split(',');
  const chosen = names.flatMap((name) => targets.get(name) ?? []);
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  const isGood =
    chosen.length === names.length && Number.isInteger(seed) && inputs >= 1 && inputs <= 1e8;
  if (values.help || !isGood) {
    say(usage);
    return exitCodeUsage;
  }
  const startedMs = performance.now();
  const onSlice = (target: string, done: number) =>
    void process.stderr.write(`${done} inputs (${target})\n`);
  const result = await runFuzz({ targets: chosen, inputs, seed, onSlice });
  report(result, (performance.now() - startedMs) / 1_000);
  return result.findings.length === 0 ? 0 : 1;
};

process.exit(await main());
