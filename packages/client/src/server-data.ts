/** The payload of each event that the server sends; see PROTOCOL.md. */
import type { Chat, Message, Notification, Operator, UpdatedMessage, User, Word } from './wire.ts';

/** What a client must know before it sends; bytes are bytes of UTF-8. */
export interface SessionLimits {
  frame_max_bytes: number;
  text_max_bytes: number;
  attachments_max: number;
  meta_max_bytes: number;
  preview_max_bytes: number;
  client_message_id_max_chars: number;
  request_id_max_chars: number;
  history_max_events: number;
  typing_ttl_ms: number;
  typing_repeat_ms: number;
}

/** The first frame of a connection. */
export interface Session {
  session_id: string;
  /** Who the token says that one is. */
  user: User;
  chat_id?: string | undefined;
  /** Who is in the room, oneself included; the first 200. */
  members?: User[] | undefined;
  members_total?: number | undefined;
  /** On the desk: who is online; the first 1 000, in no order. */
  operators?: User[] | undefined;
  operators_total?: number | undefined;
  /** Present when `since` was given: whether it was honoured. */
  resumed?: boolean | undefined;
  /** A complete `since`. */
  position: string;
  limits: SessionLimits;
  heartbeat: { ping_after_ms: number; pong_timeout_ms: number };
}

export type FrameErrorCode =
  | 'malformed'
  | 'unknown_event'
  | 'validation_failed'
  | 'frame_too_large'
  | 'forbidden'
  | 'message_unknown'
  | 'token_invalid'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

export type NotAddedCode =
  | 'validation_failed'
  | 'message_too_long'
  | 'type_not_allowed'
  | 'forbidden'
  | 'chat_closed'
  | 'too_many_pending'
  | 'backend_rejected'
  | 'backend_unavailable'
  | 'backend_timeout'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** The payload of each event. */
export interface ServerData {
  messageAdded: {
    message: Message;
    /** On the desk, as far as it is known. */
    chat?: Chat | undefined;
  };
  messageNotAdded: {
    client_message_id: string | null;
    chat_id: string;
    code: NotAddedCode;
    message: string;
    retryable: boolean;
    retry_after_ms?: number | undefined;
    field?: string | undefined;
    /** The backend's own code. */
    reason?: string | undefined;
  };
  messageUpdated: {
    message: UpdatedMessage;
    /** Names of the changed fields; empty when a receipt changed nothing. */
    changed: string[];
    /** Who received or read it. */
    by?: User | undefined;
    /** True: also everything before it. */
    up_to?: boolean | undefined;
  };
  typingUpdated: {
    chat_id: string;
    user: User;
    is_typing: boolean;
    is_private?: boolean | undefined;
    /** What a visitor has typed so far; operators in the room only. */
    preview?: string | undefined;
    /** The indicator ends by itself after so long; 0 when typing has ended. */
    expires_in_ms: number;
  };
  userConnected: { chat_id: string; user: User };
  userDisconnected: {
    chat_id: string;
    user: User;
    reason?: Word<'left' | 'timeout' | 'kicked'> | undefined;
  };
  chatUpdated: { chat: Chat };
  operatorUpdated: { operator: Operator };
  globalUpdated: Record<string, unknown>;
  chatNotification: { chat: Chat; notification?: Notification | null | undefined };
  operatorConnected: { operator_user: User };
  operatorDisconnected: { operator_user: User };
  connected: Session;
  caughtUp: { count: number };
  error: {
    code: FrameErrorCode;
    message: string;
    field?: string | undefined;
    retry_after_ms?: number | undefined;
  };
  pong: Record<string, never>;
  checkpoint: { position: string };
  tokenExpiring: { expires_in_ms: number };
  tokenRefreshed: { expires_in_ms: number };
  disconnecting: {
    reason: string;
    reconnect: boolean;
    retry_after_ms?: number | undefined;
  };
}

export type ServerEvent = keyof ServerData;

/** A whole frame of the server. */
export type ServerFrame<E extends ServerEvent = ServerEvent> = {
  [Name in E]: {
    readonly event: Name;
    /** One event over `/chat` and over `/broadcast` has one id. */
    readonly event_id?: string;
    /** When it was accepted; a replay keeps it. */
    readonly ts: string;
    readonly chat_id?: string;
    readonly position?: string;
    readonly request_id?: string;
    /** `messageAdded` in answer to a repeated `sendMessage`. */
    readonly duplicate?: true;
    readonly data: ServerData[Name];
  };
}[E];

/** What a client gives to `sendMessage`; the server wants text, attachments or a postback. */
export interface OutgoingMessage {
  /** Of 1 to 64 characters; made up when absent. The same one again within 24 h adds nothing. */
  client_message_id?: string;
  /** Operators may also write a `note`. */
  type?: 'standard' | 'note';
  text?: string | null;
  format?: Word<'plain' | 'markdown' | 'html'>;
  attachments?: readonly {
    readonly type: Word<'image' | 'file' | 'audio' | 'video'>;
    readonly url: string;
    readonly [field: string]: unknown;
  }[];
  postback?: { action_id: string | number; value?: unknown };
  /** The id of the message that is answered. */
  reply_to?: string | number;
  meta?: Readonly<Record<string, unknown>>;
}

export interface OutgoingReceipt {
  /** True: also everything before it that the reader did not write. */
  up_to?: boolean;
  /** The message's type, where it is older than 24 h. */
  type?: 'standard' | 'system' | 'note' | 'bot';
}

export interface OutgoingTyping {
  is_typing: boolean;
  /** An operator who writes a note. */
  is_private?: boolean;
  /** What a visitor has typed so far. */
  preview?: string;
}
