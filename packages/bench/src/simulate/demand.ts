/** What a cluster is asked to do. */
export interface Demand {
  /** Visitors' sockets on `/chat`, one chat each. */
  sockets: number;
  /** Operators, each with one `/broadcast` socket. */
  operators: number;
  /** Chats that the sources of one operator let through. */
  chatsPerDesk: number;
  /** Messages in a chat in a minute, whoever writes them. */
  messagesPerMinute: number;
  /** Part of them that comes by `POST /message`, 0 to 1; the others come over sockets. */
  postedPart: number;
  /** `/chat` sockets beside the visitor's, on average: an operator who has the chat open. */
  companions: number;
  /** A live copy, from Redis to an edge. */
  copyBytes: number;
  /** Messages that a room's log holds, on average. */
  loggedPerChat: number;
}

/** What one machine or process is given. */
export interface Limits {
  /** Part of a core that a process may use on average, so that peaks and the loss of a neighbour fit. */
  coreUse: number;
  edgeMemoryBytes: number;
  edgeSocketsMax: number;
  /** Of a Redis' network, in bytes per second. */
  egressBytesPerS: number;
}

export const defaultLimits: Limits = {
  coreUse: 0.6,
  edgeMemoryBytes: 4 * 2 ** 30,
  edgeSocketsMax: 100_000,
  egressBytesPerS: 10e9 / 8,
};

/** Operators grow with the visitors, unless it is said how many there are. */
export const completeDemand = (given: Partial<Demand> & Pick<Demand, 'sockets'>): Demand => ({
  operators: Math.ceil(given.sockets / 100),
  chatsPerDesk: 2000,
  messagesPerMinute: 0.5,
  postedPart: 0.5,
  companions: 0.5,
  copyBytes: 600,
  loggedPerChat: 20,
  ...given,
});

/** The same use by more or fewer people. */
export const scaleDemand = (demand: Demand, sockets: number): Demand => ({
  ...demand,
  sockets,
  operators: (demand.operators / demand.sockets) * sockets,
});

export const messagesPerS = ({ sockets, messagesPerMinute }: Demand): number =>
  (sockets * messagesPerMinute) / 60;
