import { describe, expect, test } from 'vitest';
import { readUpgradeAnswer, upgradeRequest } from './upgrade.ts';

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
    });
    expect(readUpgradeAnswer(Buffer.from(head.slice(0, -1)))).toBeUndefined();
  });
});
