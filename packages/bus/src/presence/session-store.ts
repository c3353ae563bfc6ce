/** One session's join, leave and update as calls of the scripts, under a given node id. */
import type { RoutedEvent } from '@switchboard/protocol';
import type { Membership } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { buryScript } from './bury.lua.ts';
import { encodeDeskRecord } from './desk-record.ts';
import { type JoinReply, joinScript } from './join.lua.ts';
import { type LeaveReply, leaveScript } from './leave.lua.ts';
import type { Place } from './place.ts';
import {
  type Room,
  entryField,
  entryValue,
  roleOf,
  sessionToken,
  userField,
} from './session-entry.ts';
import { retireScript } from './retire.lua.ts';
import { updateScript } from './update.lua.ts';

export interface SessionStore {
  join(nodeId: string, membership: Membership, coming: Coming): Promise<JoinReply>;
  leave(nodeId: string, session: Leaving, going: Going): Promise<LeaveReply>;
  /** Marks it as closed. */
  retire(nodeId: string, session: Leaving): Promise<unknown>;
  update(nodeId: string, membership: Membership): Promise<boolean>;
  /** Writes the node's tombstone in a partition; resolves to the number of sessions left there. */
  bury(nodeId: string, partition: number): Promise<number>;
}

export interface Coming {
  /** Told when the user has no other session there; undefined: nobody is told. */
  readonly connected: RoutedEvent | undefined;
  /** The room was told before, and is not again; the backend is: what it was told may be lost. */
  readonly isToldBefore: boolean;
  /** The room knows of it, by `connected` or from before: its end is going to be told. */
  readonly isAnnounced: boolean;
  /** 0: any number of sessions of one user. */
  readonly sessionsMax: number;
}

export interface Going {
  /** Told when the user has no other session there; undefined: nobody is told. */
  readonly disconnected: RoutedEvent | undefined;
  /** As for coming. Default false. */
  readonly isToldBefore?: boolean;
}

export type Leaving = Pick<Membership, 'room' | 'sessionId' | 'user'>;

export interface SessionStoreOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly placeOf: (room: Room) => Place;
  readonly tombstoneMs: number;
  readonly deadlineMs: number;
}

export function createSessionStore({
  redis,
  keys,
  placeOf,
  ...limits
}: SessionStoreOptions): SessionStore {
  const keysOf = (place: Place, nodeId: string) => [
    place.members,
    keys.nodeSessions(place.partition, nodeId),
    place.channel,
    place.changes,
    place.outbox,
  ];
  return {
    join(nodeId, membership, { connected, isToldBefore, isAnnounced, sessionsMax }) {
      const { room, sessionId, user, userJson, sessionJson } = membership;
      const place = placeOf(room);
      const call = joinScript.run(redis, keysOf(place, nodeId), [
        userField(user),
        roleOf(user),
        sessionToken(nodeId, sessionId),
        entryField(room, sessionId),
        entryValue(user, isAnnounced, userJson),
        userJson,
        room === 'desk' ? encodeDeskRecord(user, userJson, sessionJson) : '',
        ...told(place, connected, isToldBefore),
        sessionsMax,
      ]);
      return within(limits.deadlineMs, call);
    },
    leave(nodeId, { room, sessionId, user }, { disconnected, isToldBefore = false }) {
      const place = placeOf(room);
      const call = leaveScript.run(redis, keysOf(place, nodeId), [
        userField(user),
        roleOf(user),
        sessionToken(nodeId, sessionId),
        entryField(room, sessionId),
        ...told(place, disconnected, isToldBefore),
      ]);
      return within(limits.deadlineMs, call);
    },
    retire(nodeId, { room, sessionId, user }) {
      const args = [userField(user), sessionToken(nodeId, sessionId)] as [string, string];
      return within(limits.deadlineMs, retireScript.run(redis, [placeOf(room).members], args));
    },
    async update(nodeId, { room, sessionId, user, userJson, sessionJson }) {
      const { members, changes } = placeOf(room);
      const record = encodeDeskRecord(user, userJson, sessionJson);
      const call = updateScript.run(
        redis,
        [members, changes],
        [sessionToken(nodeId, sessionId), record],
      );
      return (await within(limits.deadlineMs, call)) === 1;
    },
    bury: (nodeId, partition) =>
      within(
        limits.deadlineMs,
        buryScript.run(redis, [keys.nodeSessions(partition, nodeId)], [limits.tombstoneMs]),
      ),
  };
}

function told(
  place: Place,
  event: RoutedEvent | undefined,
  isToldBefore: boolean,
): [envelope: string, outboxFrame: string, outboxChat: string] {
  const { frame, chat } = place.handedOn(event);
  return [isToldBefore ? '' : place.envelope(event), frame, chat];
}
