/** A cluster of real processes, and who talks there by the client. */
import { mintToken, startCluster, type Cluster } from '@switchboard/testkit';
import { afterAll, beforeAll, expect } from 'vitest';
import { connectChat, type ChatConnection } from '../connect-chat.ts';
import type { Environment } from '../environment.ts';
import type { ChatOptions } from '../options.ts';

export interface RealCluster {
  readonly cluster: Cluster;
  /** The URL of an edge. */
  edge(index: number): string;
  /** A client in its room, on the first edge unless told otherwise. */
  visitor(chatId: string, more?: Partial<ChatOptions>): ChatConnection;
  /** An operator in a room, on the second edge. */
  operator(chatId: string, more?: Partial<ChatOptions>): ChatConnection;
  operatorToken(): Promise<string>;
  /** Closes it when the file is done. */
  keep<T extends { close(): void }>(connection: T): T;
  /** As a backend does it. */
  post(body: object, path?: string): Promise<Response>;
}

/** Time passes four times as fast for the client, and there is little jitter. */
export const hurried: Partial<Environment> = {
  setTimeout: (callback, ms) => setTimeout(callback, ms / 4),
  now: () => performance.now() * 4,
  random: () => 0.2,
};

/** For machines that others use, too. */
export const poll = { timeout: 20_000, interval: 25 };

const env = {
  OVERLOAD_LAG_MS: '0',
  DRAIN_WAIT_MS: '0',
  DRAIN_WINDOW_MS: '200',
  DRAIN_RETRY_MS: '300',
};

/** Three edges. Call it at the top of a file: it registers the hooks. */
export const raiseCluster = (): RealCluster => {
  let running: Cluster | undefined;
  const cluster = () => running!;
  const open: { close(): void }[] = [];
  beforeAll(async () => {
    running = await startCluster({ edges: 3, env });
  });
  afterAll(async () => {
    for (const connection of open) connection.close();
    await running?.stop();
  });
  const keep = <T extends { close(): void }>(connection: T): T => {
    open.push(connection);
    return connection;
  };
  const edge = (index: number) => cluster().edges[index]!.url;
  const mint = (claims: Parameters<typeof mintToken>[1]) => mintToken(cluster().authSecret, claims);
  const operatorToken = () => mint({ sub: 'o1', role: 'operator', name: 'Bob' });
  const join = (options: ChatOptions) => keep(connectChat({ environment: hurried, ...options }));
  return {
    get cluster() {
      return cluster();
    },
    edge,
    keep,
    operatorToken,
    visitor(chatId, more) {
      const claims = { sub: 'v1', role: 'client', name: 'Ann', chat_id: chatId } as const;
      return join({ url: edge(0), chatId, token: () => mint(claims), ...more });
    },
    operator: (chatId, more) => join({ url: edge(1), chatId, token: operatorToken, ...more }),
    post: (body, path = '/message') =>
      fetch(cluster().ingress.url + path, {
        method: 'POST',
        headers: { 'api-token': cluster().apiToken, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
};

/** The texts that its listener is given, as they come. */
export const textsOf = (chat: ChatConnection): string[] => {
  const texts: string[] = [];
  chat.on('messageAdded', ({ message }) => void texts.push(message.text ?? ''));
  return texts;
};

export const untilLive = (connection: { readonly state: string }): Promise<void> =>
  expect.poll(() => connection.state, poll).toBe('live');
