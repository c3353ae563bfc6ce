/** Where a room's presence lives: its hash, its channel and the partition of both. */
import type { RoutedEvent } from '@switchboard/protocol';
import type { OutboxKind } from '../contract.ts';
import { type OutboxEntry, presenceEntry } from '../hand-off/outbox-entry.ts';
import type { Keys } from '../redis/keys.ts';
import type { Room } from './session-entry.ts';

export interface Place {
  readonly partition: number;
  readonly members: string;
  readonly channel: string;
  /** The stream of changes; a room has none and names a key of its own. */
  readonly changes: string;
  readonly outbox: string;
  /** The published form of an event in this place; empty: nothing to publish. */
  envelope(event: RoutedEvent | undefined): string;
  /** What the backend is told of an event in this place. */
  handedOn(event: RoutedEvent | undefined): OutboxEntry;
}

/** Encodes an event for publishing without logging it. */
export type EncodeEphemeral = (event: RoutedEvent) => { room?: string; feed?: string };

const noKinds: ReadonlySet<OutboxKind> = new Set();

/** @param kinds that the outbox takes; none without an outbox */
export function createPlaces(
  keys: Keys,
  encode: EncodeEphemeral,
  kinds = noKinds,
): (room: Room) => Place {
  const handedOn = (event: RoutedEvent | undefined) => presenceEntry(event, kinds);
  const desk: Place = {
    partition: 0,
    members: keys.desk(),
    channel: keys.feed(0),
    changes: keys.deskChanges(),
    outbox: keys.outbox(0),
    envelope: (event) => (event && encode(event).feed) ?? '',
    handedOn,
  };
  const chat = (chatId: string, partition = keys.partitionOf(chatId)): Place => ({
    partition,
    members: keys.members(chatId),
    channel: keys.room(chatId),
    changes: keys.members(chatId),
    outbox: keys.outbox(partition),
    envelope: (event) => (event && encode(event).room) ?? '',
    handedOn,
  });
  return (room) => (room === 'desk' ? desk : chat(room.chatId));
}
