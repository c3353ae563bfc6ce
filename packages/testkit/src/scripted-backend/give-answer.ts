/** Sends an answer as slowly, wrongly or not at all as it says. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './contract.ts';

/** Resolves with the status when the caller has a whole answer, else with undefined. */
export const giveAnswer = async (
  response: ServerResponse,
  answer: Answer,
): Promise<number | undefined> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pause = (ms = 0) => (ms > 0 ? delay(ms, undefined, { signal: gone.signal }) : undefined);
  const { status = 200, isCut = false } = answer;
  try {
    await pause(answer.headAfterMs);
    if (status === 'never') return await untilAborted(gone.signal);
    if (status === 'reset') return void response.socket?.resetAndDestroy();
    const body = textOf(answer.body);
    response.writeHead(status, headersOf(answer, isCut ? `${body}${body}` : body));
    if (answer.bodyAfterMs !== undefined || isCut) response.flushHeaders();
    await pause(answer.bodyAfterMs);
    if (isCut) return void response.write(body, () => response.destroy());
    response.end(body);
    return status;
  } catch {
    return undefined; // The caller did not wait for it.
  }
};

const textOf = (body: unknown): string => {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
};

const headersOf = ({ body, headers }: Answer, text: string): Record<string, string> => ({
  ...(body !== undefined && { 'content-type': 'application/json' }),
  ...(text !== '' && { 'content-length': String(Buffer.byteLength(text)) }),
  ...headers,
});

const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
