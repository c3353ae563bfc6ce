import { expect, it } from 'vitest';
import { createProxyWatch } from './proxy-signs.ts';

it.each([
  ['a client that comes by itself', ['203.0.113.5', ''], [0, 0]],
  ['a proxy that is trusted and names its client', ['10.1.2.3', '203.0.113.5'], [0, 0]],
  ['a proxy that is not trusted', ['192.0.2.7', '203.0.113.5'], [1, 0]],
  ['a proxy that is trusted and names nobody', ['10.1.2.3', ''], [0, 1]],
  ['a trusted proxy over IPv6', ['0000:0000:0000:0000:0000:ffff:0a01:0203', ''], [0, 1]],
  ['an address that is none', ['', '203.0.113.5'], [1, 0]],
] as const)('counts what does not fit TRUSTED_PROXIES: %s', (_who, peer, expected) => {
  const watch = createProxyWatch(['10.0.0.0/8']);
  const [address, forwardedFor] = peer;
  watch.note({ address, forwardedFor });
  const { forwardedIgnored, forwardedMissing } = watch.signs();
  expect([forwardedIgnored, forwardedMissing]).toEqual(expected);
});

it('trusts nobody where nothing is set', () => {
  const watch = createProxyWatch([]);
  watch.note({ address: '127.0.0.1', forwardedFor: '203.0.113.5' });
  watch.note({ address: '127.0.0.1', forwardedFor: '' });
  expect(watch.signs()).toEqual({ forwardedIgnored: 1, forwardedMissing: 0 });
});
