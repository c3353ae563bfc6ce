/** Who is at the operators' desk: without the sessions of dead nodes. */
import type { UserKey } from '@switchboard/protocol';
import type { DeskSession } from '../contract.ts';
import { within } from '../redis/call.ts';
import { scanHash } from '../redis/scan-hash.ts';
import type { ReadOptions } from './read-members.ts';
import {
  decodeSessions,
  decodeUserField,
  isUserField,
  sessionToken,
  userField,
} from './session-entry.ts';

/** All sessions, each with its user. One that comes or goes meanwhile may be missing. */
export async function readDesk(options: ReadOptions, deskKey: string): Promise<DeskSession[]> {
  const desk = new Map<string, string>();
  for await (const { entries } of scanHash(options.redis, deskKey, options.deadlineMs)) {
    for (const [field, value] of entries) desk.set(field, value);
  }
  const listed = [...desk].filter(([field]) => isUserField(field)).flatMap(listSessions);
  const living = await options.livingNodes.living(new Set(listed.map(({ nodeId }) => nodeId)));
  return listed
    .filter(({ nodeId }) => living.has(nodeId))
    .flatMap(({ field, nodeId, sessionId }) => {
      const userJson = desk.get(`json:${field}`);
      const sessionJson = desk.get(jsonField(nodeId, sessionId));
      if (userJson === undefined) return [];
      const user = decodeUserField(field);
      const lastSeenMs = living.lastSeenMs(nodeId);
      const session = { sessionId, nodeId, user, userJson, lastSeenMs };
      return [sessionJson === undefined ? session : { ...session, sessionJson }];
    });
}

function listSessions([field, list]: [string, string]) {
  return decodeSessions(list).map(({ nodeId, sessionId }) => ({ field, nodeId, sessionId }));
}

/** How many live sessions one user has at the desk; those in their grace are not live. */
export async function countDeskSessions(
  options: ReadOptions,
  deskKey: string,
  user: UserKey,
): Promise<number> {
  const { redis, deadlineMs } = options;
  const list = await within(deadlineMs, redis.hget(deskKey, userField(user)));
  if (list == null) return 0;
  const sessions = decodeSessions(list);
  const fields = sessions.map(({ nodeId, sessionId }) => jsonField(nodeId, sessionId));
  const [kept, living] = await Promise.all([
    within(deadlineMs, redis.hmget(deskKey, ...fields)),
    options.livingNodes.living(sessions.map(({ nodeId }) => nodeId)),
  ]);
  return sessions.filter(({ nodeId }, index) => kept[index] != null && living.has(nodeId)).length;
}

function jsonField(nodeId: string, sessionId: string): string {
  return `session:${sessionToken(nodeId, sessionId)}`;
}
