/** A real ingress process over real Redis, and a bus beside it that sees what comes out. */
import { openBus, type Bus, type BusEvent, type NodeStats } from '@switchboard/bus';
import { partitionOf } from '@switchboard/protocol';
import { startCluster, type ClusterNode } from '@switchboard/testkit';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every kind
  readonly body: any;
}

export interface CallOptions {
  /** Sent as JSON; a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IngressUnderTest {
  readonly url: string;
  readonly apiToken: string;
  readonly process: ClusterNode;
  readonly bus: Bus;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The data of the events of a chat's room, with their names. */
  room(chatId: string): Promise<FeedEvent[]>;
  /** Records, one recorder at a time, what `/broadcast` gets of a chat's partition (or of operators and global) from now on. */
  watchFeed(chatId?: string): Promise<FeedWatch>;
  stop(): Promise<void>;
}

export interface FeedWatch {
  /** Resolves with all so far when there are as many as `count`. */
  events(count: number): Promise<FeedEvent[]>;
  close(): void;
}

export interface FeedEvent {
  readonly event: string;
  readonly audience: BusEvent['audience'];
  readonly subject: string | undefined;
  readonly routing: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly data: any;
  readonly text: string;
}

const partitions = 16;

export async function startIngress(
  env: Readonly<Record<string, string>> = {},
): Promise<IngressUnderTest> {
  const redisUrl = env['REDIS_URL'];
  const cluster = await startCluster({
    edges: 0,
    // A busy machine makes ingress late; what happens then has a story of its own.
    env: { OVERLOAD_LAG_MS: '0', ...env },
    ...(redisUrl !== undefined && { redisUrl }),
  });
  const { url } = cluster.ingress;
  const bus = await openBus({
    redisUrl: cluster.redisUrl,
    keyPrefix: cluster.keyPrefix,
    partitions,
    clientName: 'test',
    onWarning: () => {},
  });
  const call = createCall(url, cluster.apiToken);
  return {
    url,
    apiToken: cluster.apiToken,
    process: cluster.ingress,
    bus,
    call,
    post: (path, body, headers = {}) => call('POST', path, { body, headers }),
    room: async (chatId) => (await bus.log.readRoom(chatId, undefined, 200)).events.map(decode),
    watchFeed: (chatId) =>
      watchFeed(bus, chatId === undefined ? 0 : partitionOf(chatId, partitions)),
    stop: async () => {
      await bus.close();
      await cluster.stop();
    },
  };
}

function createCall(url: string, apiToken: string): IngressUnderTest['call'] {
  return async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'api-token': apiToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: encode(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
}

function encode(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page, or nothing
  }
}

async function watchFeed(bus: Bus, partition: number): Promise<FeedWatch> {
  const seen: FeedEvent[] = [];
  const waiting = new Set<() => void>();
  const follow = bus.log.followFeed(partition, {
    event: (event) => {
      seen.push(decode(event));
      for (const check of waiting) check();
    },
    ephemeral: () => {},
    lost: () => {},
  });
  await follow.ready;
  return {
    events: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (seen.length < count) return;
          waiting.delete(check);
          resolve([...seen]);
        };
        waiting.add(check);
        check();
      }),
    close: () => follow.close(),
  };
}

function decode({ name, audience, subject, routing, frame }: BusEvent): FeedEvent {
  const text = new TextDecoder().decode(frame);
  return { event: name, audience, subject, routing, data: JSON.parse(text).data, text };
}

/** What an edge of a test says of itself. */
export const edgeStats: NodeStats = {
  state: 'ready',
  address: 'ws://127.0.0.1:1',
  version: '0.0.0',
  sockets: 2,
  rooms: 1,
  loopLagMs: 3,
  followLagMs: 4,
  forwardedIgnored: 5,
  forwardedMissing: 6,
};

let count = 0;

/** An id that no other test uses. */
export function uniqueId(name: string): string {
  count += 1;
  return `${name}-${process.pid}-${count}`;
}
