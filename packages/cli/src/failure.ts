/** A command that cannot be done, as the person reads it: what happened, and what to do about it. */
import type { ExitCode } from './exit-codes.ts';

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
