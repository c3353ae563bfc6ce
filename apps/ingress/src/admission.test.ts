/** What is under way is counted down however it ends. */
import { connect, type AddressInfo } from 'node:net';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { createConcurrencyLimit } from './admission.ts';

const limit = () =>
  createConcurrencyLimit(3, { heldBack: () => undefined, refused: () => undefined });

test('pipelined calls whose connection breaks are not under way for ever', async () => {
  const app = fastify();
  let begun = 0;
  const { promise: answering, resolve: answer } = Promise.withResolvers<void>();
  app.register(async (scope) => {
    limit()(scope);
    scope.get('/', async () => {
      begun += 1;
      await answering;
      return {};
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const status = async () => (await fetch(`http://127.0.0.1:${port}/`)).status;
  const gone = new Promise((resolve) =>
    app.server.once('connection', (socket) => socket.once('close', resolve)),
  );
  const pipeline = () => {
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
    return client;
  };
  const broken = pipeline();
  await expect.poll(() => begun).toBe(3);
  expect(await status()).toBe(429);
  broken.destroy();
  await gone;
  const next = pipeline();
  await expect.poll(() => begun).toBe(6);
  answer();
  next.destroy();
  await app.close();
});
