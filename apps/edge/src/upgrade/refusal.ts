/**
 * How a connect is refused. A browser's page cannot read the status of a refused upgrade: it gets
 * the upgrade and a close code at once where the reason is the token or the room.
 */
import { closeCodes, errors, type ProblemCode } from '@switchboard/protocol';

export interface HttpRefusal {
  readonly kind: 'http';
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface SocketRefusal {
  readonly kind: 'socket';
  readonly code: number;
  readonly reason: string;
}

export type Refusal = HttpRefusal | SocketRefusal;

export interface RefusalDetails {
  readonly detail?: string;
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  /** Where it differs from the catalogue's: a connect has no body, so that its 422 is a 400. */
  readonly status?: number;
}

export function refuseByHttp(code: ProblemCode, details: RefusalDetails = {}): HttpRefusal {
  const status = details.status ?? errors[code].status;
  const { detail, field, retryAfterSeconds } = details;
  const problem = {
    type: 'about:blank',
    title: errors[code].title,
    status,
    code,
    ...(detail !== undefined && { detail }),
    ...(field !== undefined && { errors: [{ field, message: detail ?? '' }] }),
  };
  return {
    kind: 'http',
    status,
    headers: headersOf(status, retryAfterSeconds),
    body: JSON.stringify(problem),
  };
}

function headersOf(status: number, retryAfterSeconds: number | undefined): [string, string][] {
  const headers: [string, string][] = [
    ['Content-Type', 'application/problem+json'],
    ['Cache-Control', 'no-store'],
  ];
  if (retryAfterSeconds !== undefined) headers.push(['Retry-After', String(retryAfterSeconds)]);
  if (status === 401) headers.push(['WWW-Authenticate', 'Bearer']);
  if (status === 426) headers.push(['Upgrade', 'websocket']);
  return headers;
}

/** The token or the role or the room is wrong: told by status, or to a browser by close code. */
export function refuseCredential(
  why: 'token_expired' | 'token_invalid' | 'not_allowed',
  origin: string,
  detail: string,
): Refusal {
  if (origin !== '') return { kind: 'socket', code: closeCodes[why].code, reason: why };
  return refuseByHttp(why === 'not_allowed' ? 'forbidden' : 'token_invalid', { detail });
}
