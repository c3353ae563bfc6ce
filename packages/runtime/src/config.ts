/**
 * Configuration from environment variables. `loadConfig` is pure: it gives the typed values or the list
 * of what is wrong, never a throw; `loadConfigOrExit` is the thin shell that a `main.ts` calls.
 */
import type { z } from 'zod';
import { readMeta } from './variable-meta.ts';
import { hideUrlPassword } from './redaction.ts';

/** One variable that cannot be used, ready to be printed. */
export interface ConfigProblem {
  variable: string;
  /** What was set, with secrets hidden; undefined when the variable is not set. */
  value: string | undefined;
  rule: string;
  /** The three of them in one line. */
  line: string;
}

export type ConfigResult<T> =
  | { ok: true; config: T }
  | { ok: false; problems: readonly ConfigProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** `EX_CONFIG` of sysexits.h: supervisors can tell a wrong setting from a crash. */
const exitCodeBadConfig = 78;

/**
 * Gives the configuration that `env` describes, or every problem in it at once.
 * An empty variable counts as not set: compose files and charts write `NAME=${NAME:-}`.
 */
export const loadConfig = <S extends z.ZodObject>(
  schema: S,
  env: Environment,
): ConfigResult<z.output<S>> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: parsed.error.issues.map((issue) => problem(schema, given, issue)) };
};

/** Gives the configuration, or writes one line per problem to stderr and exits with 78. */
export const loadConfigOrExit = <S extends z.ZodObject>(
  schema: S,
  env: Environment = process.env,
): z.output<S> => {
  const result = loadConfig(schema, env);
  if (result.ok) return result.config;
  for (const { line } of result.problems) process.stderr.write(`${line}\n`);
  return process.exit(exitCodeBadConfig);
};

const problem = (
  schema: z.ZodObject,
  given: Environment,
  issue: z.core.$ZodIssue,
): ConfigProblem => {
  const variable = String(issue.path[0] ?? 'configuration');
  const field = schema.shape[variable] as z.ZodType | undefined;
  const value = printable(given[variable], readMeta(field).secret === true);
  const rule = value === undefined && issue.code === 'invalid_type' ? 'is required' : issue.message;
  const setting = value === undefined ? `${variable} (not set)` : `${variable}=${value}`;
  return { variable, value, rule, line: `configuration: ${setting}: ${rule}` };
};

const printable = (value: string | undefined, secret: boolean): string | undefined => {
  if (value === undefined) return undefined;
  return secret ? '[redacted]' : JSON.stringify(hideUrlPassword(value));
};
