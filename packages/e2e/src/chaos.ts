/** `npm run chaos -- --scenario edge-killed --minutes 1 --seed 1`: the long form of a fault scenario. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawTimeline } from '@switchboard/testkit';
import { runScenario, type Outcome } from './faults/run-scenario.ts';
import { scenarios } from './faults/scenarios.ts';

const usage = `Usage: npm run chaos -- [options]
  --scenario all        ${[...scenarios.keys()].join(', ')}; several with commas
  --minutes 1           how long messages are sent; 0 for the short form
  --seed 1              the same seed plans the same sends and faults
  --out <folder>        keeps <scenario>.json and <scenario>.svg there

UPGRADE_FROM=<commit>   what \`upgrade\` starts from (default: the commit before HEAD)`;

const exitCodeUsage = 64;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const columns = ['accepted', 'due', 'received', 'told'] as const;

const report = ({ scenario, result, latencies, figures, answers, problems }: Outcome): void => {
  const counts = Object.entries(result.counts).map(([kind, count]) => `${kind} ${count}`);
  say(`${scenario}: ${problems.length === 0 ? 'holds' : 'DOES NOT HOLD'}`);
  say(`  ${columns.map((name) => `${name} ${result[name]}`).join(', ')}`);
  say(`  ${counts.join(', ')}`);
  say(`  p50 ${latencies.p50Ms} ms, p99 ${latencies.p99Ms} ms, max ${latencies.maxMs} ms`);
  say(`  ${JSON.stringify({ ...figures, ...answers })}`);
  for (const problem of problems) say(`  ! ${problem}`);
};

const keep = async (folder: string, outcome: Outcome): Promise<void> => {
  const { ledger, ...rest } = outcome;
  await mkdir(folder, { recursive: true });
  const file = join(folder, outcome.scenario);
  const title = `${outcome.scenario}, seed ${outcome.scale.seed}: deliveries per 100 ms`;
  await writeFile(`${file}.json`, `${JSON.stringify(rest, undefined, 2)}\n`);
  await writeFile(`${file}.svg`, `${drawTimeline(ledger.book, title)}\n`);
};

const option = (value: string) => ({ type: 'string', default: value }) as const;

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      scenario: option('all'),
      minutes: option('1'),
      seed: option('1'),
      out: option(''),
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.scenario === 'all' ? [...scenarios.keys()] : values.scenario.split(',');
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const unknown = names.find((name) => !scenarios.has(name));
  if (
    values.help ||
    unknown !== undefined ||
    !(minutes >= 0 && minutes <= 600) ||
    !Number.isInteger(seed)
  ) {
    say(usage);
    return exitCodeUsage;
  }
  let failures = 0;
  for (const name of names) {
    const scenario = scenarios.get(name)!;
    const isLong = minutes > 0;
    const seconds = isLong ? minutes * 60 : (scenario.shortSeconds ?? 5);
    const outcome = await runScenario(scenario, { seed, seconds, isLong });
    report(outcome);
    if (values.out !== '') await keep(values.out, outcome);
    failures += outcome.problems.length === 0 ? 0 : 1;
  }
  return failures === 0 ? 0 : 1;
};

process.exit(await main());
