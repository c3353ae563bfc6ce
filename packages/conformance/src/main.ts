/** `conformance <program> [argument…]`: plays all cases with a client that is a program. Exit code 1: one failed. */
import { processSubject } from './process-subject.ts';
import { runConformance } from './run-conformance.ts';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  process.stderr.write('Usage: conformance <program> [argument…]\n');
  process.exit(64);
}
const results = await runConformance(processSubject([program, ...args]));
for (const { name, problem } of results) {
  process.stdout.write(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (problem !== undefined) process.stdout.write(`       ${problem}\n`);
}
process.exit(results.some(({ problem }) => problem !== undefined) ? 1 : 0);
