/** Who comes in and how everyone else is told, over a real edge. */
import { connect } from 'node:net';
import {
  openChat,
  openDesk,
  openSocket,
  UpgradeRefused,
  type OpenOptions,
} from '@switchboard/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges({
    env: { ALLOWED_ORIGINS: 'https://shop.example,null', BASE_PATH: '/support' },
  });
});
afterAll(() => edges.stop());

const origin = 'https://shop.example';
const client = (more: object = {}, expiresInS?: number) =>
  edges.token({ sub: 'u', role: 'client', chat_id: 'c', ...more }, expiresInS);
const operator = (more: object = {}) => edges.token({ sub: 'o', role: 'operator', ...more });

const refusal = async (opening: Promise<unknown>): Promise<UpgradeRefused> => {
  try {
    await opening;
  } catch (error) {
    if (error instanceof UpgradeRefused) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

const closing = async (options: Partial<OpenOptions> & { chatId?: string }, open = openChat) => {
  const socket = await open({ url: edges.url(), headers: { origin }, ...options });
  const closed = await socket.closed;
  return { ...closed, frames: socket.frames.length };
};

describe('a connect is admitted', () => {
  it.each(['subprotocol', 'header', 'query'] as const)('with its token by %s', async (tokenBy) => {
    const socket = await openChat({ url: edges.url(), token: await client(), tokenBy });
    expect(await socket.next('connected')).toMatchObject({
      data: { user: { id: 'u', role: 'client' } },
    });
    expect(socket.ws.protocol).toBe(tokenBy === 'subprotocol' ? 'bearer' : '');
    await socket.close();
  });

  it('from an allowed origin, also the null of pages from files', async () => {
    for (const allowed of [origin, 'null']) {
      const socket = await openChat({
        url: edges.url(),
        token: await client(),
        headers: { origin: allowed },
      });
      expect(await socket.next('connected')).toMatchObject({ data: { chat_id: 'c' } });
      await socket.close();
    }
  });

  it("by Node's own WebSocket with the subprotocol pair", async () => {
    const socket = new WebSocket(`${edges.url()}/chat`, ['bearer', await client()]);
    const first = await new Promise<string>((resolve, reject) => {
      socket.addEventListener('message', (event) => resolve(String(event.data)), { once: true });
      socket.addEventListener('error', () => reject(new Error('refused')));
    });
    expect(JSON.parse(first)).toMatchObject({ event: 'connected' });
    expect(socket.protocol).toBe('bearer');
    socket.close();
  });

  it('with a token of 4 KiB', async () => {
    const token = await client({ name: 'x'.repeat(2_850) });
    expect(token.length).toBeGreaterThan(3_900);
    const socket = await openChat({ url: edges.url(), token });
    await socket.next('connected');
    await socket.close();
  });

  it('with numeric ids, which are the same as their texts', async () => {
    const token = await edges.token({ sub: 7 as never, role: 'client', chat_id: 5 as never });
    const socket = await openChat({ url: edges.url(), token, chatId: '5' });
    expect(await socket.next('connected')).toMatchObject({
      data: { chat_id: '5', user: { id: '7' } },
    });
    await socket.close();
  });
});

describe('without an Origin header a connect is refused by status', () => {
  it('400: an operator without a room', async () => {
    const refused = await refusal(openChat({ url: edges.url(), token: await operator() }));
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'chat_id' }],
    });
  });

  it('400: a history above the limit, and not at it', async () => {
    const token = await client();
    const socket = await openChat({ url: edges.url(), token, query: { history: 200 } });
    await socket.next('caughtUp');
    await socket.close();
    expect(
      (await refusal(openChat({ url: edges.url(), token, query: { history: 201 } }))).status,
    ).toBe(400);
    expect(
      (await refusal(openChat({ url: edges.url(), token, query: { history: '1x' } }))).status,
    ).toBe(400);
  });

  it('400: an id above the limit, and not at it', async () => {
    const token = await operator();
    const socket = await openChat({ url: edges.url(), token, chatId: 'x'.repeat(128) });
    await socket.next('connected');
    await socket.close();
    expect(
      (await refusal(openChat({ url: edges.url(), token, chatId: 'x'.repeat(129) }))).status,
    ).toBe(400);
  });

  it('400: an app that holds a control character', async () => {
    const token = await operator();
    const refused = await refusal(
      openDesk({ url: edges.url(), token, query: { app: 'console/1.0\n' } }),
    );
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'app' }],
    });
  });

  it('401: no token, a forged one, an expired one, one without exp', async () => {
    const forged = `${(await client()).slice(0, -4)}AAAA`;
    const forever = await new SignJWT({ sub: 'u', role: 'client', chat_id: 'c' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(edges.cluster.authSecret));
    for (const token of [undefined, forged, await client({}, -1), forever]) {
      const refused = await refusal(openChat({ url: edges.url(), ...(token && { token }) }));
      expect(refused.status).toBe(401);
      expect(JSON.parse(refused.body)).toMatchObject({ code: 'token_invalid', status: 401 });
      expect(refused.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('401: a client whose token names no room, an unknown role', async () => {
    for (const claims of [{ chat_id: undefined }, { role: 'admin' }, { sub: '' }, { sub: 1.5 }]) {
      expect(
        (await refusal(openChat({ url: edges.url(), token: await client(claims) }))).status,
      ).toBe(401);
    }
  });

  it('403: another room, a client on /broadcast, a room that the operator may not join', async () => {
    const url = edges.url();
    expect((await refusal(openChat({ url, token: await client(), chatId: 'other' }))).status).toBe(
      403,
    );
    expect((await refusal(openDesk({ url, token: await client() }))).status).toBe(403);
    const token = await operator({ chats: ['a'] });
    expect((await refusal(openChat({ url, token, chatId: 'b' }))).status).toBe(403);
    const allowed = await openChat({ url, token, chatId: 'a' });
    await allowed.next('connected');
    await allowed.close();
  });

  it('404: another path', async () => {
    const url = edges.url();
    const token = await client();
    for (const path of ['/', '/chats', '/chat/', '/Chat']) {
      expect((await refusal(openSocket(path, { url, token }))).status).toBe(404);
    }
    const outside = url.replace('/support', '');
    expect((await refusal(openSocket('/chat', { url: outside, token }))).status).toBe(404);
  });

  it('426: a request that is no upgrade', async () => {
    for (const path of ['/chat', '/broadcast']) {
      const response = await fetch(edges.url().replace('ws:', 'http:') + path);
      expect(response.status).toBe(426);
      expect(response.headers.get('upgrade')).toBe('websocket');
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'upgrade_required' });
    }
  });
});

describe('a browser is refused', () => {
  it('403 by status: an origin that is not allowed, however alike', async () => {
    const foreign = [
      'https://evil.example',
      'http://shop.example',
      'https://shop.example:8443',
      'https://shop.example.evil.example',
      'https://notshop.example',
      'HTTPS://SHOP.EXAMPLE',
    ];
    for (const headers of foreign.map((name) => ({ origin: name }))) {
      expect(
        (await refusal(openChat({ url: edges.url(), token: await client(), headers }))).status,
      ).toBe(403);
    }
  });

  it('by 4505: no token or a wrong one', async () => {
    expect(await closing({})).toMatchObject({ code: 4505, frames: 0 });
    expect(await closing({ token: 'no.jwt.here' })).toMatchObject({ code: 4505, frames: 0 });
  });

  it('by 4004: an expired token', async () => {
    expect(await closing({ token: await client({}, -1) })).toMatchObject({ code: 4004, frames: 0 });
  });

  it('by 4504: a room or a socket that the token does not allow', async () => {
    expect(await closing({ token: await client(), chatId: 'other' })).toMatchObject({
      code: 4504,
      frames: 0,
    });
    expect(await closing({ token: await client() }, openDesk)).toMatchObject({
      code: 4504,
      frames: 0,
    });
  });

  it('by 4500: a revoked token', async () => {
    const token = await client({ sub: 'revoked' });
    const socket = await openChat({ url: edges.url(), token });
    await socket.next('connected');
    expect(
      await edges.bus.control.ask({ kind: 'disconnect', userId: 'revoked', revoke: true }, 2_000),
    ).toBe(1);
    expect(await socket.next('disconnecting')).toMatchObject({
      data: { reason: 'kicked', reconnect: false },
    });
    expect(await socket.closed).toMatchObject({ code: 4501, reason: 'kicked' });
    expect(await closing({ token })).toMatchObject({ code: 4500, frames: 0 });
    const fresh = await openChat({
      url: edges.url(),
      token: await client({ sub: 'revoked', jti: '2' }),
    });
    await fresh.next('connected');
    await fresh.close();
  });
});

describe('a request head', () => {
  const ask = (headers: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(edges.url());
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET /support/chat HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`);
      });
      let text = '';
      socket.setTimeout(3_000, () => socket.destroy(new Error('no answer')));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text.split('\r\n')[0]!));
      socket.on('error', reject);
    });

  /** The lines that `ask` writes around the headers. */
  const aroundBytes = 'GET /support/chat HTTP/1.1\r\nHost: x\r\n\r\n\r\n'.length;

  it('may have 16 KiB and not a byte more', async () => {
    const filler = (bytes: number) => `X: ${'x'.repeat(bytes - aroundBytes - 'X: '.length)}`;
    expect(await ask(filler(16_384))).toBe('HTTP/1.1 426 Upgrade Required');
    expect(await ask(filler(16_385))).toMatch(/^HTTP\/1\.1 431/u);
  });

  it('may have 98 headers and not one more', async () => {
    const headers = (count: number) =>
      Array.from({ length: count - 1 }, (_, index) => `X-${index}: y`).join('\r\n');
    expect(await ask(headers(98))).toBe('HTTP/1.1 426 Upgrade Required');
    expect(await ask(headers(99))).toMatch(/^HTTP\/1\.1 431/u);
  });
});
