import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { addressRangeProblem, createAddressKey } from './address.ts';

const keyOf = createAddressKey(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

describe('the address of a client', () => {
  it.each([
    ['the peer', '203.0.113.5', '', '203.0.113.5'],
    ['the peer, whatever it says, when it is no proxy', '203.0.113.5', '1.2.3.4', '203.0.113.5'],
    ['whom a proxy names', '10.1.2.3', '203.0.113.5', '203.0.113.5'],
    [
      'the right-most that is no proxy',
      '10.1.2.3',
      '6.6.6.6, 203.0.113.5, 10.9.9.9',
      '203.0.113.5',
    ],
    [
      'what stands right of what a client wrote',
      '192.0.2.7',
      '127.0.0.1,203.0.113.5',
      '203.0.113.5',
    ],
    ['the proxy, when it names nobody', '10.1.2.3', '', '10.1.2.3'],
    ['the proxy, when it names nobody that there is', '10.1.2.3', '6.6.6.6, unknown', '10.1.2.3'],
    ['the left-most, when all are proxies', '10.1.2.3', '10.4.4.4, 10.5.5.5', '10.4.4.4'],
    ['without its port', '10.1.2.3', '203.0.113.5:4711', '203.0.113.5'],
    ['IPv4 that came over IPv6', '0000:0000:0000:0000:0000:ffff:cb00:7105', '', '203.0.113.5'],
    ['a proxy over IPv6', 'fd00::1', '203.0.113.5', '203.0.113.5'],
    ['the /64 of IPv6', '2001:db8:1:2:3:4:5:6', '', '2001:db8:1:2::/64'],
    ['the same in other words', '2001:0DB8:0001:0002::', '', '2001:db8:1:2::/64'],
    ['IPv6 with a port', '10.1.2.3', '[2001:db8::1]:443', '2001:db8:0:0::/64'],
    ['another network', '2001:db8:1:3::1', '', '2001:db8:1:3::/64'],
  ])('is %s', (_which, address, forwardedFor, expected) => {
    expect(keyOf({ address, forwardedFor })).toBe(expected);
  });

  it.each([
    ['127.0.0.1', ''],
    ['127.9.9.9', ''],
    ['::1', ''],
    ['0000:0000:0000:0000:0000:0000:0000:0001', ''],
    ['0000:0000:0000:0000:0000:ffff:7f00:0001', ''],
    ['', ''],
  ])('is not limited from %j', (address, forwardedFor) => {
    expect(keyOf({ address, forwardedFor })).toBeUndefined();
  });

  it('is never what a client wrote, whatever it writes', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.ipV4()), (text, addresses) => {
        const forwardedFor = [text, ...addresses, '203.0.113.5'].join(',');
        expect(keyOf({ address: '10.1.2.3', forwardedFor })).toBe('203.0.113.5');
      }),
    );
  });
});

describe('a range of proxies', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('may be %s', (range) => {
    expect(addressRangeProblem(range)).toBeUndefined();
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'proxy.internal',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    '',
  ])('may not be %j', (range) => {
    expect(addressRangeProblem(range)).toMatch(/^must be addresses or ranges/u);
  });
});
