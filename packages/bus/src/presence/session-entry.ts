/**
 * How a session is written in Redis.
 *
 *   members hash   client:5            edge-1/s1/1753000000000/x edge-2/s9/1753000004000 (`/x`: has closed)
 *                  json:client:5       {"id":"5",…}
 *                  #client             users (not sessions) that are clients
 *                  session:edge-1/s1   client:5 {"id":…}⏎{"sources":…}   (desk only: desk-record.ts)
 *   node's hash    s1@chat-7           client:5 + {"id":"5",…}    (`-`: its coming was not announced)
 *                  s2@*desk            operator:9 + {"id":"9",…}
 *                  #dead               the tombstone: nothing is entered under this node any more
 */
import type { UserKey } from '@switchboard/protocol';
import type { Membership } from '../contract.ts';
import { decodeId, encodeId } from '../redis/keys.ts';

export type Room = Membership['room'];

export const tombstoneField = '#dead';

/** At the end of a listed session: its connection has closed, its grace runs. */
export const closedMark = '/x';

const DESK = '*desk';
const structure = /[/@*]/gu;

/** Like encodeId, and free of what separates here. */
function encodePart(id: string): string {
  return encodeId(id).replace(
    structure,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function userField(user: UserKey): string {
  const colon = user.indexOf(':');
  return `${user.slice(0, colon)}:${encodeId(user.slice(colon + 1))}`;
}

export function decodeUserField(field: string): UserKey {
  const colon = field.indexOf(':');
  return `${field.slice(0, colon)}:${decodeId(field.slice(colon + 1))}` as UserKey;
}

/** True for `client:…` and `operator:…`; false for the counters, the JSON and the sessions. */
export function isUserField(field: string): boolean {
  return field.startsWith('client:') || field.startsWith('operator:');
}

export function roleOf(user: UserKey): 'client' | 'operator' {
  return user.startsWith('client:') ? 'client' : 'operator';
}

/** `<node>/<session>`: a session among all sessions of the cluster. */
export function sessionToken(nodeId: string, sessionId: string): string {
  return `${encodePart(nodeId)}/${encodePart(sessionId)}`;
}

/** The inverse of `sessionToken`. */
export function decodeToken(token: string): { nodeId: string; sessionId: string } {
  const [nodeId = '', sessionId = ''] = token.split('/');
  return { nodeId: decodeId(nodeId), sessionId: decodeId(sessionId) };
}

export interface ListedSession {
  readonly nodeId: string;
  readonly sessionId: string;
  readonly joinedMs: number;
}

/** The sessions of a user's list, oldest first. */
export function decodeSessions(list: string): ListedSession[] {
  return list.split(' ').map((item) => {
    const [, , joinedMs] = item.split('/');
    return { ...decodeToken(item), joinedMs: Number(joinedMs) };
  });
}

/** The session's field in its node's hash. */
export function entryField(room: Room, sessionId: string): string {
  return `${encodePart(sessionId)}@${room === 'desk' ? DESK : encodePart(room.chatId)}`;
}

/** What a cleaner needs to leave in the session's name. */
export interface SessionEntry {
  readonly field: string;
  readonly room: Room;
  readonly sessionId: string;
  readonly user: UserKey;
  readonly userJson: string;
  /** False: its coming was not announced, so its going is not either. */
  readonly announced: boolean;
}

export function entryValue(user: UserKey, announced: boolean, userJson: string): string {
  return `${userField(user)} ${announced ? '+' : '-'} ${userJson}`;
}

/** Undefined: not written by us. */
export function decodeEntry(field: string, value: string): SessionEntry | undefined {
  const [sessionId, room] = field.split('@');
  const [user, mark] = value.split(' ', 2);
  if (sessionId === undefined || room === undefined || user === undefined || mark === undefined)
    return undefined;
  return {
    field,
    room: room === DESK ? 'desk' : { chatId: decodeId(room) },
    sessionId: decodeId(sessionId),
    user: decodeUserField(user),
    userJson: value.slice(user.length + mark.length + 2),
    announced: mark === '+',
  };
}
