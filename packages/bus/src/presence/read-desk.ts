/** Who is at the operators' desk: without the sessions of dead nodes. */
import type { UserKey } from '@switchboard/protocol';
import type { DeskPart } from '../contract.ts';
import type { LivingNodes } from '../nodes/living.ts';
import { within } from '../redis/call.ts';
import { deskRecordField, hasConnection } from './desk-record.ts';
import type { DeskView } from './desk-view.ts';
import type { ReadOptions } from './read-members.ts';
import { decodeSessions, userField } from './session-entry.ts';

/** The leases are judged when everything else is there: a node that has died meanwhile is left out. */
export async function readDesk(view: DeskView, livingNodes: LivingNodes): Promise<DeskPart[]> {
  // Both are asked while Redis is away, too: who has seen the outage does not take it for a death.
  const [sessions] = await Promise.all([view.current(), livingNodes.living()]);
  const nodeIds = [...sessions.nodeIds()];
  const living = await livingNodes.living(nodeIds);
  return nodeIds
    .filter((nodeId) => living.has(nodeId))
    .flatMap((nodeId) => {
      const lastSeenMs = living.lastSeenMs(nodeId);
      return sessions.partsOf(nodeId).map((part) => ({ nodeId, lastSeenMs, sessions: part }));
    });
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
  const fields = sessions.map(({ nodeId, sessionId }) => deskRecordField(nodeId, sessionId));
  const [records, living] = await Promise.all([
    within(deadlineMs, redis.hmget(deskKey, ...fields)),
    options.livingNodes.living(sessions.map(({ nodeId }) => nodeId)),
  ]);
  const isLive = (record: string | null | undefined) => record != null && hasConnection(record);
  return sessions.filter(({ nodeId }, index) => isLive(records[index]) && living.has(nodeId))
    .length;
}
