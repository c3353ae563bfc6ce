/**
 * `node src/asyncapi/command.ts [--check]`: writes asyncapi.json and the tables of PROTOCOL.md, or
 * says which of them is not what the source makes of it. The one file here that does I/O.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.ts';

const isCheck = process.argv.includes('--check');
const read = (name: string) => readFileSync(urlOf(name), 'utf8');
const stale = Object.entries(generatedFiles(read)).filter(
  ([name, text]) => text !== readIfThere(name),
);

for (const [name, text] of stale) {
  if (isCheck) process.stderr.write(`${name} is not up to date: run \`pnpm asyncapi:generate\`.\n`);
  else writeFileSync(urlOf(name), text);
}
if (isCheck && stale.length > 0) process.exitCode = 1;

function urlOf(name: string): URL {
  return new URL(`../../${name}`, import.meta.url);
}

function readIfThere(name: string): string | undefined {
  try {
    return read(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
