/** Which problem an error is: ours, the validator's, Fastify's, the bus's, or a defect of ours. */
import { BusUnavailable } from '@switchboard/bus';
import { fieldErrors, type ProblemCode } from '@switchboard/protocol';
import type { z } from 'zod';
import { Problem, problem } from './problem.ts';

/** What the caller waits before it asks again while Redis is away, s. */
const unavailableRetryAfterS = 1;

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BusUnavailable) {
    return problem('unavailable', { retryAfterS: unavailableRetryAfterS });
  }
  return problemOfFramework(error as FrameworkError);
}

/** What Fastify and the zod validator put on their errors. */
interface FrameworkError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly { readonly params?: { readonly error?: z.ZodError } }[];
}

const codesOfFastify: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

function problemOfFramework({ code, statusCode, validation }: FrameworkError): Problem {
  const wrong = validation?.[0]?.params?.error;
  if (wrong !== undefined) return problem('validation_failed', { errors: fieldErrors(wrong) });
  const known = codesOfFastify[code ?? ''];
  if (known !== undefined) return problem(known);
  const isClients = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return problem(isClients ? 'malformed' : 'internal');
}
