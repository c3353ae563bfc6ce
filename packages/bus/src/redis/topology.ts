/**
 * Which kind of Redis a URL names.
 *
 *   redis://[user:password@]host[:port][/db]                          one server
 *   redis+sentinel://[user:password@]host[:port],…/master[/db]         a master that Sentinels know
 *   redis+cluster://[user:password@]host[:port],…                     a cluster; any of its nodes
 *
 * `rediss` in place of `redis` means TLS.
 */
export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
}

export type Topology =
  | (Access & { readonly kind: 'standalone'; readonly address: Address; readonly db: number })
  | (Access & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Address[];
      readonly master: string;
      readonly db: number;
    })
  | (Access & { readonly kind: 'cluster'; readonly nodes: readonly Address[] });

const URL_FORM =
  /^redis(?<tls>s)?(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#@]*))?$/u;
const DEFAULT_PORT = { standalone: 6379, sentinel: 26_379, cluster: 6379 };
const ADDRESS_FORM = /^(?<host>\[[0-9a-f:.]+\]|[^:[\]]+)(?::(?<port>\d{1,5}))?$/iu;

/** Says what is wrong with a URL, or nothing when `parseTopology` takes it. */
export function topologyProblem(url: string): string | undefined {
  try {
    parseTopology(url);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws Error that says what is wrong, without the password */
export function parseTopology(url: string): Topology {
  const parts = URL_FORM.exec(url)?.groups;
  if (!parts) throw new Error('must be redis://host:port, redis+sentinel://… or redis+cluster://…');
  const kind = (parts['kind'] ?? 'standalone') as Topology['kind'];
  const addresses = (parts['hosts'] ?? '')
    .split(',')
    .map((text) => parseAddress(text, DEFAULT_PORT[kind]));
  const access = {
    tls: parts['tls'] !== undefined,
    ...(parts['user'] && { username: decodeURIComponent(parts['user']) }),
    ...(parts['password'] !== undefined && { password: decodeURIComponent(parts['password']) }),
  };
  const path = (parts['path'] ?? '').split('/').filter(Boolean);
  if (kind === 'standalone')
    return { ...access, kind, address: only(addresses), db: parseDb(path[0]) };
  if (kind === 'cluster') return { ...access, kind, nodes: addresses };
  return { ...access, kind, sentinels: addresses, master: masterOf(path[0]), db: parseDb(path[1]) };
}

function parseAddress(text: string, defaultPort: number): Address {
  const parts = ADDRESS_FORM.exec(text)?.groups;
  const port = parts?.['port'] === undefined ? defaultPort : Number(parts['port']);
  if (!parts || port > 65_535 || port === 0) throw new Error(`has no host and port in "${text}"`);
  return { host: (parts['host'] ?? '').replace(/^\[|\]$/gu, ''), port };
}

function only(addresses: readonly Address[]): Address {
  const [address, ...others] = addresses;
  if (!address || others.length > 0) {
    throw new Error('names several hosts: write redis+sentinel:// or redis+cluster://');
  }
  return address;
}

function parseDb(text = '0'): number {
  if (!/^\d{1,3}$/u.test(text)) throw new Error(`has no database number in "/${text}"`);
  return Number(text);
}

function masterOf(name: string | undefined): string {
  if (!name) throw new Error("lacks the master's name: redis+sentinel://host:port/name");
  return name;
}

/** `host:port`, where an IPv6 host has colons of its own. */
export function splitAddress(node: string): Address {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}
