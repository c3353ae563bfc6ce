import type { RoomAudience, RoomPart, UserKey } from './routed-event.ts';

/** What an event is given when it is accepted: a new id, and when (RFC 3339, UTC, milliseconds). */
export interface Stamp {
  readonly eventId: string;
  readonly ts: string;
}

interface RoomContent {
  readonly audience: RoomAudience;
  /** What each side reads; encoded once where they read the same. */
  readonly operators: object;
  readonly clients: object;
  readonly except?: UserKey;
}

/** The room's part of an event, its payloads encoded. */
export function roomPart({ audience, operators, clients, except }: RoomContent): RoomPart {
  const data = JSON.stringify(audience === 'clients' ? clients : operators);
  const clientsData = audience === 'all' && clients !== operators ? JSON.stringify(clients) : data;
  return {
    audience,
    data,
    ...(clientsData !== data && { clientsData }),
    ...(except !== undefined && { except }),
  };
}
