/** `switchboard doctor`: looks at everything and says what to change. Changes nothing. */
import type { Finding } from '@switchboard/bus';
import { type Command, InvalidArgumentError } from 'commander';
import type { Act, Context } from '../context.ts';
import type { ExamineOptions } from '../doctor/examine.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plainText } from '../report/plain-text.ts';

interface DoctorOptions extends ExamineOptions {
  readonly strict?: boolean;
}

export function addDoctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .summary('look for what is set wrong, and say what to change')
    .description(
      'Look at Redis, ingress, the edges, the way through the balancer and this machine. It changes nothing. What it has no setting for is skipped.',
    )
    .option('--private <url...>', 'private ports of edges and ingresses: clocks, open files', [])
    .option('--edges <n>', 'how many edges have to live', atLeastOne, 1)
    .option(
      '--files <n>',
      'how many open files each process may have at least (default: 65536)',
      atLeastOne,
    )
    .option('--idle <duration>', 'how long to wait for the ping of an edge', parseDuration, 30)
    .option('--host-root <path>', "where the host's /proc and /sys are", '/')
    .option('--no-host', 'Redis runs elsewhere: leave out the kernel of this machine')
    .option('--strict', 'warnings are faults')
    .addHelpText(
      'after',
      `
Each line links to docs/operations.md, which says why. It exits with 1 when it finds a fault.

Examples:
  $ switchboard doctor --edges 3 --private http://10.0.0.5:7101 http://10.0.0.6:7101
  $ switchboard doctor --json | jq -c '.checks[] | select(.status == "fail")'`,
    )
    .action(act<DoctorOptions>(runDoctor));
}

async function runDoctor(context: Context, options: DoctorOptions): Promise<void> {
  // Loaded when it is needed: the bus takes longer to load than most commands take to run.
  const { examine } = await import('../doctor/examine.ts');
  const findings = await examine(context.settings, options);
  const checks = findings.map((each) => ({ ...each, link: `docs/operations.md#${each.id}` }));
  const counts = countOf(checks);
  context.answer({ counts, checks }, () => report(context, checks, counts));
  if (counts.fail > 0 || (options.strict && counts.warn > 0)) {
    throw new Failure(exitCodes.unhealthy, '');
  }
}

type Check = Finding & { readonly link: string };
type Counts = Record<Finding['status'], number>;

function countOf(checks: readonly Check[]): Counts {
  const counts: Counts = { ok: 0, warn: 0, fail: 0, skip: 0 };
  for (const { status } of checks) counts[status] += 1;
  return counts;
}

const colors = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const;

function report({ style }: Context, checks: readonly Check[], counts: Counts): string {
  const lines = checks.map(({ id, status, saw, change, link }) => {
    const first = `${style(colors[status], status.padEnd(4))}  ${id.padEnd(27)}${plainText(saw)}\n`;
    const hint = change === undefined ? '' : `      ${change}\n      ${style('dim', link)}\n`;
    return first + hint;
  });
  const { ok, warn, fail, skip } = counts;
  return `${lines.join('')}\n${ok} ok, ${warn} warnings, ${fail} faults, ${skip} not seen\n`;
}

function atLeastOne(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It must be 1 or more.');
}
