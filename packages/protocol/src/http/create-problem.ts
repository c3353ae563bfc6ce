import { type ProblemCode, errors } from '../errors.ts';
import type { FieldError } from '../frames/validation-error.ts';
import type { Problem } from './answers.ts';

export interface ProblemDetails {
  /** What was wrong this time, one sentence. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** The body of an error answer (`application/problem+json`), its status among it. */
export function createProblem(
  code: ProblemCode,
  { detail, errors: fields }: ProblemDetails = {},
): Problem {
  const { title, status } = errors[code];
  return {
    type: 'about:blank',
    title,
    status,
    code,
    ...(detail !== undefined && { detail }),
    ...(fields !== undefined && {
      errors: fields.map(({ field, message }) => ({ field, message })),
    }),
  };
}
