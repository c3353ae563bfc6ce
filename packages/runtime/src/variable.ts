/**
 * Schemas for environment variables. A variable arrives as text; each schema here names the rule it
 * checks in plain words, because that sentence is what an operator reads when a process refuses to start.
 * Every schema carries its own documentation (`.meta()`), from which the README's table is generated.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What the table of environment variables shows about one variable. */
export interface VariableMeta {
  /** One sentence: what the variable decides. */
  description: string;
  /** The unit of the value, e.g. `ms`. */
  unit?: string;
  /** The default as a person would write it in the environment. */
  default?: string;
  /** True: the value is never printed. */
  secret?: boolean;
}

type Variable<T> = z.ZodType<T, string | undefined>;

interface Options<T> {
  description: string;
  /** Missing: the variable is required, unless the caller adds `.optional()`. */
  default?: T;
}

interface RangeOptions extends Options<number> {
  min?: number;
  max?: number;
  unit?: string;
}

interface SecretOptions<T> extends Options<T> {
  /** Fewest characters of one secret (default 1). */
  minLength?: number;
}

/** A whole number within `min`..`max` (default 0..2^53-1). */
export const wholeNumber = (options: RangeOptions): Variable<number> => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  const accepts = (raw: string) => /^-?\d+$/.test(raw) && Number(raw) >= min && Number(raw) <= max;
  const schema = z
    .string()
    .refine(accepts, `must be a whole number ${range(min, max)}`)
    .transform(Number);
  return document(schema, options, { unit: options.unit });
};

/** A TCP port; 0 lets the system choose. */
export const port = (options: Options<number>): Variable<number> =>
  wholeNumber({ ...options, min: 0, max: 65_535 });

/** A duration in milliseconds within `min`..`max` (default 0..2^31-1, the longest timer of Node). */
export const durationMs = (options: RangeOptions): Variable<number> =>
  wholeNumber({ max: 2 ** 31 - 1, ...options, unit: 'ms' });

/** `true`/`1`/`yes`/`on` or `false`/`0`/`no`/`off`. */
export const flag = (options: Options<boolean>): Variable<boolean> => {
  const schema = z
    .string()
    .refine((raw) => /^(?:true|1|yes|on|false|0|no|off)$/i.test(raw), 'must be true or false')
    .transform((raw) => /^(?:true|1|yes|on)$/i.test(raw));
  return document(schema, options, {});
};

/** Any text, or text that matches `pattern`; `rule` says what the pattern wants. */
export const text = (
  options: Options<string> & { pattern?: RegExp; rule?: string },
): Variable<string> => {
  const { pattern = /[^]/, rule = 'must not be empty' } = options;
  return document(z.string().regex(pattern, rule), options, {});
};

/** One of a few words. */
export const choice = <const T extends string>(
  words: readonly T[],
  options: Options<T>,
): Variable<T> => {
  const isWord = (raw: string) => words.some((word) => word === raw);
  const schema = z.string().refine(isWord, `must be one of ${words.join(', ')}`);
  return document(
    schema.transform((raw) => raw as T),
    options,
    {},
  );
};

/** Comma-separated words out of a few, each at most once in what it gives; at least one. */
export const choices = <const T extends string>(
  words: readonly T[],
  options: Options<readonly T[]>,
): Variable<readonly T[]> => {
  const isWord = (item: string) => words.some((word) => word === item);
  const accepts = (items: readonly string[]) => items.length > 0 && items.every(isWord);
  const schema = z
    .string()
    .transform(splitList)
    .refine(accepts, `must be a comma-separated list of ${words.join(', ')}`);
  return document(
    schema.transform((items) => [...new Set(items)] as T[]),
    options,
    { unit: 'comma-separated' },
  );
};

interface ListOptions extends Options<readonly string[]> {
  /** Says what is wrong with an item. */
  problem?: (item: string) => string | undefined;
}

/** Comma-separated items, trimmed, empty ones dropped. */
export const list = (options: ListOptions): Variable<readonly string[]> => {
  const { problem = () => undefined } = options;
  const firstProblem = (raw: string) =>
    splitList(raw)
      .map((item) => problem(item))
      .find((found) => found !== undefined);
  const schema = z.string().refine((raw) => firstProblem(raw) === undefined, {
    error: ({ input }) => firstProblem(String(input)) ?? '',
  });
  return document(schema.transform(splitList), options, { unit: 'comma-separated' });
};

interface UrlOptions extends Options<string> {
  protocols?: readonly string[];
  /** Says what is wrong, without the password; for URLs of a form of their own. */
  problem?: (raw: string) => string | undefined;
}

/** An absolute URL of one of `protocols` (e.g. `redis:`); a password in it is never printed. */
export const url = (options: UrlOptions): Variable<string> => {
  const { protocols = ['http:', 'https:'] } = options;
  const rule = `must be a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}`;
  const accepts = (raw: string) => URL.canParse(raw) && protocols.includes(new URL(raw).protocol);
  const usual = (raw: string) => (accepts(raw) ? credentialsProblem(new URL(raw)) : rule);
  const { problem = usual } = options;
  const schema = z.string().refine((raw) => problem(raw) === undefined, {
    error: ({ input }) => problem(String(input)) ?? rule,
  });
  return document(schema, options, {});
};

function credentialsProblem({ username, password }: URL): string | undefined {
  try {
    decodeURIComponent(username + password);
    return undefined;
  } catch {
    return 'must have a user and a password that are percent-encoded: % is written as %25';
  }
}

/** The text of a file, which is read when the process starts. */
export const file = (options: Omit<Options<string>, 'default'>): Variable<string> => {
  const schema = z.string().transform((path, context) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      context.addIssue({ code: 'custom', message: 'must name a file that can be read' });
      return z.NEVER;
    }
  });
  return document(schema, options, { unit: 'path' });
};

/** A secret: neither the value nor a part of it is ever printed. */
export const secret = (options: SecretOptions<string>): Variable<string> => {
  const { minLength = 1 } = options;
  const schema = z.string().min(minLength, `must have at least ${minLength} characters`);
  return document(schema, options, { secret: true });
};

/** Comma-separated secrets, at least one. */
export const secretList = (
  options: SecretOptions<readonly string[]>,
): Variable<readonly string[]> => {
  const { minLength = 1 } = options;
  const accepts = (items: string[]) =>
    items.length > 0 && items.every((item) => item.length >= minLength);
  const rule = `must be a comma-separated list of secrets of at least ${minLength} characters`;
  const schema = z.string().transform(splitList).refine(accepts, rule);
  return document(schema, options, { secret: true, unit: 'comma-separated' });
};

const splitList = (raw: string): string[] =>
  raw
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const range = (min: number, max: number): string =>
  max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;

const document = <T>(
  schema: z.ZodType<T, string>,
  options: Options<T>,
  extra: { unit?: string | undefined; secret?: boolean },
): Variable<T> => {
  const { description, default: fallback } = options;
  const shown = fallback === undefined ? {} : { default: String(fallback) };
  const whole = fallback === undefined ? schema : schema.default(() => fallback as never);
  return whole.meta({ description, ...shown, ...extra }) as Variable<T>;
};
