/**
 * What each side reads of an entity. A client never reads more of a user than `publicUserFields`;
 * everything that is sent passes through here.
 */
import type { Chat } from '../entities/chat.ts';
import type { Message } from '../entities/message.ts';
import { type PublicUser, type User, publicUserFields } from '../entities/user.ts';
import { isSet } from '../is-set.ts';
import { isObject } from '../json.ts';
import type { UserRole } from '../scalars.ts';
import type { UserKey } from './routed-event.ts';

/** The fields that hold a user, wherever a message or a payload has one. */
const userFields: ReadonlySet<string> = new Set([
  'user',
  'by',
  'client_user',
  'operator_user',
  'closed_by',
  'operator_users',
]);

const publicFields: ReadonlySet<string> = new Set(publicUserFields);

export type SocketUser = User & { readonly role: 'client' | 'operator' };

/** Who a user is to presence and routing. */
export function userKey({ role, id }: SocketUser): UserKey {
  return `${role}:${id}`;
}

/** What a client may read of a user. The same object when there is nothing to take away. */
export function userForClients(user: User): PublicUser {
  if (Object.keys(user).every((field) => publicFields.has(field))) return user;
  const entries = Object.entries(user).filter(([field]) => publicFields.has(field));
  return Object.fromEntries(entries) as PublicUser;
}

/** A message without `chat`, and without text and attachments once it is deleted. */
export function messageForOperators<M extends Partial<Message>>(message: M): Omit<M, 'chat'> {
  const { chat: _context, ...shown } = message;
  return isSet(message.deleted_at) ? { ...shown, text: null, attachments: [] } : shown;
}

/** What clients read of a message that they may see. The same object when operators read no more. */
export function messageForClients<M extends object>(message: M): M {
  return publicUsersIn(message) as M;
}

function publicUsersIn(holder: object): object {
  const changes: [string, unknown][] = [];
  for (const [field, value] of Object.entries(holder)) {
    const shown = fieldForClients(field, value);
    if (shown !== value) changes.push([field, shown]);
  }
  return changes.length === 0 ? holder : { ...holder, ...Object.fromEntries(changes) };
}

/** `reply_to` is a message in small; `chat` is nobody's within a message. */
function fieldForClients(field: string, value: unknown): unknown {
  if (field === 'chat') return undefined;
  if (field === 'reply_to' && isObject(value)) return publicUsersIn(value);
  if (!userFields.has(field)) return value;
  return Array.isArray(value) ? usersForClients(value) : anyUserForClients(value);
}

function usersForClients(users: readonly unknown[]): readonly unknown[] {
  const shown = users.map(anyUserForClients);
  return shown.every((user, index) => user === users[index]) ? users : shown;
}

function anyUserForClients(value: unknown): unknown {
  return isObject(value) ? userForClients(value as User) : value;
}

/** A chat as operators read it: roles filled in, its last message as messages are shown. */
export function chatForOperators<C extends Chat>(chat: C): C {
  return {
    ...chat,
    ...(chat.client_user && { client_user: withRole(chat.client_user, 'client') }),
    ...(chat.operator_user && { operator_user: withRole(chat.operator_user, 'operator') }),
    ...(chat.operator_users && {
      operator_users: chat.operator_users.map((user) => withRole(user, 'operator')),
    }),
    ...(chat.last_message && {
      last_message: messageForOperators(chat.last_message as Partial<Message>),
    }),
  };
}

/** The trimmed copy of a chat that a setting sends to clients: nothing internal, no last message (it may be a note). */
export function chatForClients(chat: Chat): Partial<Chat> {
  const fields = CLIENT_CHAT_FIELDS.filter((field) => chat[field] !== undefined);
  const shown = Object.fromEntries(fields.map((field) => [field, chat[field]]));
  const named = NAMED_CHAT_FIELDS.flatMap((field) => namedForClients(field, chat[field]));
  return { ...(publicUsersIn(shown) as Partial<Chat>), ...Object.fromEntries(named) };
}

const CLIENT_CHAT_FIELDS = [
  'id',
  'status',
  'client_user',
  'operator_user',
  'channel',
  'subject',
  'created_at',
  'updated_at',
  'closed_at',
  'version',
] as const;

const NAMED_CHAT_FIELDS = ['widget', 'department'] as const;

function namedForClients(field: string, named: Chat['widget']): [string, unknown][] {
  if (named === undefined) return [];
  return [
    [
      field,
      named === null ? null : { id: named.id, ...(isSet(named.name) && { name: named.name }) },
    ],
  ];
}

/** The role that a field's name implies, where the user does not say it. */
export function withRole<U extends User>(user: U, role: UserRole): U {
  return isSet(user.role) ? user : { ...user, role };
}
