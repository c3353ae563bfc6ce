/** Takes a session out for a node that cannot or did not do it, and tells the room in its name. */
import type { RoutedEvent, UserKey } from '@switchboard/protocol';
import type { Room, SessionEntry } from './session-entry.ts';
import type { SessionStore } from './session-store.ts';

/** What is told when a user's last session is taken out by somebody else than its own node. */
export type BuildDisconnected = (
  room: Room,
  user: UserKey,
  userJson: string,
) => RoutedEvent | undefined;

/** @param isToldBefore the room knows that it is gone. Default false */
export type TakeOut = (
  nodeId: string,
  entry: SessionEntry,
  isToldBefore?: boolean,
) => Promise<void>;

/** An event that cannot be built must not keep a session in: it goes untold, then the error. */
export function createTakeOut(
  store: Pick<SessionStore, 'leave'>,
  buildDisconnected: BuildDisconnected,
): TakeOut {
  return async (nodeId, entry, isToldBefore = false) => {
    const { room, user, userJson, announced } = entry;
    let event: RoutedEvent | undefined;
    try {
      event = announced ? buildDisconnected(room, user, userJson) : undefined;
    } finally {
      await store.leave(nodeId, entry, { disconnected: event, isToldBefore });
    }
  };
}
