/**
 * Who connects: the peer, or whom a proxy says it speaks for. Only proxies that are configured are
 * believed, and of what they pass on only the right-most hop that is none of them: what stands further
 * left was written by the client. Addresses are never taken from the PROXY protocol, which
 * uWebSockets.js 20.51 reads from whoever sends it, twice.
 */
import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

export interface Peer {
  /** As the connection has it. */
  readonly address: string;
  /** All `X-Forwarded-For` headers, joined by commas; empty: none. */
  readonly forwardedFor: string;
}

/** One name for all addresses of one client: IPv4 as it is, IPv6 its /64. Undefined: not to be limited. */
export type AddressKey = (peer: Peer) => string | undefined;

export function createAddressKey(trustedProxies: readonly string[]): AddressKey {
  const proxies = new BlockList();
  for (const range of trustedProxies) addRange(proxies, range);
  return (peer) => {
    const address = clientOf(peer, proxies);
    return address === undefined || isLoopback(address) ? undefined : keyOf(address);
  };
}

/** Whether the peer is one of them. */
export function createProxyCheck(trustedProxies: readonly string[]): (peer: Peer) => boolean {
  const proxies = new BlockList();
  for (const range of trustedProxies) addRange(proxies, range);
  return ({ address }) => {
    const known = normalize(address);
    return known !== undefined && contains(proxies, known);
  };
}

/** What is wrong with an address or a range in CIDR notation. */
export function addressRangeProblem(range: string): string | undefined {
  try {
    addRange(new BlockList(), range);
    return undefined;
  } catch {
    return 'must be addresses or ranges such as 10.0.0.0/8 and fd00::/8';
  }
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits, ...more] = range.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (more.length > 0 || (bits !== undefined && !/^\d{1,3}$/u.test(bits))) throw new Error(range);
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}

function clientOf({ address, forwardedFor }: Peer, proxies: BlockList): string | undefined {
  let client = normalize(address);
  for (const hop of forwardedFor.split(',').toReversed()) {
    if (client === undefined || !contains(proxies, client)) return client;
    // A proxy that is believed and names nobody answers for it itself.
    const next = normalize(withoutPort(hop.trim()));
    if (next === undefined) return client;
    client = next;
  }
  return client;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** `1.2.3.4:5678` and `[::1]:5678` are written by some balancers. */
function withoutPort(hop: string): string {
  return /^\[(.+)\](?::\d+)?$/u.exec(hop)?.[1] ?? /^([\d.]+):\d+$/u.exec(hop)?.[1] ?? hop;
}

/** In one spelling; IPv4 in IPv6 as IPv4. Undefined: no address. */
function normalize(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return text;
  const { address } = new SocketAddress({ address: text.replace(/%.*$/u, ''), family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/u.exec(address)?.[1] ?? address;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function keyOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.split('::');
  const groups = left === '' ? [] : left.split(':');
  const rest = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...rest];
  return `${all.slice(0, 4).join(':')}::/64`;
}
