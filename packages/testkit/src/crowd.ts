/**
 * Sockets by the thousand that are there and nothing else: a raw connection each, which is read until
 * `connected` and then thrown away unread by us. Who must see what comes is a `RawSocket`.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface CrowdMember {
  /** Base URL of an edge, e.g. `ws://127.0.0.1:7001`. */
  url: string;
  /** With its query, e.g. `/chat?chat_id=5`. */
  path: string;
  token: string;
}

export interface Crowd {
  /** How many are connected now. */
  open(): number;
  /** Cuts all connections, without a close frame. */
  scatter(): void;
}

const openTimeoutMs = 30_000;
/** A listen queue is short, and an edge joins each of them. */
const openingMax = 64;

/** Resolves when every one of them has been greeted; rejects when one is not, with all of them cut. */
export const gatherCrowd = async (members: readonly CrowdMember[]): Promise<Crowd> => {
  const sockets = new Set<Socket>();
  const scatter = () => {
    for (const socket of sockets) socket.destroy();
  };
  const queue = members.values();
  const openEach = async () => {
    for (const member of queue) {
      const socket = await openMember(member);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  };
  try {
    await Promise.all(Array.from({ length: openingMax }, openEach));
  } catch (error) {
    scatter();
    throw error;
  }
  return { open: () => sockets.size, scatter };
};

const openMember = ({ url, path, token }: CrowdMember): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const base = new URL(url);
    const socket = connect({ host: base.hostname, port: Number(base.port), noDelay: true });
    let head = '';
    const read = (bytes: Buffer) => {
      head += bytes.toString('latin1');
      if (!head.includes('"event":"connected"')) return;
      socket.setTimeout(0);
      socket.off('data', read);
      socket.resume();
      resolve(socket);
    };
    socket.on('data', read);
    socket.setTimeout(openTimeoutMs, () => socket.destroy(new Error('nobody greeted the socket')));
    // Later its loss is what a test wants, and `close` tells of it.
    socket.on('error', reject);
    socket.on('close', () =>
      reject(new Error(`closed before it was greeted: ${head.slice(0, 80)}`)),
    );
    socket.write(upgradeRequest(base, path, token), 'latin1');
  });

const upgradeRequest = ({ host, pathname }: URL, path: string, token: string): string =>
  [
    `GET ${pathname === '/' ? '' : pathname}${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: bearer, ${token}`,
    '\r\n',
  ].join('\r\n');
