/** Every error answer of the contract, over a real connection. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { problemCodes } from '@switchboard/protocol';
import { problem } from '@switchboard/protocol';
import { startRedis } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  edgeStats,
  startIngress,
  uniqueId,
  type Answer,
  type IngressUnderTest,
} from './test/ingress-under-test.ts';

let ingress: IngressUnderTest;

beforeAll(async () => {
  ingress = await startIngress({
    API_TOKENS: 'billing:first-token,billing:second-token,bare-token-1',
  });
});

afterAll(() => ingress.stop());

const token = { 'api-token': 'first-token' };
const json = { ...token, 'content-type': 'application/json' };
const message = (chatId = uniqueId('chat')) => ({
  id: 1,
  chat_id: chatId,
  type: 'standard',
  text: 'x',
});

const expectProblem = (answer: Answer, status: number, code: (typeof problemCodes)[number]) => {
  expect({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problem.parse(answer.body)).toEqual(answer.body);
  expect(answer.body.status).toBe(status);
};

describe('401', () => {
  const operations = [
    ['POST', '/message'],
    ['PUT', '/message'],
    ['PATCH', '/message'],
    ['POST', '/update/chat'],
    ['POST', '/update/operators'],
    ['POST', '/global'],
    ['POST', '/notifications/chat'],
    ['GET', '/online-users'],
    ['GET', '/chats/c/events'],
    ['GET', '/chats/c/members'],
    ['POST', '/sessions/disconnect'],
    ['POST', '/batch'],
    ['GET', '/nodes'],
    ['POST', '/nodes/n/drain'],
  ] as const;

  test.each(operations)(
    '%s %s without a token, before anything else is looked at',
    async (method, path) => {
      const headers = { 'api-token': '', 'content-type': 'text/plain' };
      const body = method === 'GET' ? undefined : 'not json';
      const answer = await ingress.call(method, path, { headers, ...(body && { body }) });
      expectProblem(answer, 401, 'token_invalid');
      expect(answer.headers.get('www-authenticate')).toBe('ApiToken');
    },
  );

  test.each(['first-toke', 'first-token2', 'billing:first-token', 'FIRST-TOKEN', 'billing', 'é'])(
    'for the token %j',
    async (wrong) => {
      expectProblem(
        await ingress.call('GET', '/nodes', { headers: { 'api-token': wrong } }),
        401,
        'token_invalid',
      );
    },
  );

  test.each(['first-token', 'second-token', 'bare-token-1'])('not for %s', async (right) => {
    expect((await ingress.call('GET', '/nodes', { headers: { 'api-token': right } })).status).toBe(
      200,
    );
  });

  test.each([
    '/health/live',
    '/health/ready',
    '/docs',
    '/docs/async',
    '/openapi.json',
    '/asyncapi.json',
  ])('not for %s, which needs no token', async (path) => {
    expect((await ingress.call('GET', path, { headers: { 'api-token': '' } })).status).toBe(200);
  });
});

describe('400', () => {
  test.each([
    ['half an object', '{"id":1'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a comment', '{/**/}'],
    ['NaN', '{"id":NaN}'],
    ['a raw NUL', '{"id":"a\u0000b"}'],
    ['a byte order mark', '\ufeff{}'],
    ['a prototype key', '{"__proto__":{"x":1}}'],
    ['a prototype key in disguise, deep in it', '{"a":[{"\\u005f_proto__":{"x":1}}]}'],
    ['a constructor that has a prototype', '{"constructor":{"prototype":{}}}'],
  ])('for %s as body', async (_name, body) => {
    expectProblem(
      await ingress.call('POST', '/message', { body, headers: json }),
      400,
      'malformed',
    );
  });

  test('for bytes that are no UTF-8', async () => {
    const body = Buffer.from('{"id":"\xff"}', 'latin1');
    expectProblem(
      await ingress.call('POST', '/message', { body, headers: json }),
      400,
      'malformed',
    );
  });

  test('for a path that is no URL', async () => {
    expectProblem(
      await ingress.call('GET', '/chats/%E0%A4%A/events', { headers: token }),
      400,
      'malformed',
    );
  });
});

describe('404', () => {
  test.each([
    '/nowhere',
    '/message/1',
    '/messages',
    '/',
    '//message',
    '/docs/../message/x',
    '/chats//events/x',
  ])('for %s', async (path) => {
    expectProblem(await ingress.call('GET', path, { headers: token }), 404, 'not_found');
  });
});

describe('405', () => {
  test.each([
    ['GET', '/message', 'PATCH, POST, PUT'],
    ['DELETE', '/message', 'PATCH, POST, PUT'],
    ['OPTIONS', '/message', 'PATCH, POST, PUT'],
    ['PUT', '/global', 'POST'],
    ['POST', '/online-users', 'GET, HEAD'],
    ['POST', '/chats/c/members', 'GET, HEAD'],
    ['DELETE', '/docs/async', 'GET, HEAD'],
  ])('for %s %s, with what is allowed', async (method, path, allow) => {
    const answer = await ingress.call(method, path, {
      headers: { ...token, 'content-type': 'text/plain' },
    });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')?.split(', ').sort().join(', ')).toBe(allow);
  });
});

describe('413', () => {
  const ofBytes = (bytes: number) => {
    const body = JSON.stringify({ ...message(), filler: '' });
    return body.replace('"filler":""', `"filler":"${'x'.repeat(bytes - body.length)}"`);
  };

  test('for a body of 256 KiB and a byte, and not for one of 256 KiB', async () => {
    const answers = await Promise.all(
      [262_144, 262_145].map((bytes) =>
        ingress.call('POST', '/message', { body: ofBytes(bytes), headers: json }),
      ),
    );
    expect(answers[0]?.status).toBe(200);
    expectProblem(answers[1] as Answer, 413, 'body_too_large');
  });

  test('for a batch of 4 MiB and a byte, and not for one of 4 MiB', async () => {
    const ofBatch = (bytes: number) => `[${' '.repeat(bytes - 2)}]`;
    const call = (bytes: number) =>
      ingress.call('POST', '/batch', { body: ofBatch(bytes), headers: json });
    expect((await call(4_194_304)).status).toBe(200);
    expectProblem(await call(4_194_305), 413, 'body_too_large');
  });

  test.each([
    ['POST', '/message', 262_144],
    ['PUT', '/message', 262_144],
    ['POST', '/update/chat', 262_144],
    ['POST', '/global', 262_144],
    ['POST', '/notifications/chat', 262_144],
    ['POST', '/sessions/disconnect', 262_144],
    ['POST', '/update/operators', 4_194_304],
  ])('for %s %s of one byte more than %i, which is looked at', async (method, path, maxBytes) => {
    const call = (bytes: number) =>
      ingress.call(method, path, { body: `"${'x'.repeat(bytes - 2)}"`, headers: json });
    expectProblem(await call(maxBytes), 422, 'validation_failed');
    expectProblem(await call(maxBytes + 1), 413, 'body_too_large');
  });

  test('for a body that does not say how long it is', async () => {
    const send = (bytes: number) => {
      const halves = [1, bytes - 1].map((length) => new Uint8Array(length).fill(32));
      return fetch(`${ingress.url}/message`, {
        method: 'POST',
        headers: json,
        body: ReadableStream.from(halves),
        duplex: 'half',
      });
    };
    expect((await send(262_144)).status).toBe(400);
    expect((await send(262_145)).status).toBe(413);
  });
});

describe('415', () => {
  test.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'nonsense',
    'application/jsonp',
  ])('for %s', async (type) => {
    const answer = await ingress.call('POST', '/message', {
      body: '{}',
      headers: { ...token, 'content-type': type },
    });
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'not for %s',
    async (type) => {
      const answer = await ingress.call('POST', '/message', {
        body: message(),
        headers: { ...token, 'content-type': type },
      });
      expect(answer.status).toBe(200);
    },
  );

  test('for a compressed body', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' };
    expectProblem(
      await ingress.call('POST', '/message', { body: '{}', headers }),
      415,
      'unsupported_media_type',
    );
  });
});

describe('422', () => {
  test('for a call without a body', async () => {
    expectProblem(
      await ingress.call('POST', '/message', { headers: token }),
      422,
      'validation_failed',
    );
  });

  test('for a body that nests deeper than 64 levels, and not for 64', async () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(
      (await ingress.call('POST', '/global', { body: nested(64), headers: json })).status,
    ).toBe(200);
    expectProblem(
      await ingress.call('POST', '/global', { body: nested(65), headers: json }),
      422,
      'validation_failed',
    );
    expectProblem(
      await ingress.call('POST', '/global', { body: nested(40_000), headers: json }),
      422,
      'validation_failed',
    );
  });

  test('names no more fields than a person reads', async () => {
    const body = Array.from({ length: 400 }, () => ({ id: null }));
    const answer = await ingress.call('POST', '/update/operators', { body, headers: json });
    expect(answer.body.errors.length).toBeLessThanOrEqual(50);
  });
});

describe('broken HTTP', () => {
  const speak = async (text: string) => {
    const socket = connect(Number(new URL(ingress.url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    socket.write(text);
    await once(socket, 'close');
    return heard;
  };

  test('that is no HTTP is answered and cut', async () => {
    expect(await speak('HELLO\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"malformed"/u,
    );
  });

  test('with a head of 16 KiB is taken; when its URL and headers alone have them it is 431', async () => {
    const limit = 16_384;
    const filled = (head: string, bytes: number) =>
      `${head}X: ${'x'.repeat(bytes - head.length - 'X: \r\n\r\n'.length)}\r\n\r\n`;
    const start = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    expect(await speak(filled(start, limit))).toMatch(/^HTTP\/1\.1 200 /u);
    const counted = '/health/liveHostxConnectioncloseX'.length;
    const separators = `${start}X: \r\n\r\n`.length - counted;
    expect(await speak(filled(start, limit - 1 + separators))).toMatch(/^HTTP\/1\.1 200 /u);
    expect(await speak(filled(start, limit + separators))).toMatch(
      /^HTTP\/1\.1 431 [^]*application\/problem\+json[^]*"status":431/u,
    );
  });

  test('without a Host is 400, with a problem and the security headers', async () => {
    const heard = await speak('GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 400 /u);
    expect(heard).toContain('content-type: application/problem+json');
    expect(heard).toContain('x-content-type-options: nosniff');
    expect(heard).toContain('"code":"malformed"');
  });

  test('with an expectation that nobody knows is answered as without it', async () => {
    const expectation = 'Expect: the-unexpected\r\nConnection: close';
    const heard = await speak(`GET /health/live HTTP/1.1\r\nHost: x\r\n${expectation}\r\n\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 200 /u);
  });

  test('whose body breaks off is no defect of ours, wherever it goes', async () => {
    for (const line of ['POST /message', 'POST /nowhere', 'OPTIONS *']) {
      const socket = connect(Number(new URL(ingress.url).port), '127.0.0.1');
      const type = `Api-Token: ${ingress.apiToken}\r\nContent-Type: application/json`;
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: 100\r\n\r\n{`);
      await setTimeout(50);
      socket.resetAndDestroy();
    }
    await setTimeout(200);
    expect((await ingress.call('GET', '/health/ready')).status).toBe(200);
    expect(ingress.process.output()).not.toContain('"level":"error"');
  });

  test('with two lengths is 400', async () => {
    const head =
      'POST /message HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}';
    expect(await speak(head)).toMatch(/^HTTP\/1\.1 400 /u);
  });
});

describe('limits of a process', () => {
  test('429 with Retry-After for one call more than it takes at a time', async () => {
    const busy = await startIngress({
      MAX_CONCURRENT_REQUESTS: '1',
      DISCONNECT_TIMEOUT_MS: '1500',
    });
    const lease = await busy.bus.nodes.enter(uniqueId('node'), () => edgeStats);
    await expect
      .poll(async () => (await busy.bus.nodes.list()).length, { timeout: 10_000 })
      .toBe(1);
    const first = busy.post('/sessions/disconnect', { user_id: 1 });
    await expect
      .poll(async () => (await busy.call('GET', '/nodes')).status, { timeout: 10_000 })
      .toBe(429);
    const refused = await busy.call('GET', '/nodes');
    expectProblem(refused, 429, 'rate_limited');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await busy.call('GET', '/health/live')).status).toBe(200);
    expect((await first).body).toEqual({ disconnected: 0 });
    expect((await busy.call('GET', '/nodes')).status).toBe(200);
    await lease.release(0);
    await busy.stop();
  });

  test('408 for a body that does not come', async () => {
    const impatient = await startIngress({ REQUEST_TIMEOUT_MS: '1000' });
    const socket = connect(Number(new URL(impatient.url).port), '127.0.0.1');
    socket.write(
      `POST /message HTTP/1.1\r\nHost: x\r\nApi-Token: ${impatient.apiToken}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    await once(socket, 'close');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /u);
    await impatient.stop();
  }, 45_000);
});

test('503 with Retry-After while Redis is away, not ready, and well again afterwards', async () => {
  const redis = await startRedis();
  const alone = await startIngress({ REDIS_URL: redis.url, APPEND_TIMEOUT_MS: '500' });
  await redis.kill('SIGSTOP');
  const startedAt = performance.now();
  const answers = await Promise.all([
    alone.post('/message', message()),
    alone.post('/global', {}),
    alone.call('GET', '/chats/c/events'),
    alone.call('GET', '/online-users'),
    alone.post('/batch', [{ path: '/global', body: {} }]),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(8000);
  for (const answer of answers.slice(0, 4)) {
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect(answers[4]?.body[0]).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  await expect
    .poll(async () => (await alone.call('GET', '/health/ready')).status, { timeout: 8000 })
    .toBe(503);
  expect((await alone.call('GET', '/health/live')).status).toBe(200);
  await redis.kill('SIGCONT');
  await expect
    .poll(async () => (await alone.call('GET', '/health/ready')).status, { timeout: 8000 })
    .toBe(200);
  expect((await alone.post('/message', message())).status).toBe(200);
  await alone.stop();
  await redis.stop();
}, 45_000);
