/** Who is in a room, for people and for `connected`: without the sessions of dead nodes. */
import type { Member } from '../contract.ts';
import { within } from '../redis/call.ts';
import { scanHash } from '../redis/scan-hash.ts';
import type { RedisCommands } from '../redis/script.ts';
import type { Living, LivingNodes } from '../nodes/living.ts';
import {
  type ListedSession,
  decodeSessions,
  decodeUserField,
  isUserField,
} from './session-entry.ts';

export interface ReadOptions {
  readonly redis: RedisCommands;
  readonly livingNodes: LivingNodes;
  readonly deadlineMs: number;
}

const jsonPrefix = 'json:';

interface Listed {
  readonly field: string;
  readonly sessions: ListedSession[];
}

/**
 * The first `limit` users, and how many there are. In a large room these are the room's counters; while
 * a node is dead and not cleaned up they count its users too, and the room is read to its end.
 */
export async function readMembers(
  options: ReadOptions,
  membersKey: string,
  limit: number,
): Promise<{ members: Member[]; total: number }> {
  const { redis, deadlineMs } = options;
  const found = new Map<string, Listed>();
  const jsons = new Map<string, string>();
  let wholeRoom = true;
  for await (const { entries, more } of scanHash(redis, membersKey, deadlineMs)) {
    for (const [field, json] of entries) if (field.startsWith(jsonPrefix)) jsons.set(field, json);
    const { users, living } = await livingUsers(options, entries);
    for (const user of users) found.set(user.field, user);
    wholeRoom = !more;
    if (found.size >= limit && living.isEverybodyLiving) break;
  }
  const listed = [...found.values()].slice(0, limit);
  await readMissing(options, membersKey, { listed, jsons });
  const members = nameMembers(listed, jsons);
  if (wholeRoom) return { members, total: found.size };
  return { members, total: await countUsers(options, membersKey) };
}

async function livingUsers(
  options: ReadOptions,
  entries: [string, string][],
): Promise<{ users: Listed[]; living: Living }> {
  const users = entries
    .filter(([field]) => isUserField(field))
    .map(([field, list]) => ({ field, sessions: decodeSessions(list) }));
  const living = await options.livingNodes.living(nodesOf(users));
  const left = users.map((user) => withoutDead(user, living));
  return { users: left.filter(({ sessions }) => sessions.length > 0), living };
}

function nodesOf(users: readonly Listed[]): Set<string> {
  return new Set(users.flatMap(({ sessions }) => sessions.map(({ nodeId }) => nodeId)));
}

function withoutDead({ field, sessions }: Listed, living: Living): Listed {
  return { field, sessions: sessions.filter(({ nodeId }) => living.has(nodeId)) };
}

/** A scan of a large room may bring a user's JSON later than the user. */
async function readMissing(
  { redis, deadlineMs }: ReadOptions,
  key: string,
  { listed, jsons }: { listed: readonly Listed[]; jsons: Map<string, string> },
): Promise<void> {
  const missing = listed.map(jsonField).filter((field) => !jsons.has(field));
  if (missing.length === 0) return;
  const values = await within(deadlineMs, redis.hmget(key, ...missing));
  for (const [i, value] of values.entries()) if (value != null) jsons.set(missing[i]!, value);
}

/** A user who has gone since the list was read has no JSON any more and is left out. */
function nameMembers(users: readonly Listed[], jsons: ReadonlyMap<string, string>): Member[] {
  return users.flatMap((listed) => {
    const { field, sessions } = listed;
    const userJson = jsons.get(jsonField(listed));
    const [oldest] = sessions;
    if (userJson === undefined || oldest === undefined) return [];
    const named = sessions.map(({ nodeId, sessionId }) => ({ nodeId, sessionId }));
    return [{ user: decodeUserField(field), userJson, sessions: named, sinceMs: oldest.joinedMs }];
  });
}

function jsonField({ field }: Listed): string {
  return `${jsonPrefix}${field}`;
}

async function countUsers({ redis, deadlineMs }: ReadOptions, key: string): Promise<number> {
  const counters = await within(deadlineMs, redis.hmget(key, '#client', '#operator'));
  return counters.reduce((sum, count) => sum + Number(count ?? 0), 0);
}
