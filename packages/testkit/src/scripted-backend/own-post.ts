/** A backend that took a message with 202 and posts it itself, until ingress has it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Gateway, HookCall, KeptMessage } from './contract.ts';

const timeoutMs = 5000;
const retryAfterMs = 300;

/** Resolves with whether it was taken before the signal ended it. */
export const postOwn = async (
  gateway: () => Gateway | undefined,
  { body }: HookCall,
  { id, afterMs, signal }: Pick<KeptMessage, 'id'> & { afterMs: number; signal: AbortSignal },
): Promise<boolean> => {
  const { chat_id: chatId, user, message } = body;
  const text = JSON.stringify({ ...message, id, chat_id: chatId, user });
  try {
    await delay(afterMs, undefined, { signal });
    while (!(await post(gateway(), text))) await delay(retryAfterMs, undefined, { signal });
    return true;
  } catch {
    return false; // Aborted.
  }
};

const post = async (gateway: Gateway | undefined, body: string): Promise<boolean> => {
  if (gateway === undefined) return false;
  const headers = { 'api-token': gateway.apiToken, 'content-type': 'application/json' };
  const answer = await fetch(`${gateway.url}/message`, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined); // Dead, or slow: again.
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200;
};
