import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { createLogger } from './logger.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1In0.c2lnbmF0dXJlLXBhcnQ';
const apiToken = 'sk-live-7f3a';
const password = 'r3d1s-pa55';

const capture = (secrets: readonly string[] = []) => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({
    name: 'edge',
    version: '1.2.3',
    level: 'debug',
    secrets,
    destination,
  });
  return { logger, lines };
};

const leaks: [string, unknown][] = [
  ['an Authorization header', { headers: { authorization: `Bearer ${apiToken}` } }],
  ['an Api-Token header in any case', { req: { headers: { 'Api-Token': apiToken } } }],
  ['a subprotocol pair', { headers: { 'sec-websocket-protocol': `bearer, ${apiToken}` } }],
  ['a list of subprotocols', { headers: { 'sec-websocket-protocol': ['bearer', apiToken] } }],
  ['a token in a URL', { url: `/chat?chat_id=1&token=${apiToken}&since=2` }],
  ['the password of a Redis URL', { redis: `redis://default:${password}@cache:6379/0` }],
  ['a password without a user', { redis: `redis://:${password}@cache:6379` }],
  ['the authentication secret', { config: { AUTH_SECRET: apiToken } }],
  ['a token with a quote in it', { config: { auth_secret: `${apiToken}"x, ${apiToken}` } }],
  ['a bare JWT anywhere', { note: `refused ${jwt}` }],
  ['raw header lines', { head: `GET / HTTP/1.1\r\nApi-Token: ${apiToken}\r\nHost: a` }],
  ['JSON inside a string', { body: JSON.stringify({ authorization: `Basic ${apiToken}` }) }],
  ['an error', { err: new Error(`connect redis://u:${password}@h: token=${apiToken}`) }],
];

/** As ioredis makes them: the command that failed stands on the error. */
const redisError = () =>
  Object.assign(new Error('WRONGPASS'), {
    command: { name: 'auth', args: ['edge', password, `text of ${apiToken}`] },
  });

describe('createLogger', () => {
  test.each([
    ['err', () => ({ err: redisError() })],
    ['another field', () => ({ error: redisError() })],
  ])('hides what a failed command of Redis was about, as %s', (_what, fields) => {
    const { logger, lines } = capture();
    logger.error(fields(), 'failed');
    expect(lines.join('')).not.toMatch(new RegExp(`${apiToken}|${password}`));
    expect(lines.join('')).toContain('"name":"auth"');
  });

  test.each([
    ['backslashes', '\\'.repeat(16_000)],
    ['schemes', 'a.'.repeat(16_000)],
    ['open quotes', '"token":"'.repeat(4_000)],
    ['headers without an end', `authorization${' '.repeat(16_000)}`],
  ])('takes bounded time for a text of %s', (_what, hostile) => {
    const { logger, lines } = capture();
    const startedMs = performance.now();
    logger.warn({ hostile, cut: `${'x'.repeat(4_090)}"token":"${apiToken}` }, hostile);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(lines[0]!.length).toBeLessThan(30_000);
    expect(lines[0]).not.toContain(apiToken);
  });

  test('writes one JSON line with level, time, name and version', () => {
    const { logger, lines } = capture();
    logger.info({ rooms: 3 }, 'ready');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      name: 'edge',
      version: '1.2.3',
      rooms: 3,
      msg: 'ready',
    });
  });

  test.each(leaks)('lets %s not get out, and the line stays JSON', (_what, fields) => {
    const { logger, lines } = capture();
    logger.warn(fields as object, 'line');
    logger.child({ bound: fields }).warn('child');
    logger.error(`as text: ${JSON.stringify(fields)}`);
    for (const line of lines) {
      expect(line).not.toMatch(new RegExp(`${apiToken}|${password}|${jwt}`));
      expect(JSON.parse(line)).toBeTypeOf('object');
    }
    expect(lines).toHaveLength(3);
  });

  test('keeps what stands around a credential readable', () => {
    const { logger, lines } = capture();
    logger.info(
      { url: `/chat?token=${apiToken}&since=7`, authorization: 'x', chat: 'c1' },
      'upgrade',
    );
    expect(JSON.parse(lines[0]!)).toMatchObject({
      url: '/chat?token=[redacted]&since=7',
      authorization: '[redacted]',
      chat: 'c1',
      msg: 'upgrade',
    });
  });

  const secretText = fc
    .string({ minLength: 8, maxLength: 40, unit: 'binary-ascii' })
    .map((text) => `~${text}~`);
  test.prop([secretText, fc.string(), fc.string()])(
    'hides a configured secret wherever it stands',
    (secret, before, after) => {
      const { logger, lines } = capture([secret]);
      logger.info({ deep: [{ text: `${before}${secret}${after}` }] }, `${after}${secret}`);
      const written = JSON.parse(lines[0]!) as { deep: [{ text: string }]; msg: string };
      expect(written.deep[0].text).not.toContain(secret);
      expect(written.msg).not.toContain(secret);
    },
  );
});
