import { describe, expect, test } from 'vitest';
import { readUpgradeAnswer, textFrame, upgradeRequest } from './upgrade.ts';

describe('upgrade', () => {
  test('asks for a WebSocket, with the token as a subprotocol when there is one', () => {
    const request = upgradeRequest({ port: 7001, path: '/broadcast', token: 'a.b.c' });
    expect(request).toMatch(/^GET \/broadcast HTTP\/1\.1\r\nHost: 127\.0\.0\.1:7001\r\n/);
    expect(request).toContain('\r\nSec-WebSocket-Protocol: bearer, a.b.c\r\n');
    expect(request).toMatch(/\r\nSec-WebSocket-Key: [\w+/]{22}==\r\n/);
    expect(request.endsWith('\r\n\r\n')).toBe(true);
    expect(upgradeRequest({ port: 1, path: '/' })).not.toContain('Protocol');
  });

  test('finds where the first frame starts', () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
    expect(readUpgradeAnswer(Buffer.from(`${head}frame`))).toEqual({
      status: 101,
      headBytes: head.length,
      retryAfterMs: 0,
    });
    expect(readUpgradeAnswer(Buffer.from(head.slice(0, -1)))).toBeUndefined();
  });

  test('reads when to come again', () => {
    const refused = 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\n\r\n';
    expect(readUpgradeAnswer(Buffer.from(refused))).toMatchObject({
      status: 503,
      retryAfterMs: 2000,
    });
  });

  test.each([0, 1, 125, 126, 4000])('frames a text of %i characters', (length) => {
    const text = 'x'.repeat(length);
    const frame = textFrame(text);
    const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255];
    expect(frame).toEqual(Buffer.from([...head, 0, 0, 0, 0, ...Buffer.from(text)]));
  });
});
