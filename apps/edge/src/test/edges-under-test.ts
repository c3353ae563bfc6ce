/** Real edge processes over a real Redis, and a bus beside them that plays the backend. */
import { openBus, type AppendOutcome, type Bus } from '@switchboard/bus';
import { chatFacts, messageAdded, type Chat, type Message } from '@switchboard/protocol';
import {
  mintToken,
  openChat,
  openDesk,
  startCluster,
  type Cluster,
  type OpenOptions,
  type RawSocket,
  type TokenClaims,
} from '@switchboard/testkit';

export interface EdgesUnderTest {
  readonly cluster: Cluster;
  readonly bus: Bus;
  /** Base URL of an edge (default the first). */
  url(edge?: number): string;
  token(claims: TokenClaims, expiresInS?: number): Promise<string>;
  /** A client's socket, past `connected`. */
  client(userId: string, chatId: string, options?: JoinOptions): Promise<RawSocket>;
  /** An operator's socket of a room, past `connected`. */
  operator(userId: string, chatId: string, options?: JoinOptions): Promise<RawSocket>;
  /** An operator's socket of the desk, past `connected`. */
  desk(userId: string, options?: JoinOptions): Promise<RawSocket>;
  /** Adds a message as the backend does. */
  post(message: Partial<Message> & { chat_id: string }, chat?: Chat): Promise<AppendOutcome>;
  stop(): Promise<void>;
}

export interface JoinOptions {
  readonly edge?: number;
  readonly claims?: Partial<TokenClaims>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly expiresInS?: number;
  /** False: `connected` stays in the inbox. */
  readonly past?: boolean;
}

export interface EdgesOptions {
  readonly edges?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the Redis of the test run. */
  readonly redisUrl?: string;
}

export async function startEdges({
  edges = 1,
  env = {},
  redisUrl,
}: EdgesOptions = {}): Promise<EdgesUnderTest> {
  const cluster = await startCluster({
    edges,
    ingresses: 0,
    ...(redisUrl !== undefined && { redisUrl }),
    env: { DRAIN_WAIT_MS: '0', DRAIN_WINDOW_MS: '0', ...env },
  });
  const bus = await openBus({
    redisUrl: cluster.redisUrl,
    keyPrefix: cluster.keyPrefix,
    partitions: 16,
    clientName: 'test',
    onWarning: () => undefined,
  });
  const url = (edge = 0) => cluster.edges[edge]!.url;
  const token = (claims: TokenClaims, expiresInS?: number) =>
    mintToken(cluster.authSecret, claims, expiresInS);
  const join = async (
    open: Open,
    claims: TokenClaims,
    options: JoinOptions & { chatId?: string },
  ) => {
    const { edge, query, expiresInS, past = true, chatId } = options;
    const credential = await token({ ...claims, ...options.claims }, expiresInS);
    const socket = await open({
      url: url(edge),
      token: credential,
      ...(chatId !== undefined && { chatId }),
      ...(query && { query }),
    });
    if (past) await socket.next('connected');
    return socket;
  };
  return {
    cluster,
    bus,
    url,
    token,
    client: (sub, chatId, options = {}) =>
      join(openChat, { sub, role: 'client', chat_id: chatId }, options),
    operator: (sub, chatId, options = {}) =>
      join(openChat, { sub, role: 'operator' }, { ...options, chatId }),
    desk: (sub, options = {}) => join(openDesk, { sub, role: 'operator' }, options),
    post: (message, chat) => post(bus, message, chat),
    async stop() {
      await bus.close();
      await cluster.stop();
    },
  };
}

type Open = (options: OpenOptions & { chatId?: string }) => Promise<RawSocket>;

let posted = 0;

function post(
  bus: Bus,
  given: Partial<Message> & { chat_id: string },
  chat?: Chat,
): Promise<AppendOutcome> {
  posted += 1;
  const message = {
    id: `m${posted}`,
    type: 'standard',
    text: `text ${posted}`,
    ...given,
  } as Message;
  const stamp = { eventId: `e${process.pid}-${posted}`, ts: new Date(bus.now()).toISOString() };
  const typeRole = message.type_role ?? undefined;
  return bus.log.append({
    event: messageAdded(message, stamp),
    deadlineMs: 5_000,
    message: { messageId: message.id, type: message.type, ...(typeRole && { typeRole }) },
    ...(chat && { chat: chatFacts(chat) }),
  });
}

/** Texts of the messages that a socket has been told, in order. */
export function textsOf(socket: RawSocket): string[] {
  return socket.all('messageAdded').map(({ data }) => data.message.text as string);
}

/** Everything that was accepted before has reached the socket when this resolves. */
export async function settled(socket: RawSocket): Promise<void> {
  const id = `settled-${(settledCount += 1)}`;
  socket.sendFrame('ping', {}, id);
  await socket.next((frame) => frame.request_id === id);
}

let settledCount = 0;
