/**
 * What goes over the wire, as plain types: `packages/protocol` without its schemas, so that whoever
 * uses the client installs nothing else. `wire.test.ts` holds the two against each other.
 */

/** Absent: unchanged or unknown. Null: known to be empty. */
export type Maybe<T> = T | null | undefined;

/** One of the known words, or any other: the server lets every word of up to 64 characters pass. */
export type Word<Known extends string> = Known | (string & {});

export type UserRole = 'client' | 'operator' | 'bot' | 'system';
export type MessageType = 'standard' | 'system' | 'note' | 'bot';

/** Clients read `id`, `role`, `name`, `avatar_url` and `job_title`; operators read all of it. */
export interface User {
  id: string;
  role?: Maybe<UserRole>;
  name?: Maybe<string>;
  avatar_url?: Maybe<string>;
  job_title?: Maybe<string>;
  email?: Maybe<string>;
  phone?: Maybe<string>;
  external_id?: Maybe<string>;
  meta?: Maybe<Record<string, unknown>>;
  [field: string]: unknown;
}

export interface MessageUser extends User {
  role: UserRole;
}

/** A reference to a file kept elsewhere. */
export interface Attachment {
  id?: Maybe<string>;
  type: Word<'image' | 'file' | 'audio' | 'video'>;
  /** `http` or `https`. */
  url: string;
  name?: Maybe<string>;
  content_type?: Maybe<string>;
  /** Bytes. */
  size?: Maybe<number>;
  width?: Maybe<number>;
  height?: Maybe<number>;
  duration_ms?: Maybe<number>;
  thumbnail_url?: Maybe<string>;
  alt?: Maybe<string>;
  [field: string]: unknown;
}

export interface Postback {
  action_id: string;
  value?: unknown;
  [field: string]: unknown;
}

interface MessageFields {
  type_role?: Maybe<'client' | 'operator'>;
  text?: Maybe<string>;
  attachments?: Maybe<Attachment[]>;
  postback?: Maybe<Postback>;
  format?: Maybe<Word<'plain' | 'markdown' | 'html'>>;
  client_message_id?: Maybe<string>;
  reply_to?: Maybe<{
    id: string;
    text?: Maybe<string>;
    user?: Maybe<User>;
    [field: string]: unknown;
  }>;
  actions?: Maybe<
    {
      id: string;
      label: string;
      type?: Maybe<string>;
      value?: unknown;
      [field: string]: unknown;
    }[]
  >;
  system?: Maybe<{
    code: string;
    vars?: Maybe<Record<string, unknown>>;
    [field: string]: unknown;
  }>;
  status?: Maybe<Word<'sent' | 'delivered' | 'read' | 'failed'>>;
  created_at?: Maybe<string>;
  updated_at?: Maybe<string>;
  edited_at?: Maybe<string>;
  deleted_at?: Maybe<string>;
  delivered_at?: Maybe<string>;
  read_at?: Maybe<string>;
  language?: Maybe<string>;
  meta?: Maybe<Record<string, unknown>>;
  [field: string]: unknown;
}

export interface Message extends MessageFields {
  id: string;
  chat_id: string;
  type: MessageType;
  user?: Maybe<MessageUser>;
}

/** `Chat.last_message`: what the backend says of it. */
export interface LastMessage extends MessageFields {
  id: string;
  chat_id?: Maybe<string>;
  type?: Maybe<MessageType>;
  user?: Maybe<User>;
}

/** Ids, and the fields that have changed. */
export interface UpdatedMessage extends MessageFields {
  id: string;
  chat_id: string;
  type?: MessageType | undefined;
  user?: Maybe<MessageUser>;
  updated_at: string;
}

export interface Named {
  id: string;
  name?: Maybe<string>;
  [field: string]: unknown;
}

export interface Chat {
  id: string;
  status?: Maybe<Word<'new' | 'queued' | 'open' | 'pending' | 'snoozed' | 'closed'>>;
  client_user?: Maybe<User>;
  operator_user?: Maybe<User>;
  operator_users?: Maybe<User[]>;
  widget?: Maybe<Named>;
  department?: Maybe<Named>;
  channel?: Maybe<string>;
  queue?: Maybe<{
    position?: Maybe<number>;
    wait_time?: Maybe<number>;
    queued_at?: Maybe<string>;
    [field: string]: unknown;
  }>;
  unread?: Maybe<{ client?: Maybe<number>; operator?: Maybe<number>; [field: string]: unknown }>;
  last_message?: Maybe<LastMessage>;
  tags?: Maybe<(string | Named)[]>;
  priority?: Maybe<number | string>;
  subject?: Maybe<string>;
  rating?: Maybe<number | string | Record<string, unknown>>;
  created_at?: Maybe<string>;
  updated_at?: Maybe<string>;
  last_message_at?: Maybe<string>;
  closed_at?: Maybe<string>;
  closed_by?: Maybe<User>;
  transferred_from?: Maybe<Named | string>;
  version?: Maybe<number>;
  meta?: Maybe<Record<string, unknown>>;
  [field: string]: unknown;
}

/** Which chats are pushed to an operator: null = all, [] = none. */
export interface Sources {
  widgets: { id: string; name?: Maybe<string> }[] | null;
  departments: { id: string; name?: Maybe<string> }[] | null;
}

export interface Operator {
  id: string;
  name?: Maybe<string>;
  avatar_url?: Maybe<string>;
  job_title?: Maybe<string>;
  email?: Maybe<string>;
  status?: Maybe<Word<'online' | 'away' | 'busy' | 'offline'>>;
  routing_status?: Maybe<Word<'accepting_chats' | 'not_accepting_chats'>>;
  away_reason?: Maybe<string>;
  active_chats?: Maybe<number>;
  max_chats?: Maybe<number>;
  sources?: Maybe<Sources>;
  last_seen_at?: Maybe<string>;
  updated_at?: Maybe<string>;
  version?: Maybe<number>;
  meta?: Maybe<Record<string, unknown>>;
  [field: string]: unknown;
}

export interface Notification {
  kind?: Maybe<string>;
  title?: Maybe<string>;
  text?: Maybe<string>;
  level?: Maybe<Word<'info' | 'warning' | 'critical'>>;
  url?: Maybe<string>;
  [field: string]: unknown;
}
