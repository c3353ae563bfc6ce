/** Who plays: visitors, operators in a room, operators at the desk. Each is one raw socket. */
import { mintToken, openChat, openDesk, type Frame, type RawSocket } from '@switchboard/testkit';

export interface Player extends RawSocket {
  /** The token's `sub`. */
  readonly id: string;
  readonly token: string;
  /** The first frame. */
  readonly connected: Frame;
}

export interface Entrance {
  /** Index of the edge (default 0). */
  edge?: number;
  /** Default: one that nobody else has. The same id again is a second tab. */
  id?: string;
  /** More claims of the token. */
  claims?: Readonly<Record<string, unknown>>;
  /** Query parameters, e.g. `{ since }`. */
  query?: Readonly<Record<string, string | number>>;
  headers?: Readonly<Record<string, string>>;
  /** The token of somebody who was here before; `id` and `claims` do not count then. */
  token?: string;
}

export interface Cast {
  /** A client in its room. */
  visitor(chatId: string, entrance?: Entrance): Promise<Player>;
  /** An operator in a room. */
  operator(chatId: string, entrance?: Entrance): Promise<Player>;
  /** An operator on `/broadcast`. */
  desk(entrance?: Entrance): Promise<Player>;
  /** Closes every socket that is still open. */
  leave(): Promise<void>;
}

/** Everything runs on two cores that others use too: a frame that comes later than this does not come. */
const patienceMs = 15_000;

type Name = (kind: string) => string;

interface House {
  readonly edges: readonly { readonly url: string }[];
  readonly authSecret: string;
}

export const createCast = (cluster: () => House, name: Name): Cast => {
  const playing = new Set<RawSocket>();
  const enter = async (id: string, token: string, opening: Promise<RawSocket>): Promise<Player> => {
    const socket = await opening;
    playing.add(socket);
    const next: RawSocket['next'] = (wanted, timeoutMs = patienceMs) =>
      socket.next(wanted, timeoutMs);
    return { ...socket, next, id, token, connected: await next(() => true) };
  };
  const inRoom = async (role: 'client' | 'operator', chatId: string, entrance: Entrance) => {
    const { edge = 0, id = name(role), query = {}, headers = {} } = entrance;
    const room = role === 'client' ? { chat_id: chatId } : {};
    const claims = { sub: id, role, name: `Name of ${id}`, ...room, ...entrance.claims };
    const token = entrance.token ?? (await mintToken(cluster().authSecret, claims));
    const { url } = cluster().edges[edge]!;
    return enter(id, token, openChat({ url, token, chatId, query, headers }));
  };
  return {
    visitor: (chatId, entrance = {}) => inRoom('client', chatId, entrance),
    operator: (chatId, entrance = {}) => inRoom('operator', chatId, entrance),
    desk: async (entrance = {}) => {
      const { edge = 0, id = name('desk'), query = {}, headers = {} } = entrance;
      const claims = {
        sub: id,
        role: 'operator' as const,
        name: `Name of ${id}`,
        ...entrance.claims,
      };
      const token = entrance.token ?? (await mintToken(cluster().authSecret, claims));
      return enter(id, token, openDesk({ url: cluster().edges[edge]!.url, token, query, headers }));
    },
    leave: async () => {
      const leaving = [...playing];
      playing.clear();
      await Promise.all(leaving.map((socket) => socket.close()));
    },
  };
};
