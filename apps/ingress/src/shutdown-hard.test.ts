/** The end of ingress when much is under way, or Redis is not there, over real processes. */
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@switchboard/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { startIngress, uniqueId, type IngressUnderTest } from './test/ingress-under-test.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
const start = async (env: Record<string, string> = {}): Promise<IngressUnderTest> => {
  const ingress = await startIngress(env);
  cleanUps.push(() => ingress.stop());
  return ingress;
};

const message = (chatId: string, id: number) => ({
  id,
  chat_id: chatId,
  type: 'standard',
  text: 'x'.repeat(1_000),
});
const batchOf = (chatId: string, count: number) =>
  Array.from({ length: count }, (_, id) => ({ path: '/message', body: message(chatId, id) }));
const encodings = [
  ['an array', 'application/json', (items: object[]) => JSON.stringify(items)],
  [
    'NDJSON',
    'application/x-ndjson',
    (items: object[]) => items.map((item) => JSON.stringify(item)).join('\n'),
  ],
] as const;

describe('SIGTERM', () => {
  test.each(encodings)(
    'in the middle of a batch of %s, twice, lets it be done and answered',
    async (_name, type, encode) => {
      const ingress = await start();
      const chatId = uniqueId('chat');
      const answering = ingress.post('/batch', encode(batchOf(chatId, 1_000)), {
        'content-type': type,
      });
      const added = async () => (await ingress.room(chatId)).length;
      await expect.poll(added, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
      ingress.process.kill('SIGTERM');
      await delay(5);
      ingress.process.kill('SIGTERM');
      const { status, body } = await answering;
      expect(status).toBe(200);
      expect(body.map((item: { status: number }) => item.status)).toEqual(
        Array.from({ length: 1_000 }, () => 200),
      );
      expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
    },
  );

  test('while a body is coming lets it come and answers it', async () => {
    const ingress = await start();
    const body = JSON.stringify(message(uniqueId('chat'), 1));
    const { hostname, port } = new URL(ingress.url);
    const call = request({
      hostname,
      port,
      path: '/message',
      method: 'POST',
      headers: {
        'api-token': ingress.apiToken,
        'content-type': 'application/json',
        'content-length': body.length,
      },
    });
    call.write(body.slice(0, 100));
    await delay(100);
    ingress.process.kill('SIGTERM');
    await delay(300);
    call.end(body.slice(100));
    const [response] = await once(call, 'response');
    expect(response.statusCode).toBe(200);
    expect(response.headers.connection).toBe('close');
    response.resume();
    expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
  });

  test.each(['SIGSTOP', 'SIGKILL'] as const)(
    'while Redis is away (%s) answers 503 and ends with 0 within its time',
    async (away) => {
      const redis = await startRedis();
      cleanUps.push(() => redis.stop());
      const ingress = await start({
        REDIS_URL: redis.url,
        SHUTDOWN_TIMEOUT_MS: '8000',
        DRAIN_DELAY_MS: '500',
      });
      await redis.kill(away);
      const chatId = uniqueId('chat');
      const answers = Array.from({ length: 20 }, (_, id) =>
        ingress.post('/message', message(chatId, id)),
      );
      await delay(100);
      const begun = performance.now();
      ingress.process.kill('SIGTERM');
      for (const { status } of await Promise.all(answers)) expect(status).toBe(503);
      expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - begun).toBeLessThan(8_000);
      if (away === 'SIGSTOP') await redis.kill('SIGCONT');
    },
    30_000,
  );
});
