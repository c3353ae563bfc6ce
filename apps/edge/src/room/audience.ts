/**
 * Which sockets of a room read which bytes of an event. Topics are `a/<chat>` for all, `o/<chat>` for
 * operators, `c/<chat>` for clients; a socket is in the first and in one of the others.
 */
import type { BusEvent } from '@switchboard/bus';

type Role = 'client' | 'operator';
type RoomEvent = Pick<BusEvent, 'audience' | 'frame' | 'clientsFrame'>;

export interface Publication {
  readonly topic: string;
  readonly frame: Uint8Array;
}

const roleTopic = { client: 'c', operator: 'o' } as const;

export function topicsOf(chatId: string, role: Role): [string, string] {
  return [`a/${chatId}`, `${roleTopic[role]}/${chatId}`];
}

/** What to publish where: encoded once, whoever reads it. No socket gets it twice. */
export function publicationsOf(chatId: string, event: RoomEvent): Publication[] {
  const { audience, frame, clientsFrame } = event;
  if (audience === 'clients') return [{ topic: `c/${chatId}`, frame: clientsFrame ?? frame }];
  if (audience === 'operators') return [{ topic: `o/${chatId}`, frame }];
  if (audience !== 'all') return [];
  if (clientsFrame === undefined) return [{ topic: `a/${chatId}`, frame }];
  return [
    { topic: `o/${chatId}`, frame },
    { topic: `c/${chatId}`, frame: clientsFrame },
  ];
}

/** What one role reads of an event; undefined: nothing. */
export function frameFor(role: Role, event: RoomEvent): Uint8Array | undefined {
  const { audience, frame, clientsFrame } = event;
  if (audience === 'all') return role === 'client' ? (clientsFrame ?? frame) : frame;
  if (audience === 'clients') return role === 'client' ? (clientsFrame ?? frame) : undefined;
  return audience === 'operators' && role === 'operator' ? frame : undefined;
}
