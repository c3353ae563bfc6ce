import type { z } from 'zod';

/** One wrong field, as told in `error`, `messageNotAdded` and HTTP problems. */
export interface FieldError {
  /** Path with dots: `attachments.0.url`; empty when it is the whole. */
  readonly field: string;
  readonly message: string;
  /** A code of its own, where the rule has one (`message_too_long`). */
  readonly code?: string;
}

/** The wrong fields, first one first; at most `max`. */
export function fieldErrors(error: z.ZodError, max = 20): FieldError[] {
  return error.issues.slice(0, max).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message,
    ...ruleCode(issue),
  }));
}

function ruleCode(issue: z.core.$ZodIssue): { code?: string } {
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' ? { code } : {};
}
