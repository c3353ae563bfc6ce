/**
 * `conformance [--chat | --desk] <program> [argument…]`: plays all cases, or those of one socket, with a
 * client that is a program. Exit code 1: one failed.
 */
import { processSubject } from './process-subject.ts';
import { cases, chatCases, deskCases, runConformance } from './run-conformance.ts';

const choices = new Map([
  ['--chat', chatCases],
  ['--desk', deskCases],
]);

const given = process.argv.slice(2);
const chosen = choices.get(given[0] ?? '');
const [program, ...args] = chosen === undefined ? given : given.slice(1);
if (program === undefined) {
  process.stderr.write('Usage: conformance [--chat | --desk] <program> [argument…]\n');
  process.exit(64);
}
const results = await runConformance(processSubject([program, ...args]), chosen ?? cases);
for (const { name, problem } of results) {
  process.stdout.write(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (problem !== undefined) process.stdout.write(`       ${problem}\n`);
}
process.exit(results.some(({ problem }) => problem !== undefined) ? 1 : 0);
