/** What the cost model is fitted to: figures of this product from kept results, in one shape. CPU in microseconds. */

/** What each message caused, and what it cost. */
export interface MessagePoint {
  /** Which result and row it is from. */
  source: string;
  messagesPerS: number;
  /** 1: it came over a socket; 0: by `POST /message`. */
  sent: number;
  /** Live copies that Redis sent to edges: of the room's log, and of the feed of all rooms. */
  copies: number;
  /** Writes to sockets, each with as many deliveries as were gathered. */
  writes: number;
  deliveries: number;
  ingressUs: number;
  redisUs: number;
  /** Of all edges together. */
  edgesUs: number;
}

/** What a socket takes that nobody says anything on. */
export interface SocketPoint {
  source: string;
  kind: 'chat' | 'broadcast';
  residentBytes: number;
  kernelBytes: number;
  redisBytes: number;
  connectUs: number;
  /** CPU for a second of its life. */
  idleUsPerS: number;
}

export interface Measured {
  messages: readonly MessagePoint[];
  sockets: readonly SocketPoint[];
}
