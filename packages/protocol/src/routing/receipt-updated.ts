import type { ServerData } from '../frames/server-frames.ts';
import type { MessageType, TypeRole } from '../scalars.ts';
import { type Audience, audienceOf, roomAudience } from './audience.ts';
import { type SocketUser, userForClients } from './projections.ts';
import type { RoomPart, RoutedEvent } from './routed-event.ts';
import type { Stamp } from './stamp.ts';

/** What a receipt tells: up to which message each audience is told that it was read or delivered. */
export interface Receipt {
  readonly level: 'delivered' | 'read';
  readonly chatId: string;
  readonly reader: SocketUser;
  /** The message that was marked; its type as remembered, or as the receipt says. */
  readonly message: {
    readonly id: string;
    readonly type?: MessageType | undefined;
    readonly typeRole?: TypeRole | null | undefined;
  };
  readonly upTo: boolean;
  /** With `upTo`: the newest message at or before the marked one that each audience may see. */
  readonly newestFor?: NewestFor | undefined;
}

export interface NewestFor {
  readonly clients?: string | undefined;
  readonly operators?: string | undefined;
  readonly feed?: string | undefined;
}

/**
 * A receipt as `messageUpdated`: logged for the room, and for `/broadcast` an event of its own
 * with the same id that is published only (coalesced, without position).
 */
export interface RoutedReceipt {
  readonly logged: RoutedEvent;
  readonly ephemeral?: RoutedEvent;
}

export function receiptUpdated(receipt: Receipt, { eventId, ts }: Stamp): RoutedReceipt {
  const told = toldIds(receipt);
  const head = { event: 'messageUpdated', eventId, ts, chatId: receipt.chatId };
  const room = roomOf(receipt, told, ts);
  const feed =
    told.feed === undefined ? undefined : JSON.stringify(payload(receipt, told.feed, ts));
  return {
    logged: { ...head, ...(room && { room }) },
    ...(feed !== undefined && { ephemeral: { ...head, feed: { to: 'filtered', data: feed } } }),
  };
}

/** The answer to a receipt that changes nothing: for its sender alone. */
export function receiptUnchanged(receipt: Receipt, ts: string): ServerData['messageUpdated'] {
  const { chatId, reader, message, upTo } = receipt;
  return {
    message: {
      id: message.id,
      chat_id: chatId,
      ...(message.type && { type: message.type }),
      updated_at: ts,
    },
    changed: [],
    by: reader.role === 'client' ? userForClients(reader) : reader,
    ...(upTo && { up_to: true }),
  };
}

function toldIds({ message, reader, upTo, newestFor }: Receipt): NewestFor {
  if (upTo && newestFor !== undefined) return newestFor;
  const { clients, operators, feed } =
    message.type === undefined ? assumed(reader) : audienceOf(message.type, message.typeRole);
  return {
    ...(clients && { clients: message.id }),
    ...(operators && { operators: message.id }),
    ...(feed && { feed: message.id }),
  };
}

/** Of a message that nobody remembers: a client only repeats an id that it was sent; an operator may mean a note. */
function assumed(reader: SocketUser): Audience {
  return audienceOf(reader.role === 'client' ? 'standard' : 'note');
}

function roomOf(receipt: Receipt, told: NewestFor, ts: string): RoomPart | undefined {
  const { clients, operators } = told;
  const audience = roomAudience({
    clients: clients !== undefined,
    operators: operators !== undefined,
  });
  if (audience === undefined) return undefined;
  const forOperators =
    operators === undefined ? '' : JSON.stringify(payload(receipt, operators, ts));
  const forClients =
    clients === undefined ? '' : JSON.stringify(payload(forClient(receipt), clients, ts));
  if (audience === 'clients') return { audience, data: forClients };
  const differs = audience === 'all' && forClients !== forOperators;
  return { audience, data: forOperators, ...(differs && { clientsData: forClients }) };
}

function forClient(receipt: Receipt): Receipt {
  return { ...receipt, reader: { ...userForClients(receipt.reader), role: receipt.reader.role } };
}

function payload(receipt: Receipt, id: string, ts: string): object {
  const { level, message, chatId, reader, upTo } = receipt;
  const time = `${level}_at`;
  // The type belongs to the marked message: another one that is told instead may be of another type.
  const type = id === message.id && message.type !== undefined ? { type: message.type } : {};
  return {
    message: { id, chat_id: chatId, ...type, updated_at: ts, status: level, [time]: ts },
    changed: ['status', time],
    by: reader,
    ...(upTo && { up_to: true }),
  };
}
