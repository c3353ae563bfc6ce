/** Sessions over a connection that only writes down what it is asked, for tests of the pure parts. */
import type { BusEvent } from '@switchboard/bus';
import type { Claims, Sources } from '@switchboard/protocol';
import type { Connection } from '../session/connection.ts';
import { identityOf } from '../session/identity.ts';
import { ChatSession, DeskSession } from '../session/session.ts';

/** Sends, and publishes to subscribed topics, as uWebSockets.js would. */
export class FakeConnection implements Connection {
  readonly received: string[] = [];
  readonly topics = new Set<string>();
  closedWith: number | undefined;
  bufferedBytes = 0;

  send(frame: string | Uint8Array): void {
    this.received.push(typeof frame === 'string' ? frame : Buffer.from(frame).toString());
  }

  subscribe(topic: string): void {
    this.topics.add(topic);
  }

  unsubscribe(topic: string): void {
    this.topics.delete(topic);
  }

  together(act: () => void): void {
    act();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(code: number): void {
    this.closedWith = code;
  }
}

/** A publish to the connections given so far. */
export function fakeAir(): {
  connections: FakeConnection[];
  publish: (topic: string, frame: Uint8Array) => number;
} {
  const connections: FakeConnection[] = [];
  return {
    connections,
    publish(topic, frame) {
      const subscribed = connections.filter(({ topics }) => topics.has(topic));
      for (const connection of subscribed) connection.send(frame);
      return subscribed.length;
    },
  };
}

let made = 0;

function options(connection: Connection) {
  return {
    id: `session-${(made += 1)}`,
    connection,
    now: () => 0,
    limits: { badFramesMax: 10, badFramesWindowMs: 10_000 },
    onError(error: unknown) {
      throw error;
    },
  };
}

const token = {
  tokenId: 'token',
  issuedAtMs: undefined,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

export function chatSession(
  userId: string,
  role: 'client' | 'operator' = 'client',
  connection: Connection = new FakeConnection(),
): ChatSession {
  const claims = { sub: userId, role, chat_id: 'chat', exp: 0 } as Claims;
  const identity = identityOf(claims);
  const ticket = { socket: 'chat' as const, identity, token, chatId: 'chat', observe: false };
  return new ChatSession(ticket, options(connection));
}

export function deskSession(
  userId: string,
  sources?: Sources,
  connection: Connection = new FakeConnection(),
): DeskSession {
  const claims = { sub: userId, role: 'operator', exp: 0, ...(sources && { sources }) } as Claims;
  return new DeskSession(
    { socket: 'broadcast', identity: identityOf(claims), token },
    options(connection),
  );
}

/** What a fake connection has received, joined. */
export function receivedBy({ connection }: ChatSession | DeskSession): string[] {
  return (connection as FakeConnection).received;
}

export function busEvent(text: string, more: Partial<BusEvent> = {}): BusEvent {
  return {
    name: 'messageAdded',
    eventId: `event of ${text}`,
    audience: 'all',
    routing: '-',
    position: '1',
    frame: Buffer.from(text),
    ...more,
  };
}
