/** Every message of the document by its id: what it is, who sends it, its schema and examples. */
import type { z } from 'zod';
import { type ClientEvent, clientFrames } from '../frames/client-frames.ts';
import { type ServerEvent, seedServerEvents, serverFrames } from '../frames/server-frames.ts';
import {
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
} from '../http/answers.ts';
import { messageBody, messageUpdateBody } from '../http/message-bodies.ts';
import { batchBody, disconnectBody } from '../http/queries.ts';
import { chatBody, globalBody, notificationBody, operatorsBody } from '../http/update-bodies.ts';
import { clientFrameExamples } from './client-frame-examples.ts';
import type { Example } from './example.ts';
import * as http from './http-examples.ts';
import type { Direction } from './json-schema.ts';
import { messageFrameExamples } from './message-frame-examples.ts';
import { ownFrameExamples } from './own-frame-examples.ts';
import { presenceFrameExamples } from './presence-frame-examples.ts';
import { updateFrameExamples } from './update-frame-examples.ts';

export interface MessageEntry {
  readonly title: string;
  readonly summary: string;
  readonly schema: z.ZodType;
  readonly direction: Direction;
  readonly examples: readonly Example[];
  readonly tags: readonly string[];
  /** Not in the published API 0.0.21. */
  readonly additive: boolean;
}

const clientSummaries: Record<ClientEvent, string> = {
  sendMessage: 'Event emitted when user sends new message to the chat room',
  markMessageDelivered: 'Event emitted when user receives new message',
  markMessageRead: 'Event emitted when user reads a message',
  updateTyping: 'Event emitted when user starts/stops typing',
  ping: 'Event emitted when a page has received nothing for a while',
  refreshToken: 'Event emitted when user goes on with a new token',
};

const serverSummaries: Record<ServerEvent, string> = {
  messageAdded: 'Event emitted when server adds new message to the room',
  messageNotAdded: 'Event emitted when server could not add new message to the room',
  messageUpdated: 'Event emitted when server modifies existing message in the room',
  typingUpdated: 'Event emitted by server when user starts/stops typing',
  userConnected: 'Event emitted by server when user connects to the room',
  userDisconnected: 'Event emitted by server when user disconnects from the room',
  chatUpdated: 'Event emitted by server on chat updates',
  operatorUpdated: 'Event emitted by server on operator updates',
  globalUpdated: 'Event emitted by server on global data updates',
  chatNotification: 'Event emitted by server on chat notification',
  connected: 'Event emitted by server when the socket is live: its first frame',
  caughtUp: 'Event emitted by server when all missed events were sent',
  error: 'Event emitted by server for a frame that it cannot take',
  pong: 'Event emitted by server in answer to ping',
  checkpoint: 'Event emitted by server with a newer complete position',
  tokenExpiring: 'Event emitted by server before the token ends',
  tokenRefreshed: 'Event emitted by server in answer to refreshToken',
  operatorConnected: 'Event emitted by server on the first session of an operator',
  operatorDisconnected: 'Event emitted by server when the last session of an operator is gone',
  disconnecting: 'Event emitted by server just before it closes the socket',
};

const ownClientEvents: ReadonlySet<string> = new Set(['ping', 'refreshToken']);
const seedEvents: ReadonlySet<string> = new Set(seedServerEvents);
const serverExamples: Record<ServerEvent, readonly Example[]> = {
  ...messageFrameExamples,
  ...presenceFrameExamples,
  ...updateFrameExamples,
  ...ownFrameExamples,
};

function titleOf(event: string): string {
  return `${event.charAt(0).toUpperCase()}${event.slice(1)}Event`;
}

function tagsOf(source: 'client' | 'server', additive: boolean): string[] {
  return [`source:${source}`, ...(additive ? ['additive'] : [])];
}

function clientMessage(event: ClientEvent): MessageEntry {
  const additive = ownClientEvents.has(event);
  return {
    title: titleOf(event),
    summary: clientSummaries[event],
    schema: clientFrames[event],
    direction: 'input',
    examples: clientFrameExamples[event],
    tags: tagsOf('client', additive),
    additive,
  };
}

function serverMessage(event: ServerEvent): MessageEntry {
  const additive = !seedEvents.has(event);
  return {
    title: titleOf(event),
    summary: serverSummaries[event],
    schema: serverFrames[event],
    direction: 'output',
    examples: serverExamples[event],
    tags: tagsOf('server', additive),
    additive,
  };
}

/** In the order of the published document, then ours. */
const client = (event: ClientEvent) => [`${event}Event`, clientMessage(event)] as const;
const server = (event: ServerEvent) => [`${event}Event`, serverMessage(event)] as const;

export const frameMessages: Readonly<Record<string, MessageEntry>> = Object.fromEntries([
  client('sendMessage'),
  client('markMessageDelivered'),
  client('markMessageRead'),
  server('messageAdded'),
  server('messageNotAdded'),
  server('messageUpdated'),
  client('updateTyping'),
  server('typingUpdated'),
  server('userConnected'),
  server('userDisconnected'),
  server('chatUpdated'),
  server('operatorUpdated'),
  server('globalUpdated'),
  server('chatNotification'),
  ...(Object.keys(ownFrameExamples) as ServerEvent[]).map(server),
  client('ping'),
  client('refreshToken'),
]);

interface BodyTexts {
  readonly title: string;
  readonly summary: string;
  readonly additive?: boolean;
}

/** A request body, or the answer of a call that has none. */
function body(
  schema: z.ZodType,
  examples: readonly Example[],
  texts: BodyTexts,
  direction: Direction = 'input',
): MessageEntry {
  const { additive = false } = texts;
  return { ...texts, schema, examples, direction, additive, tags: additive ? ['additive'] : [] };
}

function answered(payload: unknown): Example[] {
  return [{ name: 'answer', summary: 'An answer', payload }];
}

const chatTexts = { title: 'Chat Request Body', summary: 'Json encoded chat' };
const messageTexts = { title: 'Message Request Body', summary: 'Json encoded message data' };

/** Bodies by operation. */
export const bodies = {
  updateChat: body(chatBody, http.chatExamples, chatTexts),
  updateOperators: body(operatorsBody, http.operatorsExamples, {
    title: 'Operators Request Body',
    summary: 'Json encoded operators data',
  }),
  createMessage: body(messageBody, http.messageExamples, messageTexts),
  updateMessage: body(messageUpdateBody, http.messageUpdateExamples, messageTexts),
  updateGlobal: body(globalBody, http.globalExamples, {
    title: 'Global Data Request Body',
    summary: 'Json encoded global data',
  }),
  getOnlineUsers: body(
    onlineUsersAnswer,
    http.onlineUsersExamples,
    { title: 'Online Users Response Body', summary: 'List of active broadcast sessions' },
    'output',
  ),
  createNotification: body(notificationBody, http.notificationExamples, chatTexts),
  getChatEvents: body(
    chatEventsAnswer,
    answered(http.answerExamples.chatEvents),
    { title: 'Chat Events Response Body', summary: 'Logged events of a room', additive: true },
    'output',
  ),
  getChatMembers: body(
    membersAnswer,
    answered(http.answerExamples.members),
    { title: 'Members Response Body', summary: 'Users present in a room', additive: true },
    'output',
  ),
  disconnectSessions: body(disconnectBody, http.disconnectExamples, {
    title: 'Disconnect Request Body',
    summary: 'Whose connections are closed',
    additive: true,
  }),
  createBatch: body(batchBody, http.batchExamples, {
    title: 'Batch Request Body',
    summary: 'Calls to be made in order',
    additive: true,
  }),
  getNodes: body(
    nodesAnswer,
    answered(http.answerExamples.nodes),
    { title: 'Nodes Response Body', summary: 'Edges of the cluster', additive: true },
    'output',
  ),
  drainNode: body(
    drainAnswer,
    answered(http.answerExamples.drain),
    { title: 'Drain Response Body', summary: 'Whether the node drains', additive: true },
    'output',
  ),
};

/** Answers of calls that have a body. */
export const answers = {
  createMessage: { schema: messageAnswer, example: http.answerExamples.message },
  updateMessage: { schema: messageAnswer, example: http.answerExamples.message },
  updateChat: { schema: eventAnswer, example: http.answerExamples.event },
  updateOperators: { schema: operatorsAnswer, example: http.answerExamples.operators },
  updateGlobal: { schema: eventAnswer, example: http.answerExamples.event },
  createNotification: { schema: notificationAnswer, example: http.answerExamples.notification },
  disconnectSessions: { schema: disconnectAnswer, example: http.answerExamples.disconnect },
  createBatch: { schema: batchAnswer, example: http.answerExamples.batch },
};
