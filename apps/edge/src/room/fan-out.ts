/** One event of a room to this process's sockets there. */
import type { BusEvent } from '@switchboard/bus';
import { withRequestId } from '@switchboard/protocol';
import type { PostedCopies } from '../hand-off/posted-copies.ts';
import type { AwaitedEvents, Awaited } from '../session/awaited-events.ts';
import type { ChatSession } from '../session/session.ts';
import { frameFor, publicationsOf, topicsOf } from './audience.ts';
import type { Room } from './room.ts';

export interface FanOutParts {
  /** To every socket that is subscribed; gives their number. */
  readonly publish: (topic: string, frame: Uint8Array) => number;
  readonly awaited: AwaitedEvents;
  /** Whoever waits for what a backend posts; absent: no backend is asked. */
  readonly posted?: Pick<PostedCopies, 'take'> | undefined;
  readonly onSent: (eventName: string, sockets: number) => void;
  /** So many sockets were spared an ephemeral event. */
  readonly onSpared: (sockets: number) => void;
}

export interface RoomFanOut {
  logged(room: Room, event: BusEvent): void;
  ephemeral(room: Room, event: BusEvent): void;
}

export function createRoomFanOut(parts: FanOutParts): RoomFanOut {
  const publishAll = (room: Room, event: BusEvent) => {
    let sockets = 0;
    for (const { topic, frame } of publicationsOf(room.chatId, event)) {
      sockets += parts.publish(topic, frame);
    }
    parts.onSent(event.name, sockets);
  };
  return {
    logged(room, event) {
      const entry = parts.awaited.take(event.eventId) ?? parts.posted?.take(room.chatId, event);
      if (entry === undefined) return exceptFor([], room, () => publishAll(room, event));
      const own = ownCopyOf(entry.awaited, event);
      const apart = own === undefined ? [] : [entry.awaited.session];
      exceptFor(apart, room, () => publishAll(room, event));
      if (own !== undefined) entry.awaited.session.send(own);
      entry.settle();
    },
    ephemeral(room, event) {
      room.hold(event);
      const subject = event.subject === undefined ? undefined : room.sessionsOf(event.subject);
      const spared = sparedOf(room, subject);
      const missed = spared.filter(({ identity }) => frameFor(identity.role, event) !== undefined);
      if (missed.length > 0) parts.onSpared(missed.length);
      exceptFor([...(subject ?? []), ...spared], room, () => publishAll(room, event));
    },
  };
}

/** Those whose reader lags, but for whom the event is about: they do not get it anyway. */
function sparedOf(room: Room, subject: ReadonlySet<ChatSession> | undefined): ChatSession[] {
  return [...room.spared].filter((session) => subject?.has(session) !== true);
}

/** The sender's own copy, when it differs from everyone's. */
function ownCopyOf({ session, requestId }: Awaited, event: BusEvent): Uint8Array | undefined {
  const frame = frameFor(session.identity.role, event);
  if (requestId === undefined || session.phase !== 'live' || frame === undefined) return undefined;
  return withRequestId(frame, requestId);
}

/**
 * Sockets that shall not get a publish leave their topics for it. uWebSockets.js keeps the order:
 * what was published before still reaches them, before what they are sent afterwards.
 */
function exceptFor(apart: readonly ChatSession[], room: Room, publish: () => void): void {
  const live = apart.filter((session) => session.phase === 'live');
  for (const { connection, identity } of live) {
    for (const topic of topicsOf(room.chatId, identity.role)) connection.unsubscribe(topic);
  }
  publish();
  for (const { connection, identity } of live) {
    for (const topic of topicsOf(room.chatId, identity.role)) connection.subscribe(topic);
  }
}
