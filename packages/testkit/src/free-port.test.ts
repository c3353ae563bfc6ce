import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { findFreePort, isPortFree } from './free-port.ts';
import { createPortAllocation } from './port-allocation.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const occupy = async (port: number, host = '127.0.0.1') => {
  const server = createServer().listen(port, host);
  servers.push(server);
  await once(server, 'listening');
};

test('a port that somebody listens on is not free, on whatever interface', async () => {
  const port = await findFreePort();
  expect(await isPortFree(port)).toBe(true);
  await occupy(port, '0.0.0.0');
  expect(await isPortFree(port)).toBe(false);
});

test('taken ports are stepped over', async () => {
  const port = await findFreePort();
  await occupy(port);
  const allocation = createPortAllocation(port);
  expect(await allocation.next('public')).toBeGreaterThan(port);
  allocation.release();
});

test('two allocations that look at the same time find different ports', async () => {
  const base = await findFreePort();
  const [one, other] = [createPortAllocation(base), createPortAllocation(base)];
  const ports = await Promise.all([one, other, one, other].map((each) => each.next('public')));
  expect(new Set(ports).size).toBe(4);
  one.release();
  const again = createPortAllocation(base);
  expect(await again.next('public')).toBe(Math.min(ports[0] ?? 0, ports[2] ?? 0));
  for (const allocation of [other, again]) allocation.release();
});

test('an allocation gives no port twice, even when asked at the same time', async () => {
  const base = await findFreePort();
  for (const allocation of [createPortAllocation(base), createPortAllocation()]) {
    const kinds = ['public', 'private', 'public', 'private', 'public'] as const;
    const ports = await Promise.all(kinds.map((kind) => allocation.next(kind)));
    expect(new Set(ports).size).toBe(kinds.length);
    allocation.release();
  }
});
