/** What somebody outside tries at the ports: origins, heads, compression, and taking their time. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { mintToken } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { requestOf, upgrade, type UpgradeHeader } from './fuzz/upgrade-wire.ts';
import { raiseStage } from './stage.ts';

const origin = 'https://desk.example';
const stage = raiseStage({
  edges: 1,
  env: { ALLOWED_ORIGINS: origin, REQUEST_TIMEOUT_MS: '2000' },
});
const { backend, cast } = stage;

const portOf = (url: string) => Number(new URL(url).port);
const edgePort = () => portOf(stage.cluster.edges[0]!.url);

const connectWith = async (headers: readonly UpgradeHeader[]) => {
  const claims = { sub: 'u', role: 'client', chat_id: 'hardened' } as const;
  const token = await mintToken(stage.cluster.authSecret, claims);
  const head = requestOf('/chat', [
    { name: 'Authorization', value: `Bearer ${token}` },
    ...headers,
  ]);
  return upgrade(edgePort(), head);
};

describe('with a list of origins', () => {
  test.each([
    'null',
    'https://desk.example.',
    'https://desk.example:443',
    'https://desk.example:8443',
    'https://desk.example/',
    'https://desk.example@evil.example',
    'https://desk.example.evil.example',
    'https://evildesk.example',
    'https://evil.example/?https://desk.example',
    'HTTPS://DESK.EXAMPLE',
    'http://desk.example',
    'https://desk.example, https://evil.example',
    'https://desk.example https://evil.example',
    'file://',
    '*',
  ])('a page of %s is refused', async (value) => {
    expect((await connectWith([{ name: 'Origin', value }])).status).toBe(403);
  });

  test('the first of several headers counts, and the right one comes in', async () => {
    const [evil, good] = ['https://evil.example', origin].map((value) => ({
      name: 'Origin',
      value,
    }));
    expect((await connectWith([evil!, good!])).status).toBe(403);
    expect((await connectWith([good!])).status).toBe(101);
  });
});

describe('compression', () => {
  test('is not agreed to', async () => {
    const value = 'permessage-deflate; client_max_window_bits';
    const { status, headers } = await connectWith([{ name: 'Sec-WebSocket-Extensions', value }]);
    expect(status).toBe(101);
    expect(headers.has('sec-websocket-extensions')).toBe(false);
  });

  test('is refused where it is used all the same: a small frame cannot become a large one', async () => {
    const bad = await cast.visitor('hardened-2');
    // oxlint-disable-next-line no-underscore-dangle -- `ws` gives its connection by no other name
    const socket = (bad.ws as unknown as { _socket: Socket })._socket;
    // RSV1 of a masked text frame.
    socket.write(Buffer.from([0xc1, 0x82, 1, 2, 3, 4, 0x78, 0x9c]));
    expect([1002, 1006]).toContain((await bad.closed).code);
  });
});

describe('who takes their time', () => {
  const silent = (port: number) => connect(port, '127.0.0.1').on('error', () => {});
  const dripping = (port: number, head: string, drop: string) => {
    const socket = silent(port);
    socket.write(head);
    const drip = setInterval(() => socket.write(drop), 300);
    socket.once('close', () => clearInterval(drip));
    return socket;
  };
  const gone = (sockets: readonly Socket[]) =>
    Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));

  test('is cut off at every port, and nobody else notices', async () => {
    const { ingress, apiToken } = stage.cluster;
    const ports = [edgePort(), portOf(ingress.url)];
    const visitor = await cast.visitor('hardened-3');
    const body = `POST /message HTTP/1.1\r\nHost: x\r\nApi-Token: ${apiToken}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`;
    const sockets = ports.flatMap((port) => [
      ...Array.from({ length: 100 }, () => silent(port)),
      ...Array.from({ length: 30 }, () => dripping(port, 'GET /chat HTTP/1.1\r\n', 'X: y\r\n')),
      ...Array.from({ length: 30 }, () => dripping(port, body, '{')),
    ]);
    const ended = gone(sockets);
    for (let round = 0; round < 5; round += 1) {
      const { event_id } = await backend.say('hardened-3');
      await visitor.next((frame) => frame.event_id === event_id, 5_000);
    }
    await ended;
    const { event_id } = await backend.say('hardened-3');
    expect((await visitor.next((frame) => frame.event_id === event_id)).event).toBe('messageAdded');
  });
});
