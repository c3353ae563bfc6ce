/** Operations and channels: the ones of the published API 0.0.21 to the letter, then ours. */
import type { z } from 'zod';
import { chatEventsQuery, onlineUsersQuery } from '../http/queries.ts';
import type { answers, bodies } from './messages.ts';

export interface SocketOperation {
  readonly action: 'send' | 'receive';
  readonly channel: 'chat' | 'broadcast';
  readonly summary: string;
  readonly description?: string;
  /** Ids of messages, without `Event`. */
  readonly messages: readonly string[];
  readonly reply?: readonly string[];
  readonly additive?: true;
}

export interface HttpOperation {
  readonly channel: string;
  readonly address: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly summary: string;
  readonly description?: string;
  readonly messageId: string;
  readonly query?: z.ZodType;
  readonly answer?: keyof typeof answers;
  readonly additive?: true;
}

export const socketOperations: Readonly<Record<string, SocketOperation>> = {
  sendMessage: {
    action: 'receive',
    channel: 'chat',
    summary: 'Used to send new messages from clients/operators',
    messages: ['sendMessage'],
    reply: ['messageAdded', 'messageNotAdded'],
  },
  updateMessageStatus: {
    action: 'receive',
    channel: 'chat',
    summary: 'Used to notify server that user has successfully received/read message',
    messages: ['markMessageDelivered', 'markMessageRead'],
    reply: ['messageUpdated', 'error'],
  },
  updateTyping: {
    action: 'receive',
    channel: 'chat',
    summary: 'Used to notify room about typing updates',
    messages: ['updateTyping'],
    reply: ['typingUpdated', 'error'],
  },
  receiveNewMessage: {
    action: 'send',
    channel: 'chat',
    summary: 'Used to notify users that a new message was added to the room',
    messages: ['messageAdded'],
  },
  receiveMessageUpdate: {
    action: 'send',
    channel: 'chat',
    summary: 'Used to notify users that some message in the current room was updated',
    messages: ['messageUpdated'],
  },
  trackUserConnection: {
    action: 'send',
    channel: 'chat',
    summary: 'Used to notify users that somebody just joined/left the room',
    messages: ['userConnected', 'userDisconnected'],
  },
  receiveBroadcast: {
    action: 'send',
    channel: 'broadcast',
    summary: 'Used to notify operators about new messages in every room and global updates',
    messages: [
      'messageAdded',
      'messageUpdated',
      'chatUpdated',
      'operatorUpdated',
      'typingUpdated',
      'globalUpdated',
      'chatNotification',
    ],
  },
};

export const ownSocketOperations: Readonly<Record<string, SocketOperation>> = {
  trackSession: {
    action: 'send',
    channel: 'chat',
    summary: 'Used to tell a client about its own connection',
    messages: ['connected', 'caughtUp', 'checkpoint', 'error', 'tokenExpiring', 'disconnecting'],
    additive: true,
  },
  keepSessionAlive: {
    action: 'receive',
    channel: 'chat',
    summary: 'Used to find out whether the connection still lives',
    messages: ['ping'],
    reply: ['pong'],
    additive: true,
  },
  refreshToken: {
    action: 'receive',
    channel: 'chat',
    summary: 'Used to go on with a new token of the same user',
    messages: ['refreshToken'],
    reply: ['tokenRefreshed', 'error'],
    additive: true,
  },
  trackBroadcastSession: {
    action: 'send',
    channel: 'broadcast',
    summary: 'Used to tell an operator about its own connection and who else is online',
    messages: [
      'connected',
      'caughtUp',
      'checkpoint',
      'error',
      'tokenExpiring',
      'disconnecting',
      'operatorConnected',
      'operatorDisconnected',
    ],
    additive: true,
  },
  keepBroadcastAlive: {
    action: 'receive',
    channel: 'broadcast',
    summary: 'Used to find out whether the connection still lives',
    messages: ['ping'],
    reply: ['pong'],
    additive: true,
  },
  refreshBroadcastToken: {
    action: 'receive',
    channel: 'broadcast',
    summary: 'Used to go on with a new token of the same operator',
    messages: ['refreshToken'],
    reply: ['tokenRefreshed', 'error'],
    additive: true,
  },
};

const createMessageDescription = `Messages with type=standard are added to both chat and broadcast channels.

Messages with type=system are added only to the chat channel, and only to users with role=type_role receive.

Messages with type=note are only sent to operators in the relevant chat channel

Messages with type=bot are added to both chat and broadcast channels.`;

export const httpOperations: Readonly<Record<keyof typeof bodies, HttpOperation>> = {
  updateChat: {
    channel: 'updateChat',
    address: '/update/chat',
    method: 'POST',
    summary: 'Used to notify operators about updates in chat',
    messageId: 'chatBody',
    answer: 'updateChat',
  },
  updateOperators: {
    channel: 'updateOperators',
    address: '/update/operators',
    method: 'POST',
    summary: 'Used to notify broadcast listener about updates related to operators',
    messageId: 'operatorsBody',
    answer: 'updateOperators',
  },
  createMessage: {
    channel: 'message',
    address: '/message',
    method: 'POST',
    summary: 'Used to notify users about new messages',
    description: createMessageDescription,
    messageId: 'messageBody',
    answer: 'createMessage',
  },
  updateMessage: {
    channel: 'messageUpdate',
    address: '/message',
    method: 'PUT',
    summary: 'Used to notify users about updates in messages',
    description: 'PATCH does the same.',
    messageId: 'messageBody',
    answer: 'updateMessage',
  },
  updateGlobal: {
    channel: 'global',
    address: '/global',
    method: 'POST',
    summary: 'Used to notify broadcast listener about updates to global data',
    messageId: 'globalBody',
    answer: 'updateGlobal',
  },
  getOnlineUsers: {
    channel: 'onlineUsers',
    address: '/online-users',
    method: 'GET',
    summary: 'Used to retrieve active broadcast sessions for operators',
    messageId: 'onlineUsersBody',
    query: onlineUsersQuery,
  },
  createNotification: {
    channel: 'chatNotifications',
    address: '/notifications/chat',
    method: 'POST',
    summary: 'Used to notify operator about important events',
    description: 'Notification is only sent to operator with id=chat.operator_user.id',
    messageId: 'chatBody',
    answer: 'createNotification',
  },
  getChatEvents: {
    channel: 'chatEvents',
    address: '/chats/{id}/events',
    method: 'GET',
    summary: 'Used to read the logged events of a room',
    messageId: 'chatEventsBody',
    query: chatEventsQuery,
    additive: true,
  },
  getChatMembers: {
    channel: 'chatMembers',
    address: '/chats/{id}/members',
    method: 'GET',
    summary: 'Used to retrieve who is present in a room',
    messageId: 'membersBody',
    additive: true,
  },
  disconnectSessions: {
    channel: 'disconnectSessions',
    address: '/sessions/disconnect',
    method: 'POST',
    summary: 'Used to close the connections of a user, of a room, or one',
    messageId: 'disconnectBody',
    answer: 'disconnectSessions',
    additive: true,
  },
  createBatch: {
    channel: 'batch',
    address: '/batch',
    method: 'POST',
    summary: 'Used to make many calls in one; NDJSON or an array, the items of one chat in order',
    messageId: 'batchBody',
    answer: 'createBatch',
    additive: true,
  },
  getNodes: {
    channel: 'nodes',
    address: '/nodes',
    method: 'GET',
    summary: 'Used to see the edges of the cluster',
    messageId: 'nodesBody',
    additive: true,
  },
  drainNode: {
    channel: 'drainNode',
    address: '/nodes/{id}/drain',
    method: 'POST',
    summary: 'Used to let an edge hand over its connections before it stops',
    messageId: 'drainBody',
    additive: true,
  },
};
