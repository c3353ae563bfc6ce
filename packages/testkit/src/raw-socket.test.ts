import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openChat, openDesk, UpgradeRefused } from './raw-socket.ts';
import { mintToken } from './token.ts';

const http = () => createServer((_request, response) => response.writeHead(404).end());
let server: ReturnType<typeof http>;
let sockets: WebSocketServer;
let url = '';
const upgrades: { url: string; headers: Record<string, unknown> }[] = [];
let onConnection: (socket: WebSocket) => void = () => {};

beforeEach(async () => {
  server = http().listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    upgrades.push({ url: request.url ?? '', headers: request.headers });
    if (request.url?.includes('refuse')) {
      return void socket.end(
        'HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 4\r\n\r\nbusy',
      );
    }
    sockets.handleUpgrade(request, socket, head, (ws) => onConnection(ws));
  });
});

afterEach(() => {
  upgrades.length = 0;
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

describe('opening', () => {
  test('the token goes as the subprotocol pair, and the chat and the rest in the query', async () => {
    const socket = await openChat({ url, token: 'abc', chatId: 'c 1', query: { history: 3 } });
    expect(upgrades).toMatchObject([
      { url: '/chat?chat_id=c+1&history=3', headers: { 'sec-websocket-protocol': 'bearer,abc' } },
    ]);
    expect(socket.ws.protocol).toBe('bearer');
  });

  test('the token goes as a header or in the query when wanted', async () => {
    await openDesk({ url, token: 'abc', tokenBy: 'header' });
    await openDesk({ url, token: 'abc', tokenBy: 'query' });
    expect(upgrades[0]!.headers).toMatchObject({ authorization: 'Bearer abc' });
    expect(upgrades[1]!.url).toBe('/broadcast?token=abc');
  });

  test('a refused upgrade gives status, headers and body', async () => {
    const refused = openChat({ url, query: { refuse: 1 } });
    await expect(refused).rejects.toBeInstanceOf(UpgradeRefused);
    await expect(refused).rejects.toMatchObject({
      status: 503,
      body: 'busy',
      headers: { 'retry-after': '2' },
    });
  });
});

describe('frames', () => {
  const sendOnConnect = (...frames: unknown[]) => {
    onConnection = (socket) => frames.forEach((frame) => socket.send(JSON.stringify(frame)));
  };

  test('next gives each fitting frame once and in order, also those that came before the question', async () => {
    sendOnConnect(
      { event: 'connected', data: {} },
      { event: 'pong', data: { n: 1 } },
      { event: 'pong', data: { n: 2 } },
    );
    const socket = await openChat({ url });
    expect((await socket.next(({ data }) => data.n === 2)).data.n).toBe(2);
    expect((await socket.next('pong')).data.n).toBe(1);
    await expect(socket.next('pong', 20)).rejects.toThrow(
      /20 ms passed without pong; received: connected, pong, pong/,
    );
    expect(socket.all('pong')).toHaveLength(2);
  });

  test('next fails as soon as the socket closes', async () => {
    onConnection = (socket) => setTimeout(() => socket.close(4503, 'replaced'), 10);
    const socket = await openChat({ url });
    await expect(socket.next('connected')).rejects.toThrow('closed with 4503 without connected');
    expect(await socket.closed).toEqual({ code: 4503, reason: 'replaced' });
  });

  test('what is sent arrives as it was given, text or binary', async () => {
    const received: [string, boolean][] = [];
    onConnection = (socket) =>
      socket.on('message', (data, isBinary) =>
        received.push([(data as Buffer).toString(), isBinary]),
      );
    const socket = await openChat({ url });
    socket.sendFrame('ping', {}, 'r1');
    socket.sendRaw('{not json');
    socket.sendRaw(Buffer.from('bytes'));
    await socket.close();
    expect(received).toEqual([
      ['{"event":"ping","data":{},"id":"r1"}', false],
      ['{not json', false],
      ['bytes', true],
    ]);
  });

  test('a frame that is no JSON object is kept apart', async () => {
    onConnection = (socket) => socket.send('nonsense');
    const socket = await openChat({ url });
    await socket.close();
    expect(socket.oddities).toEqual(['nonsense']);
  });
});

test('a minted token is a valid HS256 token with its claims and an end', async () => {
  const secret = new TextEncoder().encode('s'.repeat(32));
  const token = await mintToken('s'.repeat(32), { sub: '5', role: 'client', chat_id: 'c1' });
  const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
  expect(payload).toMatchObject({ sub: '5', role: 'client', chat_id: 'c1' });
  const expired = await mintToken('s'.repeat(32), { sub: '5', role: 'client' }, -1);
  await expect(jwtVerify(expired, secret)).rejects.toThrow('exp');
});
