/** Runs one command line to its exit code. Never throws; nothing secret is written. */
import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { createProgram } from './program.ts';
import { createRedact } from './redact.ts';
import { createStyle } from './report/style.ts';
import { type Settings, secretsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

export async function run(
  args: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<ExitCode> {
  const program = createProgram(
    { ...terminal, writeError: (text) => terminal.writeError(redact(text)) },
    version,
  );
  function redact(text: string): string {
    return createRedact(secretsOf(program.opts<Partial<Settings>>()))(text);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has said it.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { message, hint, exitCode } = describe(error);
    const style = createStyle(terminal.hasColors);
    if (message !== '') terminal.writeError(redact(`${style('red', 'switchboard:')} ${message}\n`));
    if (hint !== undefined) terminal.writeError(redact(`${hint}\n`));
    return exitCode;
  }
}

function describe(error: unknown): {
  message: string;
  hint?: string | undefined;
  exitCode: ExitCode;
} {
  if (error instanceof Failure) return error;
  return { message: String(error), exitCode: exitCodes.internal };
}
