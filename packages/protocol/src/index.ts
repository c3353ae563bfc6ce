/**
 * The protocol of Switchboard: what goes over the wire, who may read it, what it may not exceed.
 * No I/O, no clock, no randomness: ids and timestamps are passed in.
 */
// Limits and catalogues
export { type Limits, connectedHeartbeat, connectedLimits, defaultLimits } from './limits.ts';
export {
  type ErrorCode,
  type ErrorEntry,
  type FrameErrorCode,
  type NotAddedCode,
  type ProblemCode,
  errors,
  frameErrorCodes,
  notAddedCodes,
  problemCodes,
} from './errors.ts';
export { type CloseCode, type CloseCodeName, closeCodes, reconnectsAfter } from './close-codes.ts';

// Scalars
export {
  type MessageType,
  type Scalars,
  type TypeRole,
  type UserRole,
  createScalars,
  defaultScalars,
  messageTypes,
  typeRoles,
  userRoles,
} from './scalars.ts';
export { normalizeTimestamp } from './timestamp.ts';
export { exceedsUtf8, utf8Length } from './utf8-length.ts';
export { type ParsedJson, exceedsDepth, parseJson } from './json.ts';
export { partitionOf } from './partition.ts';

// Entities
export { type Attachment, attachment } from './entities/attachment.ts';
export { type Chat, chat, chatStatuses } from './entities/chat.ts';
export { type Message, message, messageSchema } from './entities/message.ts';
export { type Operator, operator } from './entities/operator.ts';
export { type OperatorSession, operatorSession } from './entities/operator-session.ts';
export { type Sources, sources } from './entities/sources.ts';
export {
  type MessageUser,
  type PublicUser,
  type User,
  publicUser,
  publicUserFields,
  user,
} from './entities/user.ts';

// Tokens
export {
  type Claims,
  type ClientClaims,
  type OperatorClaims,
  claims,
  claimsSchema,
  mayJoin,
  userOfClaims,
} from './claims.ts';

// Frames
export {
  type ClientData,
  type ClientEvent,
  type ClientFrame,
  clientEvents,
  clientFrames,
  hasContent,
} from './frames/client-frames.ts';
export {
  type ClientFrameContext,
  type ClientFrameFailure,
  type FrameError,
  type ParsedClientFrame,
  parseClientFrame,
} from './frames/parse-client-frame.ts';
export { type FieldError, fieldErrors } from './frames/validation-error.ts';
export {
  type ServerData,
  type ServerEvent,
  type ServerFrame,
  seedServerEvents,
  serverData,
  serverEvents,
  serverFrames,
} from './frames/server-frames.ts';
export {
  type AnswerHead,
  encodeAnswer,
  encodeAnswerAround,
  frameHead,
  frameHeadWithoutPosition,
  withRequestId,
} from './frames/encode.ts';

// HTTP
export {
  type MessageBody,
  type MessageUpdateBody,
  messageBody,
  messageBodySchema,
  messageUpdateBody,
  messageUpdateBodySchema,
} from './http/message-bodies.ts';
export {
  chatBody,
  chatBodySchema,
  globalBody,
  globalBodySchema,
  notificationBody,
  notificationBodySchema,
  operatorsBody,
  operatorsBodySchema,
} from './http/update-bodies.ts';
export {
  type BatchItem,
  type ChatEventsQuery,
  type DisconnectBody,
  type OnlineUsersQuery,
  batchBody,
  batchBodySchema,
  batchItem,
  chatEventsQuery,
  chatParams,
  disconnectBody,
  onlineUsersQuery,
} from './http/queries.ts';
export {
  type BatchAnswer,
  type ChatEventsAnswer,
  type DisconnectAnswer,
  type EventAnswer,
  type MembersAnswer,
  type MessageAnswer,
  type NodesAnswer,
  type NotificationAnswer,
  type OnlineUsersAnswer,
  type OperatorsAnswer,
  type Problem,
  batchAnswer,
  chatEventsAnswer,
  disconnectAnswer,
  drainAnswer,
  eventAnswer,
  membersAnswer,
  messageAnswer,
  nodesAnswer,
  notificationAnswer,
  onlineUsersAnswer,
  operatorsAnswer,
  problem,
} from './http/answers.ts';
export {
  type DeadLettersQuery,
  type DiscardBody,
  type HandOffAnswer,
  type ReplayBody,
  deadLettersAnswer,
  deadLettersQuery,
  discardAnswer,
  discardBody,
  handOffAnswer,
  replayAnswer,
  replayBody,
} from './http/hand-off.ts';
export { type ProblemDetails, createProblem } from './http/create-problem.ts';

// Who receives what
export type {
  FeedPart,
  RoomAudience,
  RoomPart,
  RoutedEvent,
  UserKey,
} from './routing/routed-event.ts';
export { type ChatFacts, type RememberedField, rememberedFields } from './routing/chat-facts.ts';
export { chatFacts } from './routing/facts-of-chat.ts';
export { type Audience, audienceOf } from './routing/audience.ts';
export type { Stamp } from './routing/stamp.ts';
export {
  type SocketUser,
  chatForClients,
  chatForOperators,
  messageForClients,
  messageForOperators,
  userForClients,
  userKey,
} from './routing/projections.ts';
export { type SentBy, messageAdded, sentMessage } from './routing/message-added.ts';
export { type KnownType, type MessageUpdate, messageUpdated } from './routing/message-updated.ts';
export {
  type NewestFor,
  type Receipt,
  type RoutedReceipt,
  receiptUnchanged,
  receiptUpdated,
} from './routing/receipt-updated.ts';
export { type Typing, typingUpdated } from './routing/typing-updated.ts';
export { type DisconnectReason, userConnected, userDisconnected } from './routing/user-presence.ts';
export {
  type ChatUpdatedOptions,
  type NotificationBody,
  chatNotification,
  chatUpdated,
  globalUpdated,
  operatorConnected,
  operatorDisconnected,
  operatorUpdated,
} from './routing/desk-events.ts';
export { type ChatSource, sourcesMatch } from './routing/sources-match.ts';
