/** A backend that posts a message until it is answered for good, with the same id each time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Balancer } from './balancer.ts';
import type { Answer } from './mailbox.ts';

export interface Backend {
  ingresses: Balancer;
  apiToken: string;
  /** Counts what was answered, by status. */
  statuses: Map<string, number>;
  signal: AbortSignal;
}

const timeoutMs = 5000;
const retryAfterMs = 200;

export const postMessage = async (backend: Backend, message: object): Promise<Answer> => {
  const body = JSON.stringify(message);
  for (let attempts = 1; !backend.signal.aborted; attempts += 1) {
    const answer = await postOnce(backend, body);
    if (answer !== undefined) return { ...answer, attempts };
    await delay(retryAfterMs);
  }
  return { outcome: 'open', attempts: 1 };
};

/** Undefined: to be tried again. */
const postOnce = async (
  { ingresses, apiToken, statuses }: Backend,
  body: string,
): Promise<Omit<Answer, 'attempts'> | undefined> => {
  const count = (name: string) => statuses.set(name, (statuses.get(name) ?? 0) + 1);
  try {
    const response = await fetch(`${ingresses.next()}/message`, {
      method: 'POST',
      headers: { 'api-token': apiToken, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    count(String(response.status));
    const answer = (await response.json()) as { event_id?: string; position?: string };
    if (response.status === 200)
      return { outcome: 'accepted', eventId: answer.event_id, position: answer.position };
    return [429, 500, 502, 503].includes(response.status) ? undefined : { outcome: 'refused' };
  } catch {
    count('no answer'); // Whether it was executed is open: that is what the id is for.
    return undefined;
  }
};
