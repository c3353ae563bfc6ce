/** The HTTP operations of a cluster. */
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { type Settings, required } from './settings.ts';

export interface Api {
  /** @throws Failure */
  get<Answer>(path: string): Promise<Answer>;
  /** @throws Failure */
  post<Answer>(path: string, body?: unknown): Promise<Answer>;
}

const timeoutMs = 10_000;

export function createApi(settings: Settings): Api {
  const apiToken = required(settings, 'apiToken');
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${settings.url}${path}`, {
      method,
      headers: {
        'api-token': apiToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw unreachable(settings.url, error);
    });
    if (response.ok) return (await response.json()) as Answer;
    throw refusal(response.status, await problemOf(response));
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
}

/** Why nothing came back; undici hides it in the cause. */
export function unreachable(url: string, error: unknown): Failure {
  const { cause, message } = error as Error;
  const reason =
    cause instanceof Error ? cause.message || (cause as { code?: string }).code : message;
  return new Failure(
    exitCodes.unavailable,
    `Nothing answers at ${url}: ${reason}`,
    'SWITCHBOARD_URL or --url says where it is; switchboard doctor looks for the reason.',
  );
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { title: text.slice(0, 200) };
  }
}

function refusal(status: number, { title, detail, code, errors = [] }: Problem): Failure {
  const fields = errors.map(({ field, message }) => `\n  ${field}: ${message}`).join('');
  const words = [title, detail].filter(Boolean).join(' ') || 'refused';
  return new Failure(
    exitCodeOf(status),
    `${status} ${code ?? ''}: ${words}${fields}`,
    status === 401 ? 'API_TOKEN is none of the tokens in API_TOKENS of ingress.' : undefined,
  );
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 429 || status === 503 || status === 409) return exitCodes.tryAgain;
  return status < 500 ? exitCodes.data : exitCodes.internal;
}
