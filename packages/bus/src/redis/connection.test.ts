import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openCommandConnection, reconnectDelayMs } from './connection.ts';

test('a connection is tried again at growing intervals, at most a second, half of each by chance', () => {
  expect(reconnectDelayMs(1, () => 0)).toBe(25);
  expect(reconnectDelayMs(1, () => 1)).toBe(50);
  expect(reconnectDelayMs(4, () => 0)).toBe(200);
  expect(reconnectDelayMs(50, () => 0)).toBe(500);
  expect(reconnectDelayMs(50, () => 1)).toBe(1_000);
});

test('rediss+sentinel is TLS from the first byte to the Sentinels, and to the master', async () => {
  const sentinel = createServer().listen(0, '127.0.0.1');
  await once(sentinel, 'listening');
  const { port } = sentinel.address() as AddressInfo;
  const redis = openCommandConnection({
    url: `rediss+sentinel://127.0.0.1:${port}/main`,
    name: 'test',
    onWarning: () => undefined,
  });
  redis.connect().catch(() => undefined);
  const [socket] = (await once(sentinel, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  redis.disconnect();
  socket.destroy();
  sentinel.close();
  const handshakeRecord = 22;
  expect(bytes[0]).toBe(handshakeRecord);
  expect(redis.options).toMatchObject({ tls: {}, enableTLSForSentinelMode: true });
});
