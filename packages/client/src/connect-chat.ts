import { Connection } from './connection.ts';
import type { ChatEvents } from './events.ts';
import type { LiveConnection } from './live-connection.ts';
import { liveConnection } from './live-connection.ts';
import type { ChatOptions, SendOptions } from './options.ts';
import type {
  OutgoingMessage,
  OutgoingReceipt,
  OutgoingTyping,
  ServerData,
} from './server-data.ts';
import { createChatPosition } from './stream/position.ts';
import { createTypingPace } from './typing.ts';
import type { Message } from './wire.ts';

/** The message as it was accepted; `clientMessageId` is known at once, for what is shown meanwhile. */
export interface Sending extends Promise<Message> {
  readonly clientMessageId: string;
}

/** One room. */
export interface ChatConnection extends LiveConnection<ChatEvents> {
  readonly chatId: string;
  /**
   * Resolves with the message as the server accepted it, however many connections that takes: it is
   * sent again, with the same id, until it is answered. Messages are accepted in the order of the calls.
   * Rejects with a ClientError; `retryable` says whether the same message, given again with the same
   * `client_message_id`, may succeed.
   */
  sendMessage(message: OutgoingMessage, options?: SendOptions): Sending;
  /**
   * Tells that a message was read, and with `up_to` all before it. Resolves with what changed
   * (`changed: []`: nothing did). It need not be awaited: a rejection of it ends no process.
   */
  markMessageRead(
    messageId: string,
    receipt?: OutgoingReceipt,
    options?: SendOptions,
  ): Promise<ServerData['messageUpdated']>;
  /** The same for a message that has arrived on the device. Reading implies it. */
  markMessageDelivered(
    messageId: string,
    receipt?: OutgoingReceipt,
    options?: SendOptions,
  ): Promise<ServerData['messageUpdated']>;
  /**
   * Tells the others that one types. To be called with every key; it is sent as often as the
   * protocol wants it, and only while live.
   */
  updateTyping(typing: OutgoingTyping): void;
}

/** A room's log holds 564 events. */
const seenMax = 1_000;

/**
 * Opens one room, as the client or operator of the token, and keeps it open until `close()`.
 * @throws TypeError when `url` is no URL, or where there is no WebSocket
 * @example
 * const chat = connectChat({ url: 'wss://chat.example.com', chatId: 'c1', token: fetchToken });
 * chat.on('messageAdded', ({ message }) => show(message));
 * await chat.sendMessage({ text: 'Hello' });
 */
export function connectChat(options: ChatOptions): ChatConnection {
  const { chatId, observe, since } = options;
  const connection = new Connection(options, {
    path: '/chat',
    query: { chat_id: chatId, observe: observe === true ? 1 : undefined },
    position: createChatPosition(since),
    seenMax,
  });
  const typing = createTypingPace(connection.environment.now);
  connection.listeners.add('state', typing.reset);
  const receipt =
    (event: string): ChatConnection['markMessageRead'] =>
    (messageId, receipt, sendOptions) => {
      const data = { ...receipt, message_id: messageId };
      const answer = connection.request({ lane: 'receipts', event, data }, sendOptions);
      answer.catch(() => undefined);
      return answer as Promise<ServerData['messageUpdated']>;
    };
  return Object.assign(liveConnection<ChatEvents>(connection), {
    chatId,
    sendMessage(message: OutgoingMessage, sendOptions?: SendOptions) {
      typing.reset();
      return send(connection, message, sendOptions);
    },
    markMessageRead: receipt('markMessageRead'),
    markMessageDelivered: receipt('markMessageDelivered'),
    updateTyping(data: OutgoingTyping) {
      const { session, state } = connection;
      if (state !== 'live' || session === undefined) return;
      if (typing.isDue(data, session.limits)) connection.tell('updateTyping', data);
    },
  });
}

function send(connection: Connection, message: OutgoingMessage, options?: SendOptions): Sending {
  const clientMessageId = message.client_message_id ?? connection.environment.newId();
  const data = { ...message, client_message_id: clientMessageId };
  const command = { lane: 'messages', event: 'sendMessage', data, clientMessageId } as const;
  const added = connection.request(command, options) as Promise<ServerData['messageAdded']>;
  return Object.assign(
    added.then(({ message }) => message),
    { clientMessageId },
  );
}
