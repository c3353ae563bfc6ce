#!/usr/bin/env -S node --conditions=source
/** The `switchboard` command: the terminal of this process, and its exit code. */
import { readFileSync } from 'node:fs';
import { run } from './run.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
// `switchboard tail c1 | head`: whoever reads has read enough.
process.stdout.on('error', () => process.exit(0));

const { stdin, stdout, stderr, env } = process;

process.exitCode = await run(
  process.argv.slice(2),
  {
    stdin,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    hasColors: stdout.isTTY && stdout.hasColors() && !env['NO_COLOR'],
    columns: stdout.columns,
    stop: stop.signal,
  },
  version,
);
