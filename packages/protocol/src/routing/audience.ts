import type { MessageType, TypeRole } from '../scalars.ts';
import type { RoomAudience } from './routed-event.ts';

/** Who may see a message of a type. */
export interface Audience {
  readonly clients: boolean;
  readonly operators: boolean;
  /** `/broadcast`, filtered by sources. */
  readonly feed: boolean;
}

const EVERYONE: Audience = { clients: true, operators: true, feed: true };
const NOTES: Audience = { clients: false, operators: true, feed: false };

/**
 * The one place that decides who sees a message, its updates and its receipts. A `system` message
 * without `type_role` is for nobody: nothing leaks by default.
 */
export function audienceOf(type: MessageType, typeRole?: TypeRole | null): Audience {
  if (type === 'standard' || type === 'bot') return EVERYONE;
  if (type === 'note') return NOTES;
  return { clients: typeRole === 'client', operators: typeRole === 'operator', feed: false };
}

/** The sockets of the room that an audience means; undefined for none of them. */
export function roomAudience({
  clients,
  operators,
}: Omit<Audience, 'feed'>): RoomAudience | undefined {
  if (clients) return operators ? 'all' : 'clients';
  return operators ? 'operators' : undefined;
}
