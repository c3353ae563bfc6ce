/** What each side reads of a routed event, decoded: the view that tests of who receives what take. */
import type { RoutedEvent } from './routed-event.ts';

export interface ReadBy {
  readonly clients?: unknown;
  readonly operators?: unknown;
  readonly feed?: unknown;
}

export function readBy({ room, feed }: RoutedEvent): ReadBy {
  return {
    ...(room &&
      room.audience !== 'operators' && {
        clients: JSON.parse(room.clientsData ?? room.data) as unknown,
      }),
    ...(room && room.audience !== 'clients' && { operators: JSON.parse(room.data) as unknown }),
    ...(feed && { feed: JSON.parse(feed.data) as unknown }),
  };
}

/** The sides that read anything. */
export function readersOf(event: RoutedEvent): string[] {
  return Object.keys(readBy(event));
}
