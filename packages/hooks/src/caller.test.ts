import { once } from 'node:events';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openHookCaller, type HookCallerOptions } from './caller.ts';
import type { HookCall } from './contract.ts';
import { verify } from './signature.ts';
import {
  answerOf,
  certificate,
  openBackend,
  openRawBackend,
  openSecureBackend,
} from './test/servers.ts';

const secrets = ['a-secret-of-some-length', 'the-one-before-it'];

/** Far more than loopback takes, on a busy machine too. */
const longMs = 10_000;
/** For calls that are to run out of time. */
const shortMs = 150;

const open = async (url: string, options: Partial<HookCallerOptions> = {}) => {
  const caller = await openHookCaller({ url, secrets, userAgent: 'Switchboard/test', ...options });
  onTestFinished(() => caller.close());
  const call = (with_: Partial<HookCall> = {}) =>
    caller.call({ body: '{"a":1}', idempotencyKey: 'key-1', timeoutMs: longMs, ...with_ });
  return { call, close: () => caller.close() };
};

const json = (value: unknown) => ({ kind: 'json', value });
const network = (error: string) => ({ kind: 'failed', why: 'network', error });
const timeout = { kind: 'failed', why: 'timeout', error: 'timeout' };
const aborted = { kind: 'failed', why: 'aborted' };

describe('a call', () => {
  test('is one POST with the body as it is, the key, and a signature by every secret', async () => {
    const body = '{"text":"Grüße 👋"}';
    const seen: {
      method?: string;
      url?: string;
      headers: Record<string, unknown>;
      body: string;
    }[] = [];
    const origin = await openBackend((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method: method!, url: url!, headers, body: Buffer.concat(chunks).toString() });
        response.end('{"id":"m1"}');
      });
    });
    const nowMs = Date.parse('2026-11-23T07:00:00.900Z');
    const { call } = await open(`${origin}/hooks/send?tenant=7#x`, { nowMs: () => nowMs });

    expect(await call({ body, idempotencyKey: 'k-7' })).toEqual({
      kind: 'answered',
      status: 200,
      content: json({ id: 'm1' }),
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/hooks/send?tenant=7',
        headers: expect.objectContaining({
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': 'Switchboard/test',
          'idempotency-key': 'k-7',
          'content-length': String(Buffer.byteLength(body)),
        }),
        body,
      },
    ]);
    expect(seen[0]!.headers).not.toHaveProperty('authorization');
    const signature = seen[0]!.headers['switchboard-signature'] as string;
    const at = { nowS: Math.floor(nowMs / 1000), toleranceS: 0 };
    for (const secret of secrets) expect(verify(signature, body, [secret], at)).toBe(true);
  });

  test('proves itself with what the URL has before its host', async () => {
    let authorization: string | undefined;
    const origin = await openBackend((request, response) => {
      authorization = request.headers.authorization;
      response.end();
    });
    const { call } = await open(origin.replace('//', '//chat:p%40ss@'));
    await call();
    expect(authorization).toBe(`Basic ${Buffer.from('chat:p@ss').toString('base64')}`);
  });

  test('gives whatever status the backend answers with, and follows no redirect', async () => {
    let requests = 0;
    const origin = await openBackend((request, response) => {
      requests += 1;
      response.writeHead(Number(request.headers['idempotency-key']), { Location: '/elsewhere' });
      response.end();
    });
    const { call } = await open(origin);
    const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);
    for (const status of statuses)
      expect(await call({ idempotencyKey: String(status) })).toMatchObject({
        kind: 'answered',
        status,
      });
    expect(requests).toBe(statuses.length);
  });

  test('goes straight to the backend, whatever proxy the environment names', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])
      vi.stubEnv(name, 'http://127.0.0.1:9');
    onTestFinished(() => void vi.unstubAllEnvs());
    const origin = await openBackend((_, response) => response.end());
    const { call } = await open(origin);
    expect(await call()).toMatchObject({ status: 200, content: { kind: 'none' } });
  });

  test('uses a connection again, and no more of them than it may', async () => {
    const backend = await openRawBackend((socket) => {
      setTimeout(() => socket.write(answerOf(200, '')), 5);
    });
    const { call } = await open(backend.origin, { connectionsMax: 3 });
    const replies = await Promise.all(Array.from({ length: 30 }, () => call()));
    expect(replies.every((reply) => reply.kind === 'answered')).toBe(true);
    expect(backend.requests).toHaveLength(30);
    expect(backend.connections.length).toBeLessThanOrEqual(3);
  });
});

describe('a backend behind TLS', () => {
  test('gets nothing while nobody vouches for it', async () => {
    let requests = 0;
    const origin = await openSecureBackend((_, response) => {
      requests += 1;
      response.end();
    });
    const { call } = await open(origin);
    expect(await call()).toEqual(network('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(requests).toBe(0);
  });

  test('is called over HTTP/1.1, again and again over one connection', async () => {
    const known = getCACertificates();
    setDefaultCACertificates([...known, certificate]);
    onTestFinished(() => setDefaultCACertificates(known));
    const seen = new Set<unknown>();
    const origin = await openSecureBackend(({ httpVersion, socket }, response) => {
      seen.add(socket);
      response.end(JSON.stringify({ httpVersion }));
    });
    const { call } = await open(origin, { connectionsMax: 1 });
    for (let times = 0; times < 3; times += 1)
      expect(await call()).toMatchObject({ status: 200, content: json({ httpVersion: '1.1' }) });
    expect(seen.size).toBe(1);
  });
});

describe('an answer', () => {
  const answeredWith = async (answer: string | Buffer, options?: Partial<HookCallerOptions>) => {
    const backend = await openRawBackend((socket) => socket.write(answer));
    return (await open(backend.origin, options)).call({ timeoutMs: longMs });
  };
  const bytes = (body: Buffer) =>
    Buffer.concat([Buffer.from(answerOf(200, '').replace('0\r', `${body.length}\r`)), body]);

  test.each([
    ['an object without a Content-Type', answerOf(200, '{"text":"é"}'), json({ text: 'é' })],
    ['a list', answerOf(200, '[]'), json([])],
    ['null', answerOf(200, 'null'), json(null)],
    ['an object after a byte order mark', answerOf(200, '\u{FEFF}{"a":1}'), json({ a: 1 })],
    ['white space', answerOf(200, ' \r\n'), { kind: 'none' }],
    ['nothing', answerOf(200, ''), { kind: 'none' }],
    ['words', answerOf(200, 'OK'), { kind: 'unreadable' }],
    [
      'a page',
      answerOf(200, '<html></html>', ['Content-Type: application/json']),
      { kind: 'unreadable' },
    ],
    ['half an object', answerOf(200, '{"a":'), { kind: 'unreadable' }],
    ['what is no UTF-8', bytes(Buffer.from('{"a":"\u00FF"}', 'latin1')), { kind: 'unreadable' }],
    ['what is compressed', bytes(gzipSync('{"a":1}')), { kind: 'unreadable' }],
  ])('may hold %s', async (_, answer, content) => {
    expect(await answeredWith(answer)).toEqual({ kind: 'answered', status: 200, content });
  });

  test.each([
    ['in seconds', ['Retry-After: 7'], 7000],
    [
      'as a date',
      ['Date: Mon, 23 Nov 2026 07:00:00 GMT', 'Retry-After: Mon, 23 Nov 2026 07:01:00 GMT'],
      60_000,
    ],
  ])('may say %s when to come back', async (_, headers, retryAfterMs) => {
    expect(await answeredWith(answerOf(503, '', headers))).toMatchObject({
      status: 503,
      retryAfterMs,
    });
  });

  test('may come after a 103, in pieces, and end with the connection', async () => {
    const pieces = Buffer.from(
      `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\n\r\n{"text":"é👋"}`,
    );
    const backend = await openRawBackend((socket) => {
      let at = 0;
      const next = () => {
        if (at === pieces.length) return void socket.end();
        socket.write(pieces.subarray(at, (at += 1)), () => setImmediate(next));
      };
      next();
    });
    const { call } = await open(backend.origin);
    expect(await call()).toEqual({ kind: 'answered', status: 201, content: json({ text: 'é👋' }) });
  });

  test('that is too long keeps its status, and is not read to its end', async () => {
    let written = 0;
    let closed: Promise<unknown> | undefined;
    const backend = await openRawBackend((socket) => {
      closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write('HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = () => {
        if (socket.destroyed) return;
        written += 65_536;
        socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`, () => setImmediate(more));
      };
      more();
    });
    const { call } = await open(backend.origin, { answerMaxBytes: 100_000 });
    expect(await call()).toEqual({
      kind: 'answered',
      status: 422,
      content: { kind: 'unreadable' },
    });
    await closed;
    expect(written).toBeLessThan(50_000_000);
  });

  test('may be as long as allowed', async () => {
    const body = JSON.stringify('x'.repeat(98));
    expect(await answeredWith(answerOf(200, body), { answerMaxBytes: 100 })).toMatchObject({
      content: { kind: 'json' },
    });
    expect(await answeredWith(answerOf(200, body), { answerMaxBytes: 99 })).toMatchObject({
      content: { kind: 'unreadable' },
    });
  });
});

describe('a backend that fails', () => {
  test.each([
    ['says nothing', ''],
    ['sends half of its head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['sends a head and no body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['stops within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"a'],
    ['only ever says that it will', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('is cut after the time of the call if it %s', async (_, begin) => {
    const backend = await openRawBackend((socket) => socket.write(begin));
    const { call } = await open(backend.origin);
    expect(await call({ timeoutMs: shortMs })).toEqual(timeout);
    const [socket] = backend.connections;
    if (!socket!.destroyed) await once(socket!.resume(), 'end');
  });

  test('is cut after the time of the call though it sends a byte now and then', async () => {
    const backend = await openRawBackend((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
      socket.on('end', () => socket.destroy());
    });
    const { call } = await open(backend.origin);
    expect(await call({ timeoutMs: shortMs })).toEqual(timeout);
  });

  test('is given up while its connection is not made', async () => {
    const backend = await openRawBackend(() => {});
    const { call } = await open(backend.origin.replace('http:', 'https:'));
    expect(await call({ timeoutMs: shortMs })).toEqual(timeout);
  });

  test('gets nothing of a call whose time was over before its turn', async () => {
    const backend = await openRawBackend((socket) => {
      if (backend.requests.length > 1) socket.write(answerOf(200, ''));
    });
    const { call } = await open(backend.origin, { connectionsMax: 1 });
    const first = call({ timeoutMs: 3 * shortMs });
    const second = call({ timeoutMs: shortMs, body: '"late"' });
    expect(await second).toEqual(timeout);
    const third = call({ body: '"third"' });
    expect(await first).toEqual(timeout);
    expect(await third).toMatchObject({ status: 200 });
    expect(backend.requests.map((text) => text.split('\r\n\r\n')[1])).toEqual([
      '{"a":1}',
      '"third"',
    ]);
    expect(backend.connections).toHaveLength(2);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'HTTPParserError'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    ],
    [
      'a chunk without a size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'HTTPParserError',
    ],
    [
      'an endless head',
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n`,
      'UND_ERR_HEADERS_OVERFLOW',
    ],
    [
      'another protocol',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'UND_ERR_SOCKET',
    ],
  ])('by answering %s has not answered', async (_, answer, error) => {
    const backend = await openRawBackend((socket) => socket.write(answer));
    const { call } = await open(backend.origin);
    expect(await call()).toEqual(network(error));
  });

  test.each([
    ['before an answer', ''],
    ['within the head', 'HTTP/1.1 200 OK\r\nConte'],
    ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"a'],
  ])('by closing a new connection %s is not asked again by itself', async (_, begin) => {
    const backend = await openRawBackend((socket) => socket.end(begin));
    const { call } = await open(backend.origin);
    expect(await call()).toMatchObject({ kind: 'failed', why: 'network' });
    expect(backend.requests).toHaveLength(1);
  });

  test('by resetting a new connection is not asked again by itself', async () => {
    const backend = await openRawBackend((socket) => void socket.resetAndDestroy());
    const { call } = await open(backend.origin);
    expect(await call()).toEqual(network('ECONNRESET'));
    expect(backend.requests).toHaveLength(1);
  });

  test('is not there', async () => {
    const { call } = await open('http://127.0.0.1:1');
    expect(await call()).toEqual(network('ECONNREFUSED'));
  });

  test('has a name that nobody knows', async () => {
    const { call } = await open('http://backend.invalid');
    const reply = await call();
    expect(reply).toMatchObject({ kind: 'failed' });
    expect(['ENOTFOUND', 'EAI_AGAIN', 'timeout']).toContain('error' in reply && reply.error);
  });

  test('answers again when it is back', async () => {
    const backend = await openRawBackend((socket) =>
      backend.requests.length < 4 ? socket.resetAndDestroy() : socket.write(answerOf(200, '')),
    );
    const { call } = await open(backend.origin);
    const kinds = [];
    for (let times = 0; times < 5; times += 1) kinds.push((await call()).kind);
    expect(kinds).toEqual(['failed', 'failed', 'failed', 'answered', 'answered']);
  });
});

describe('a connection that lay idle', () => {
  test.each([
    ['is closed', 'end'],
    ['is reset', 'resetAndDestroy'],
  ] as const)('and %s as the next call is sent costs no try', async (_, close) => {
    const backend = await openRawBackend((socket, nth) => {
      if (nth === 1) socket.write(answerOf(200, `{"connection":${backend.connections.length}}`));
      else socket[close]();
    });
    const { call } = await open(backend.origin, { connectionsMax: 1 });
    expect(await call()).toMatchObject({ content: json({ connection: 1 }) });
    expect(await call({ idempotencyKey: 'second' })).toMatchObject({
      content: json({ connection: 2 }),
    });
    const second = backend.requests.slice(1);
    expect(second).toHaveLength(2);
    expect(second[0]).toBe(second[1]);
    expect(second[0]).toContain('second');
  });

  test('is replaced once: a backend that closes every one has failed', async () => {
    const backend = await openRawBackend((socket) =>
      backend.requests.length === 1 ? socket.write(answerOf(200, '')) : socket.end(),
    );
    const { call } = await open(backend.origin, { connectionsMax: 1 });
    await call();
    expect(await call()).toMatchObject({ kind: 'failed', why: 'network' });
    expect(backend.requests).toHaveLength(3);
  });

  test('and broke within an answer is not replaced', async () => {
    const backend = await openRawBackend((socket, nth) =>
      nth === 1 ? socket.write(answerOf(200, '')) : socket.end('HTTP/1.1 200 OK\r\nCont'),
    );
    const { call } = await open(backend.origin, { connectionsMax: 1 });
    await call();
    expect(await call()).toMatchObject({ kind: 'failed', why: 'network' });
    expect(backend.requests).toHaveLength(2);
  });

  test('and was closed meanwhile is not used', async () => {
    const backend = await openRawBackend((socket) => socket.end(answerOf(200, '')));
    const { call } = await open(backend.origin, { connectionsMax: 1 });
    for (let times = 0; times < 20; times += 1) expect((await call()).kind).toBe('answered');
    expect(backend.requests).toHaveLength(20);
  });
});

describe('an end', () => {
  test('by its signal is told at once, and takes the connection along', async () => {
    const backend = await openRawBackend(() => stop.abort());
    const stop = new AbortController();
    const { call } = await open(backend.origin);
    expect(await call({ signal: stop.signal })).toMatchObject(aborted);
    const [socket] = backend.connections;
    if (!socket!.destroyed) await once(socket!.resume(), 'end');
    expect(await call({ signal: stop.signal })).toMatchObject(aborted);
    expect(backend.requests).toHaveLength(1);
  });

  test('by its signal needs one listener, however many calls there were', async () => {
    const origin = await openBackend((_, response) => response.end());
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const { call } = await open(origin);
    for (let times = 0; times < 3; times += 1) await call({ signal });
    expect(added.mock.calls).toHaveLength(1);
  });

  test('by its signal is that of every call under way', async () => {
    const stop = new AbortController();
    const backend = await openRawBackend(() => backend.requests.length === 2 && stop.abort());
    const { call } = await open(backend.origin, { connectionsMax: 2 });
    const replies = [call({ signal: stop.signal }), call({ signal: stop.signal })];
    expect(await Promise.all(replies)).toMatchObject([aborted, aborted]);
  });

  test('of the caller ends every call, those that wait and those that come', async () => {
    const backend = await openRawBackend(() => void caller.close());
    const caller = await open(backend.origin, { connectionsMax: 1 });
    const replies = await Promise.all([caller.call(), caller.call(), caller.call()]);
    expect(replies).toMatchObject([aborted, aborted, aborted]);
    expect(await caller.call()).toMatchObject(aborted);
  });
});
