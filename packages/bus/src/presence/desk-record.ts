/**
 * What the desk's hash says of a session, under `session:<node>/<session>`, all in one field so that
 * a reader needs no other:
 *
 *   operator:9 {"id":"9",…}            the user, as everyone may see it
 *   {"sources":…,"connected_at":…}     the connection; empty when it has closed and the grace runs
 */
import type { UserKey } from '@switchboard/protocol';
import type { DeskSession } from '../contract.ts';
import { decodeId } from '../redis/keys.ts';
import { decodeUserField, sessionToken, userField } from './session-entry.ts';

const PREFIX = 'session:';

/** What HSCAN is asked for. */
export const deskRecordPattern = `${PREFIX}*`;

export function deskRecordField(nodeId: string, sessionId: string): string {
  return PREFIX + sessionToken(nodeId, sessionId);
}

/** Undefined: the field is about something else. */
export function tokenOfField(field: string): string | undefined {
  return field.startsWith(PREFIX) ? field.slice(PREFIX.length) : undefined;
}

export function encodeDeskRecord(user: UserKey, userJson: string, sessionJson = ''): string {
  return `${userField(user)} ${userJson}\n${sessionJson}`;
}

export function hasConnection(record: string): boolean {
  return !record.endsWith('\n');
}

/** JSON as we write it has no line break in it. */
export function decodeDeskRecord(token: string, record: string): DeskSession {
  const [nodeId = '', sessionId = ''] = token.split('/');
  const [userEnd, jsonEnd] = [record.indexOf(' '), record.indexOf('\n')];
  const session = {
    sessionId: decodeId(sessionId),
    nodeId: decodeId(nodeId),
    user: decodeUserField(record.slice(0, userEnd)),
    userJson: record.slice(userEnd + 1, jsonEnd),
  };
  return hasConnection(record) ? { ...session, sessionJson: record.slice(jsonEnd + 1) } : session;
}
