/**
 * `node src/asyncapi/validate.ts`: reads a document from stdin and writes what the official parser
 * finds wrong with it (errors and warnings), as a JSON array; exit 1 when that is anything. A process
 * of its own: the parser's dependencies do not load under the export conditions of the test runner.
 */
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

/** Severities: 0 error, 1 warning; 2 and 3 are hints (that 3.1 exists). */
const WARNING = 1;

const { document, diagnostics } = await new Parser().parse(readFileSync(0, 'utf8'));
const wrong = diagnostics.filter(({ severity }) => (severity as number) <= WARNING);

process.stdout.write(`${JSON.stringify(wrong, null, 2)}\n`);
if (document === undefined || wrong.length > 0) process.exitCode = 1;
