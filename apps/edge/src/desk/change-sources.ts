/** New sources for an operator's live sessions: from the next event on they count. */
import type { Sources } from '@switchboard/protocol';
import type { DeskSession } from '../session/session.ts';
import { ephemeralTopic, feedTopic, type Desk } from './desk.ts';

export function changeSources(session: DeskSession, sources: Sources, desk: Desk): void {
  session.sources = sources;
  session.sourcesAreLive = true;
  const seat = desk.seats.get(session);
  if (seat === undefined) return;
  const before = seat.sourceClass;
  desk.reclassify(seat, sources);
  // Whoever is not on the feeds now comes to those of its class then.
  if (session.phase !== 'live' || desk.arriving.has(seat) || seat.sourceClass === before) return;
  const { connection } = session;
  if (!session.isSpared) {
    connection.unsubscribe(ephemeralTopic(before));
    connection.subscribe(ephemeralTopic(seat.sourceClass));
  }
  seat.phases.forEach((_, partition) => {
    connection.unsubscribe(feedTopic(partition, before));
    connection.subscribe(feedTopic(partition, seat.sourceClass));
  });
}
