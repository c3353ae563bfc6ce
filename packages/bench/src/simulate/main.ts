/** `npm run simulate`: what a cluster needs for so many visitors, and what breaks first. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../measure/median.ts';
import { replaceMeasured } from '../report/result-file.ts';
import { defaultLimits, type Demand } from './demand.ts';
import { findBreakingPoints } from './breaking-points.ts';
import { errorOf, fitCostModel, type CostModel } from './cost-model.ts';
import type { Measured } from './measured.ts';
import { parseSimulateOptions, usage, type SimulateOptions } from './options.ts';
import { planClusters } from './split.ts';
import { readMeasured, refit } from './refit.ts';
import { renderBreakingPoints, renderModel, renderPlans } from './render-plan.ts';

const exitCodeUsage = 64;
const limits = defaultLimits;

const document = join(import.meta.dirname, '../../../../docs/scaling.md');

const simulate = async (options: SimulateOptions): Promise<void> => {
  const { demands, isJson, isKept, refitFrom } = options;
  const measured = refitFrom === undefined ? await readMeasured() : await refit(refitFrom);
  const model = fitCostModel(measured);
  const simulated = demands.flatMap((demand) =>
    (['one', 'two'] as const).map((pools) => ({
      demand,
      plan: planClusters(model, demand, { limits, pools }),
    })),
  );
  const text = [
    renderModel(model),
    describeFit(model, measured),
    renderPlans(simulated),
    ...demands.slice(0, 1).flatMap((demand) => describeBreaking(model, demand)),
  ].join('\n\n');
  process.stdout.write(`${isJson ? JSON.stringify({ model, simulated }) : text}\n`);
  if (isKept) await writeFile(document, replaceMeasured(await readFile(document, 'utf8'), text));
};

const describeFit = (model: CostModel, { messages }: Measured): string => {
  const errors = messages.map((point) => Math.abs(errorOf(model, point)));
  const percent = (error: number) => `${(error * 100).toFixed(0)} %`;
  return (
    `Fitted to ${messages.length} measured points; half of them are predicted to within ` +
    `${percent(median(errors))}, the worst to within ${percent(Math.max(...errors))}.`
  );
};

const describeBreaking = (model: CostModel, demand: Demand): string[] =>
  (['one', 'two'] as const).flatMap((pools) => [
    `One Redis, ${pools === 'one' ? 'one pool of edges' : 'a pool for visitors and one for desks'}:`,
    renderBreakingPoints(findBreakingPoints(model, demand, { limits, pools })),
  ]);

const main = async (args: readonly string[]): Promise<number> => {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  try {
    await simulate(parseSimulateOptions(args));
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    return exitCodeUsage;
  }
};

process.exitCode = await main(process.argv.slice(2));
