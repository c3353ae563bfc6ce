/**
 * The sessions of this process: entered under the node id that holds, and entered anew under the
 * next one. Each failure leaves memory and caller agreeing; Redis is mended by reconciling.
 */
import type { RoutedEvent } from '@switchboard/protocol';
import { BusUnavailable, type Membership, type Presence, type SessionName } from '../contract.ts';
import { type Lease, notEntered } from '../nodes/lease.ts';
import { type HeldSession, type HeldSessions, entryOf } from './held-sessions.ts';
import type { Place } from './place.ts';
import { decodeToken, type Room } from './session-entry.ts';
import type { SessionStore } from './session-store.ts';

export interface OwnSessions extends Pick<Presence, 'join' | 'leave' | 'retire' | 'update'> {
  /** Enters a session that is held and that Redis does not have. */
  enterHeld(partition: number, entry: string): Promise<void>;
}

export interface OwnSessionsOptions {
  readonly store: SessionStore;
  readonly held: HeldSessions;
  readonly placeOf: (room: Room) => Place;
  readonly lease: Pick<Lease, 'nodeId' | 'replace'>;
  readonly newEventId: () => string;
  readonly now: () => number;
}

/** A node id that was just entered is not dead; more than a few in a row are a bug. */
const JOIN_ATTEMPTS = 3;

export function createOwnSessions(options: OwnSessionsOptions): OwnSessions {
  const { store, held, placeOf, lease } = options;

  /**
   * Joins under the id that holds now, and under the next one when it turns out to be dead. Under the id that
   * it was entered with before the room is not told: it knows of it, and only Redis has forgotten it.
   */
  async function enter(
    session: HeldSession,
    connected: RoutedEvent | undefined,
    sessionsMax = 0,
  ): Promise<SessionName[]> {
    for (let attempt = 0; attempt < JOIN_ATTEMPTS; attempt++) {
      const { nodeId } = lease;
      if (nodeId === undefined) throw notEntered();
      const [kind, ...surplus] = await store.join(nodeId, session.membership, {
        connected,
        isToldBefore: session.nodeId === nodeId,
        isAnnounced: connected !== undefined,
        sessionsMax,
      });
      if (kind !== 'dead') {
        session.nodeId = nodeId;
        return surplus.map(decodeToken);
      }
      await lease.replace(nodeId);
    }
    throw new BusUnavailable('this node is declared dead again and again', 'no');
  }
  /** Its caller is told that it is not in; if Redis has it all the same, reconciling takes it out. */
  function giveUp(partition: number, entry: string, session: HeldSession): void {
    const isHeld = held.get(partition, entry) === session;
    if (session.nodeId === undefined && isHeld) held.drop(partition, entry);
  }
  return {
    async join(membership, connected, { sessionsMax } = { sessionsMax: 0 }) {
      const { partition } = placeOf(membership.room);
      const entry = entryOf(membership);
      const session = held.get(partition, entry) ?? { membership, connected, nodeId: undefined };
      held.hold(partition, entry, session);
      let surplus: SessionName[] = [];
      await held.inTurn(entry, async () => {
        if (held.get(partition, entry) !== session) return;
        try {
          surplus = await enter(session, connected, sessionsMax);
        } catch (error) {
          giveUp(partition, entry, session);
          held.oweEnd(entry);
          throw error;
        }
      });
      return surplus;
    },
    async leave(membership, disconnected) {
      const entry = entryOf(membership);
      const session = held.drop(placeOf(membership.room).partition, entry);
      await held.inTurn(entry, async () => {
        try {
          // Under both ids while a replaced node's sessions are being entered anew.
          for (const nodeId of new Set([session?.nodeId, lease.nodeId])) {
            if (nodeId !== undefined) await store.leave(nodeId, membership, { disconnected });
          }
        } catch (error) {
          held.oweEnd(entry);
          throw error;
        }
        held.takeOwedEnd(entry);
      });
    },
    retire: (membership) => retire(membership, options),
    async update(membership) {
      const entry = entryOf(membership);
      const session = held.get(placeOf(membership.room).partition, entry);
      if (!session) return;
      session.membership = membership;
      await held.inTurn(entry, async () => {
        if (session.nodeId !== undefined) await store.update(session.nodeId, session.membership);
      });
    },
    enterHeld: (partition, entry) =>
      held.inTurn(entry, async () => {
        const session = held.get(partition, entry);
        if (session) await enter(session, anew(session.connected, options));
      }),
  };
}

/** An event that was published before would be taken for its own repetition. */
function anew(
  event: RoutedEvent | undefined,
  { now, newEventId }: Pick<OwnSessionsOptions, 'now' | 'newEventId'>,
): RoutedEvent | undefined {
  return event && { ...event, eventId: newEventId(), ts: new Date(now()).toISOString() };
}

/** It stays held: reconciling leaves it there for its grace. */
async function retire(
  membership: Membership,
  { store, held, placeOf }: Pick<OwnSessionsOptions, 'store' | 'held' | 'placeOf'>,
): Promise<void> {
  const { partition } = placeOf(membership.room);
  const entry = entryOf(membership);
  await held.inTurn(entry, async () => {
    const nodeId = held.get(partition, entry)?.nodeId;
    if (nodeId !== undefined) await store.retire(nodeId, membership);
  });
}
