/** An answer that is not 200: a code of the protocol's catalogue, told as RFC 9457 problem+json. */
import {
  createProblem,
  errors,
  type FieldError,
  type Problem as ProblemBody,
  type ProblemCode,
} from '@switchboard/protocol';

export interface ProblemDetails {
  /** What went wrong this time. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whatever cannot answer 200; the error handler tells it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, { retryAfterS, headers, ...details }: ProblemDetails) {
    super(details.detail ?? errors[code].title);
    this.code = code;
    this.body = createProblem(code, details);
    const retry = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
    this.headers = { ...headers, ...retry };
  }
}

export const problemType = 'application/problem+json';

export function problem(code: ProblemCode, details: ProblemDetails = {}): Problem {
  return new Problem(code, details);
}

/** A single wrong field; `''` means the body as a whole. */
export function invalid(field: string, message: string): Problem {
  return problem('validation_failed', { errors: [{ field, message }] });
}
