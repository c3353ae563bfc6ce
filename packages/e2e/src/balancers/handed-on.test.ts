/** What the load balancers of `infra/`, as they are shipped, hand on, and to whom. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Balancer } from './balancer.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';
import { startRecorders, type Recorders } from './recorders.ts';

describe.each([
  ['HAProxy', startHaproxy],
  ['nginx', startNginx],
])('%s', (_name, start) => {
  let recorders: Recorders;
  let balancer: Balancer;

  beforeAll(async () => {
    recorders = await startRecorders();
    balancer = await start(recorders.site);
  });
  afterAll(async () => {
    await balancer.stop();
    recorders.stop();
  });
  beforeEach(() => void recorders.recorded.splice(0));

  /** Sends a request as it is; gives the status. */
  const ask = async (head: string, headers: readonly string[] = [], body = ''): Promise<number> => {
    const [hostname, port] = balancer.host.split(':');
    const socket = connect(Number(port), hostname);
    const common = ['Host: chat.example', ...headers, 'Connection: close'];
    const own = headers.some((one) => one.startsWith('Connection')) ? common.slice(0, -1) : common;
    socket.write(`${[`${head} HTTP/1.1`, ...own].join('\r\n')}\r\n\r\n${body}`);
    // After a refused upgrade the connection may stay open for another request.
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return Number(answer.toString().split(' ')[1]);
  };

  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: bearer, a.b.c',
    'Origin: https://shop.example',
  ];

  test.each(['/chat?chat_id=a%20b&since=1-0', '/broadcast'])(
    'hands an upgrade of %s to an edge as it is, with the address that it came from',
    async (url) => {
      // Before its own address stands whatever the client wrote.
      expect(await ask(`GET ${url}`, [...upgrade, 'X-Forwarded-For: 203.0.113.9'])).toBe(401);
      const [{ headers, ...request }] = recorders.recorded as [Recorders['recorded'][number]];
      expect(request).toEqual({ to: 'edge', method: 'GET', url, body: '' });
      expect(headers).toMatchObject({
        host: 'chat.example',
        upgrade: 'websocket',
        'sec-websocket-protocol': 'bearer, a.b.c',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        origin: 'https://shop.example',
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      });
      expect(headers.connection?.toLowerCase()).toBe('upgrade');
    },
  );

  test('lets an edge answer who asks for a socket without an upgrade', async () => {
    expect(await ask('GET /chat')).toBe(426);
  });

  test.each([
    ['POST /chat', ['Content-Length: 2'], 405],
    ['PUT /broadcast', ['Content-Length: 2'], 405],
    ['HEAD /chat', [], 405],
    ['GET /chat', ['Content-Length: 2'], 400],
    ['GET /chat', ['Transfer-Encoding: chunked'], 400],
  ] as const)('lets no body come to an edge: %s %j', async (head, headers, status) => {
    expect(await ask(head, headers, headers.length > 0 ? '{}' : '')).toBe(status);
    expect(recorders.recorded).toEqual([]);
  });

  test.each(['/message', '/chats/c1/events', '/chat/', '/chatter', '/docs'])(
    'hands %s to an ingress, with its body',
    async (url) => {
      const headers = ['Api-Token: secret', 'Idempotency-Key: k1', 'Content-Length: 12'];
      expect(await ask(`POST ${url}`, headers, '{"text":"a"}')).toBe(200);
      expect(recorders.recorded).toMatchObject([
        {
          to: 'ingress',
          method: 'POST',
          url,
          headers: { 'api-token': 'secret', 'idempotency-key': 'k1', host: 'chat.example' },
          body: '{"text":"a"}',
        },
      ]);
      expect(recorders.recorded[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
    },
  );

  test('takes a token of 4 KiB', async () => {
    const token = 'x'.repeat(4096);
    const headers = upgrade.map((header) => header.replace('a.b.c', token));
    expect(await ask('GET /chat', headers)).toBe(401);
    expect(recorders.recorded[0]?.headers['sec-websocket-protocol']).toBe(`bearer, ${token}`);
  });
});
