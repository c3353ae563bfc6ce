/**
 * Presence: who is in which room, under a lease that belongs to the node.
 *
 * Redis has the truth for everyone else; the memory here is the truth about this process' own
 * sessions, from which Redis is mended (`reconcile`) and entered anew under another node id.
 */
import type { RoutedEvent, UserKey } from '@switchboard/protocol';
import { BusUnavailable, type Membership, type Presence } from '../contract.ts';
import { type Lease, notEntered } from '../nodes/lease.ts';
import type { LeaseTimes } from '../nodes/lease-times.ts';
import type { LivingNodes } from '../nodes/living.ts';
import type { NodeSessions } from '../nodes/nodes.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { cleanSessions } from './clean-sessions.ts';
import { type HeldSession, createHeldSessions, entryOf } from './held-sessions.ts';
import { type EncodeEphemeral, createPlaces } from './place.ts';
import { countDeskSessions, readDesk } from './read-desk.ts';
import { readMembers } from './read-members.ts';
import { reconcile } from './reconcile.ts';
import type { Room, SessionEntry } from './session-entry.ts';
import { createSessionStore } from './session-store.ts';

export interface PresenceOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly lease: Pick<Lease, 'nodeId' | 'replace'>;
  readonly livingNodes: LivingNodes;
  readonly times: LeaseTimes;
  readonly encode: EncodeEphemeral;
  /** What is told when a user's last session is taken out by somebody else than its own node. */
  readonly buildDisconnected: (room: Room, user: UserKey, userJson: string) => RoutedEvent | undefined;
  readonly newEventId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A node id that was just entered is not dead; more than a few in a row are a bug. */
const JOIN_ATTEMPTS = 3;

export function createPresence(options: PresenceOptions): Presence & NodeSessions {
  const { redis, keys, lease, livingNodes, times } = options;
  const { deadlineMs, tombstoneMs } = times;
  const placeOf = createPlaces(keys, options.encode);
  const store = createSessionStore({ redis, keys, placeOf, deadlineMs, tombstoneMs });
  const held = createHeldSessions(keys.partitions);
  const reading = { redis, livingNodes, deadlineMs };

  /** Joins under the id that holds now, and under the next one when it turns out to be dead. */
  async function enter(session: HeldSession, connected: RoutedEvent | undefined): Promise<void> {
    for (let attempt = 0; attempt < JOIN_ATTEMPTS; attempt++) {
      const { nodeId } = lease;
      if (nodeId === undefined) throw notEntered();
      if ((await store.join(nodeId, session.membership, connected)) !== 'dead') {
        session.nodeId = nodeId;
        return;
      }
      await lease.replace(nodeId);
    }
    throw new BusUnavailable('this node is declared dead again and again', 'no');
  }
  /** An event that was published before would be taken for its own repetition. */
  function anew(event: RoutedEvent | undefined): RoutedEvent | undefined {
    return event && { ...event, eventId: options.newEventId(), ts: new Date(options.now()).toISOString() };
  }
  async function enterHeld(partition: number, entry: string): Promise<void> {
    await held.inTurn(entry, async () => {
      const session = held.get(partition, entry);
      if (session) await enter(session, anew(session.connected));
    });
  }
  function disconnectedOf({ room, user, userJson, announced }: SessionEntry): RoutedEvent | undefined {
    return announced ? options.buildDisconnected(room, user, userJson) : undefined;
  }
  async function takeOut(nodeId: string, entry: SessionEntry): Promise<void> {
    const { partition } = placeOf(entry.room);
    await held.inTurn(entry.field, async () => {
      if (!held.get(partition, entry.field)) await store.leave(nodeId, entry, disconnectedOf(entry));
    });
  }
  async function join(membership: Membership, connected: RoutedEvent | undefined): Promise<void> {
    const { partition } = placeOf(membership.room);
    const entry = entryOf(membership);
    const session: HeldSession = { membership, connected, nodeId: undefined };
    if (!held.get(partition, entry)) held.hold(partition, entry, session);
    await held.inTurn(entry, async () => {
      const current = held.get(partition, entry);
      if (current) await enter(current, connected).catch((error) => giveUp(partition, entry, current, error));
    });
  }
  /** Its caller is told that it is not in; if Redis has it all the same, reconciling takes it out. */
  function giveUp(partition: number, entry: string, session: HeldSession, error: unknown): never {
    if (session.nodeId === undefined && held.get(partition, entry) === session) held.drop(partition, entry);
    throw error;
  }
  async function leave(membership: Membership, disconnected: RoutedEvent | undefined): Promise<void> {
    const entry = entryOf(membership);
    const session = held.drop(placeOf(membership.room).partition, entry);
    await held.inTurn(entry, async () => {
      // Under both ids while a replaced node's sessions are being entered anew.
      for (const nodeId of new Set([session?.nodeId, lease.nodeId])) {
        if (nodeId !== undefined) await store.leave(nodeId, membership, disconnected);
      }
    });
  }
  async function update(membership: Membership): Promise<void> {
    const entry = entryOf(membership);
    const session = held.get(placeOf(membership.room).partition, entry);
    if (!session) return;
    session.membership = membership;
    await held.inTurn(entry, async () => {
      if (session.nodeId !== undefined) await store.update(session.nodeId, session.membership);
    });
  }
  return {
    join,
    leave,
    update,
    members: (chatId, limit) => readMembers(reading, keys.members(chatId), limit),
    desk: () => readDesk(reading, keys.desk()),
    deskSessionsOf: (operatorId) => countDeskSessions(reading, keys.desk(), `operator:${operatorId}`),
    reconcile: () => reconcile({ redis, keys, deadlineMs, held, nodeId: () => lease.nodeId, enterHeld, takeOut }),
    clean: (nodeId) => cleanSessions({ redis, keys, deadlineMs, store, disconnectedOf }, nodeId),
  };
}
