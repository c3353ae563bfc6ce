/** A desk whose reader lags leaves the topics of what is ephemeral, and comes back to them. */
import type { DeskSession } from '../session/session.ts';
import { deskTopic, ephemeralTopic, type Desk } from './desk.ts';

export function spareSeat(session: DeskSession, isSpared: boolean, desk: Desk): void {
  const seat = desk.seats.get(session);
  if (seat === undefined) return;
  session.isSpared = isSpared;
  const { connection } = session;
  const topics = [deskTopic, ephemeralTopic(seat.sourceClass)];
  if (isSpared) {
    desk.spared.add(seat);
    for (const topic of topics) connection.unsubscribe(topic);
  } else {
    desk.spared.delete(seat);
    for (const topic of topics) connection.subscribe(topic);
  }
}
