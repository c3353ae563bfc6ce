/** Who goes away while its call waits for its turn takes nothing along. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { createConcurrencyLimit } from './admission.ts';
import { createOverload } from './overload.ts';

test('a call whose client has gone while it waited is not under way for ever', async () => {
  let acceptedPerSecond = () => -1;
  let paced = 0;
  const measurements = {
    paced: () => void (paced += 1),
    heldBack: () => undefined,
    refused: () => undefined,
    describeOverload: (gauges: { acceptedPerSecond: () => number }) =>
      void ({ acceptedPerSecond } = gauges),
  };
  const watch = { worstMs: () => 5_000, close: () => undefined };
  const overload = createOverload({ watch, lagMaxMs: 100, measurements });
  const app = fastify();
  let handled = 0;
  app.register(async (scope) => {
    overload.guard(scope);
    createConcurrencyLimit(1, measurements)(scope);
    scope.post('/', async () => ({ handled: (handled += 1) }));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  await expect.poll(() => acceptedPerSecond()).toBe(100);
  // Beyond the hundred that may come at once: the next one waits for a fifth of a second.
  overload.owe(120);
  const gone = request({ port, host: '127.0.0.1', method: 'POST', path: '/' });
  const left = new Promise((resolve) => gone.once('error', resolve));
  gone.end();
  await expect.poll(() => paced, { interval: 5 }).toBe(1);
  gone.destroy();
  await left;
  await new Promise((resolve) => setTimeout(resolve, 400));
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' });
  expect(answer.status).toBe(200);
  expect(handled).toBe(1);
  await app.close();
});
