/** Which rooms this process follows: those of its sockets, and for a moment longer. */
import { sharedRead, type BusEvent, type EventLog, type Presence } from '@switchboard/bus';
import type { Wheel } from '../clock/wheel.ts';
import type { ChatSession } from '../session/session.ts';
import type { RoomFanOut } from './fan-out.ts';
import { Room } from './room.ts';
import { takeSnapshot } from './snapshot.ts';

export interface RoomsOptions {
  readonly log: Pick<EventLog, 'followRoom'>;
  /** The first users of a room, and how many there are. */
  readonly readMembers: (chatId: string) => ReturnType<Presence['members']>;
  readonly fanOut: RoomFanOut;
  readonly wheel: Wheel;
  /** How long a room is followed after its last socket has gone, ms. */
  readonly lingerMs: number;
  readonly onReceived: (event: BusEvent) => void;
}

export interface Rooms {
  readonly size: number;
  /** The first socket of a room makes this process follow it. */
  enter(session: ChatSession): Room;
  leave(session: ChatSession): void;
  get(chatId: string): Room | undefined;
  /** Its reader lags: nothing ephemeral is sent to it; or everything again. */
  spare(session: ChatSession, isSpared: boolean): void;
}

export function createRooms(options: RoomsOptions): Rooms {
  const { log, readMembers, fanOut, wheel, lingerMs, onReceived } = options;
  const rooms = new Map<string, Room>();

  const drop = (room: Room) => {
    if (rooms.get(room.chatId) === room) rooms.delete(room.chatId);
    room.follow.close();
  };
  const open = (chatId: string): Room => {
    const room = new Room(
      chatId,
      sharedRead(() => takeSnapshot(readMembers(chatId))),
    );
    rooms.set(chatId, room);
    room.follow = log.followRoom(chatId, {
      event(event) {
        onReceived(event);
        fanOut.logged(room, event);
      },
      ephemeral(event) {
        onReceived(event);
        fanOut.ephemeral(room, event);
      },
      lost: () => loseAll(room),
    });
    // Those who are joining wait for `ready` too and are turned away; the next one starts afresh.
    room.follow.ready.catch(() => drop(room));
    return room;
  };

  return {
    get size() {
      return rooms.size;
    },
    enter(session) {
      const room = rooms.get(session.chatId) ?? open(session.chatId);
      room.add(session);
      return room;
    },
    leave(session) {
      const room = rooms.get(session.chatId);
      if (room === undefined || !room.sessions.has(session)) return;
      room.remove(session);
      if (room.sessions.size > 0) return;
      wheel.after(lingerMs, () => {
        if (room.sessions.size === 0) drop(room);
      });
    },
    get: (chatId) => rooms.get(chatId),
    spare(session, isSpared) {
      const room = rooms.get(session.chatId);
      if (room?.sessions.has(session) !== true) return;
      session.isSpared = isSpared;
      if (isSpared) room.spared.add(session);
      else room.spared.delete(session);
    },
  };
}

/** The log was rolled back or trimmed under the room: nobody here can know what is missing. */
function loseAll(room: Room): void {
  for (const session of room.sessions) session.end('position_lost');
}
