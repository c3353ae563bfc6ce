import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { createPrivateServer, type Health, type PrivateServer } from './private-server.ts';

const started: PrivateServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

const serve = async (health: () => Health | Promise<Health>) => {
  const server = createPrivateServer({
    port: 0,
    host: '127.0.0.1',
    metrics: createMetrics(),
    health,
  });
  started.push(server);
  const port = await server.start();
  return { port, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
};

test('readiness is 200 with details when ready and 503 with reasons when not', async () => {
  let health: Health = { ready: true, reasons: [], state: 'ready' };
  const { get } = await serve(() => health);
  const green = await get('/health/ready');
  expect([green.status, await green.json()]).toEqual([200, health]);
  health = { ready: false, reasons: ['redis: no heartbeat for 3 s'] };
  const red = await get('/health/ready');
  expect([red.status, await red.json()]).toEqual([503, health]);
});

test('liveness does not ask for readiness', async () => {
  const { get } = await serve(() => ({ ready: false, reasons: ['starting'] }));
  expect((await get('/health/live')).status).toBe(200);
});

test('metrics come in the text format, and any other path is 404', async () => {
  const { get } = await serve(() => ({ ready: true, reasons: [] }));
  const metrics = await get('/metrics');
  expect(metrics.headers.get('content-type')).toContain('text/plain');
  expect(await metrics.text()).toContain('process_cpu_seconds_total');
  expect((await get('/metrics/other')).status).toBe(404);
});

test('a health check that throws is a 500 and the next request is served', async () => {
  const { get } = await serve(() => Promise.reject(new Error('broken')));
  expect((await get('/health/ready')).status).toBe(500);
  expect((await get('/health/live')).status).toBe(200);
});

test('a taken port is an error of start', async () => {
  const { port } = await serve(() => ({ ready: true, reasons: [] }));
  const options = {
    host: '127.0.0.1',
    metrics: createMetrics(),
    health: () => ({ ready: true, reasons: [] }),
  };
  await expect(createPrivateServer({ port, ...options }).start()).rejects.toThrow('EADDRINUSE');
});

test('only GET and HEAD are taken, and no body is waited for', async () => {
  const { port } = await serve(() => ({ ready: true, reasons: [] }));
  const url = `http://127.0.0.1:${port}/metrics`;
  const posted = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) }).catch(() => null);
  expect(posted?.status ?? 405).toBe(405);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
});

test('who says nothing, or says it slowly, is cut off, and others are answered meanwhile', async () => {
  const { port, get } = await serve(() => ({ ready: true, reasons: [] }));
  const silent = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'));
  const slow = connect(port, '127.0.0.1');
  for (const socket of [...silent, slow]) socket.on('error', () => {});
  slow.write('GET /metrics HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => slow.write('X: y\r\n'), 200);
  const closed = Promise.all([...silent, slow].map((socket) => once(socket.resume(), 'close')));
  expect((await get('/health/ready')).status).toBe(200);
  await closed;
  clearInterval(drip);
  expect((await get('/health/ready')).status).toBe(200);
}, 20_000);

test('beyond so many connections a new one is closed, and the bound is not for ever', async () => {
  const { port, get } = await serve(() => ({ ready: true, reasons: [] }));
  const many = Array.from({ length: 260 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  const dropped = many.map((socket) => once(socket.resume(), 'close'));
  await Promise.race(dropped);
  for (const socket of many) socket.destroy();
  await expect.poll(async () => (await get('/health/live')).status, { timeout: 10_000 }).toBe(200);
}, 20_000);
