/** A desk whose reader lags leaves the topics of what is ephemeral, and comes back to them. */
import type { DeskSession } from '../session/session.ts';
import { deskTopic, ephemeralTopic, type Desk } from './desk.ts';

export function spareSeat(session: DeskSession, isSpared: boolean, desk: Desk): void {
  const seat = desk.seats.get(session);
  if (seat === undefined) return;
  session.isSpared = isSpared;
  const { connection } = session;
  if (isSpared) desk.spared.add(seat);
  else desk.spared.delete(seat);
  // Whoever is not on the feeds now comes to the right topics then.
  if (desk.arriving.has(seat)) return;
  for (const topic of [deskTopic, ephemeralTopic(seat.sourceClass)]) {
    if (isSpared) connection.unsubscribe(topic);
    else connection.subscribe(topic);
  }
}
