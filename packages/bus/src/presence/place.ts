/** Where a room's presence lives: its hash, its channel and the partition of both. */
import type { RoutedEvent } from '@switchboard/protocol';
import type { Keys } from '../redis/keys.ts';
import type { Room } from './session-entry.ts';

export interface Place {
  readonly partition: number;
  readonly members: string;
  readonly channel: string;
  /** The stream of changes; a room has none and names a key of its own. */
  readonly changes: string;
  /** The published form of an event in this place; empty: nothing to publish. */
  envelope(event: RoutedEvent | undefined): string;
}

/** Encodes an event for publishing without logging it. */
export type EncodeEphemeral = (event: RoutedEvent) => { room?: string; feed?: string };

export function createPlaces(keys: Keys, encode: EncodeEphemeral): (room: Room) => Place {
  const desk: Place = {
    partition: 0,
    members: keys.desk(),
    channel: keys.feed(0),
    changes: keys.deskChanges(),
    envelope: (event) => (event && encode(event).feed) ?? '',
  };
  const chat = (chatId: string): Place => ({
    partition: keys.partitionOf(chatId),
    members: keys.members(chatId),
    channel: keys.room(chatId),
    changes: keys.members(chatId),
    envelope: (event) => (event && encode(event).room) ?? '',
  });
  return (room) => (room === 'desk' ? desk : chat(room.chatId));
}
