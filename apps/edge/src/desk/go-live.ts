/**
 * When a seat reads along with the feeds, and when it does not: before it has caught up, and after a
 * feed's log was lost. What comes meanwhile is held for it.
 */
import { deskTopic, ephemeralTopic, feedTopic, type Desk, type DeskSeat } from './desk.ts';

/** From this turn on the session reads along with all feeds; first it gets these frames and what was held. */
export function goLive(seat: DeskSeat, frames: readonly string[], desk: Desk): void {
  const { session } = seat;
  desk.arriving.delete(seat);
  if (session.phase === 'ended') return;
  session.phase = 'live';
  seat.phases.fill('live');
  seat.heldBytes = 0;
  session.connection.together(() => {
    for (const frame of [...frames, ...seat.held.splice(0)]) session.send(frame);
    for (const topic of topicsOf(seat)) session.connection.subscribe(topic);
  });
}

/**
 * Takes a seat that is going to start afresh off the feeds. Until it is told so it gets nothing that
 * has a position: whoever left meanwhile would come back from behind the hole and never hear of it.
 */
export function setAside(seat: DeskSeat, desk: Desk): void {
  seat.startsFrom = desk.position();
  if (desk.arriving.has(seat)) return;
  for (const topic of topicsOf(seat)) seat.session.connection.unsubscribe(topic);
  seat.phases.fill('level');
  desk.arriving.add(seat);
}

function topicsOf({ session, sourceClass, phases }: DeskSeat): string[] {
  const feeds = phases.map((_, partition) => feedTopic(partition, sourceClass));
  return session.isSpared ? feeds : [deskTopic, ephemeralTopic(sourceClass), ...feeds];
}
