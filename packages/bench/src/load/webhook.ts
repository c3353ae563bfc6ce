/**
 * A webhook as most make it: each call has a body and a signature of its own and a timeout, and its answer is
 * read. It is made by what makes the product's calls. What it lacks is what the send hook promises: that nobody
 * else asks about the message, that it is tried again, that the answer decides.
 */
import { randomBytes } from 'node:crypto';
import { openHookCaller } from '@switchboard/hooks';
import { createHookBody } from './hook-body.ts';

const timeoutMs = 5000;

export const createWebhook = async (url: string): Promise<() => void> => {
  const secrets = ['only-for-this-measurement'];
  const caller = await openHookCaller({ url, secrets, userAgent: 'switchboard' });
  const prefix = randomBytes(11).toString('hex');
  let last = 0;
  return () => {
    const idempotencyKey = `${prefix}${String((last += 1)).padStart(10, '0')}`;
    const body = createHookBody(idempotencyKey, new Date().toISOString());
    void caller.call({ body, idempotencyKey, timeoutMs }).then((reply) => {
      if (reply.kind !== 'answered' || reply.status !== 200) throw new Error('a call failed');
    });
  };
};
