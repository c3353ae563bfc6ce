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

describe('createLogger', () => {
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
