/**
 * Presence: who is in which room, under a lease that belongs to the node.
 *
 * Redis has the truth for everyone else; the memory here is the truth about this process' own
 * sessions, from which Redis is mended (`reconcile`) and entered anew under another node id.
 */
import type { OutboxKind, Presence } from '../contract.ts';
import type { Lease } from '../nodes/lease.ts';
import type { LeaseTimes } from '../nodes/lease-times.ts';
import type { LivingNodes } from '../nodes/living.ts';
import type { NodeSessions } from '../nodes/nodes.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { cleanSessions } from './clean-sessions.ts';
import { createDeskView } from './desk-view.ts';
import { createHeldSessions } from './held-sessions.ts';
import { createOwnSessions } from './own-sessions.ts';
import { type EncodeEphemeral, createPlaces } from './place.ts';
import { countDeskSessions, readDesk } from './read-desk.ts';
import { readMembers } from './read-members.ts';
import { reconcile } from './reconcile.ts';
import type { SessionEntry } from './session-entry.ts';
import { createSessionStore } from './session-store.ts';
import { type BuildDisconnected, createTakeOut } from './take-out.ts';

export interface PresenceOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly lease: Pick<Lease, 'nodeId' | 'replace'>;
  readonly livingNodes: LivingNodes;
  readonly times: LeaseTimes;
  readonly encode: EncodeEphemeral;
  readonly buildDisconnected: BuildDisconnected;
  /** What of it is handed on to a backend. Default: nothing. */
  readonly outboxKinds?: ReadonlySet<OutboxKind> | undefined;
  readonly newEventId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createPresence(options: PresenceOptions): Presence & NodeSessions {
  const { redis, keys, lease, livingNodes, times, newEventId, now } = options;
  const { deadlineMs, tombstoneMs } = times;
  const placeOf = createPlaces(keys, options.encode, options.outboxKinds);
  const store = createSessionStore({ redis, keys, placeOf, deadlineMs, tombstoneMs });
  const held = createHeldSessions(keys.partitions);
  const own = createOwnSessions({ store, held, placeOf, lease, newEventId, now });
  const takeOut = createTakeOut(store, options.buildDisconnected);
  const reading = { redis, livingNodes, deadlineMs };
  const listing = { redis, keys, deadlineMs };
  const deskView = createDeskView(listing);

  const takeOutUnheld = (nodeId: string, entry: SessionEntry) =>
    held.inTurn(entry.field, async () => {
      const { partition } = placeOf(entry.room);
      if (held.get(partition, entry.field)) return;
      // Otherwise it had left, and the room was told: a rollback has brought it back.
      if (!held.takeOwedEnd(entry.field)) return takeOut(nodeId, entry, true);
      try {
        await takeOut(nodeId, entry);
      } catch (error) {
        held.oweEnd(entry.field);
        throw error;
      }
    });
  const { enterHeld } = own;
  return {
    join: own.join,
    leave: own.leave,
    retire: own.retire,
    update: own.update,
    members: (chatId, limit) => readMembers(reading, keys.members(chatId), limit),
    desk: () => readDesk(deskView, livingNodes),
    deskSessionsOf: (operatorId) =>
      countDeskSessions(reading, keys.desk(), `operator:${operatorId}`),
    reconcile: () =>
      reconcile({ ...listing, held, nodeId: () => lease.nodeId, enterHeld, takeOutUnheld }),
    clean: (nodeId, signal) => cleanSessions({ ...listing, store, takeOut, signal }, nodeId),
  };
}
