import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { placeOf } from '../shell/place.ts';
import { watchCluster } from './watch.ts';

test('what nobody answers is a problem that is told, of a look as of a drain', async () => {
  // Port 9 of this machine: fetch refuses to go there.
  const place = placeOf({ origin: 'http://127.0.0.1:9', pathname: '/console/' });
  const watch = watchCluster(place, 'token', () => undefined);
  expect(await watch.drain('edge-1')).not.toBe('');
  await expect.poll(() => watch.problem.value).not.toBe('');
  watch.stop();
});

test("the edges' figures are of the time of their answer, however late Redis' are", async () => {
  const lateMs = 300;
  let askedAtMs = 0;
  const server = createServer((request, response) => {
    if (request.url === '/nodes') return void response.end('[]');
    askedAtMs = Date.now();
    setTimeout(() => response.end('{"ready":true,"heartbeat_ms":1}'), lateMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = placeOf({ origin, pathname: '/console/' });
  const watch = watchCluster(place, 'token', () => undefined);
  await expect.poll(() => watch.history.value.samples.length, { timeout: 10_000 }).toBe(1);
  watch.stop();
  server.close();
  expect(watch.history.value.samples[0]?.atMs).toBeLessThanOrEqual(askedAtMs);
});
