/**
 * A chat for the source filter, as one line in an envelope: `w,d,o` or, when an update changed it,
 * `w,d,o;w,d,o` (old; new). `-` = unknown, empty = known to have none, ids are encoded.
 */
import type { RoutedChat } from '../contract.ts';
import { decodeId, encodeId } from '../redis/keys.ts';

/** The chat as it is, and before it as it was when that differs. Empty array: nothing is known. */
export function decodeRouting(line: string): RoutedChat[] {
  return line === '-' ? [] : line.split(';').map(decodeChat);
}

export function encodeRouting(chats: readonly RoutedChat[]): string {
  return chats.length === 0 ? '-' : chats.map(encodeChat).join(';');
}

function decodeChat(text: string): RoutedChat {
  const [widgetId, departmentId, operatorId] = text.split(',').map(decodePart);
  return {
    ...(widgetId !== undefined && { widgetId }),
    ...(departmentId !== undefined && { departmentId }),
    ...(operatorId !== undefined && { operatorId }),
  };
}

function decodePart(part: string): string | undefined {
  return part === '-' ? undefined : decodeId(part);
}

function encodeChat(chat: RoutedChat): string {
  return [chat.widgetId, chat.departmentId, chat.operatorId].map(encodeRoutingId).join(',');
}

/** A single id of a routing line, where `,` and `;` are structure too. */
export function encodeRoutingId(id: string | undefined): string {
  if (id === undefined) return '-';
  return encodeId(id).replace(/[,;]/gu, (char) => (char === ',' ? '%2C' : '%3B'));
}
