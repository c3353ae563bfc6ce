/** The client of a Switchboard cluster, for browsers and Node. README.md says how, SPEC.md what it does when. */
export { connectChat, type ChatConnection, type Sending } from './connect-chat.ts';
export { connectDesk, type DeskConnection } from './connect-desk.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type { LiveConnection } from './live-connection.ts';
export type {
  ChatEvents,
  ConnectionState,
  DeskEvents,
  Ending,
  Listener,
  ListenOptions,
  StateChange,
} from './events.ts';
export type {
  ChatOptions,
  ConnectOptions,
  DeskOptions,
  SendOptions,
  TokenProvider,
  TokenReason,
} from './options.ts';
export type { Environment, SocketLike } from './environment.ts';
export type {
  FrameErrorCode,
  NotAddedCode,
  OutgoingMessage,
  OutgoingReceipt,
  OutgoingTyping,
  ServerData,
  ServerEvent,
  ServerFrame,
  Session,
  SessionLimits,
} from './server-data.ts';
export type {
  Attachment,
  Chat,
  LastMessage,
  Maybe,
  Message,
  MessageType,
  MessageUser,
  Named,
  Notification,
  Operator,
  Postback,
  Sources,
  UpdatedMessage,
  User,
  UserRole,
  Word,
} from './wire.ts';
