/** The adapter of our own client. */
import { ClientError, connectChat, type ChatConnection } from '@switchboard/client';
import type { CreateSubject } from '../subject.ts';

export const clientSubject: CreateSubject = (reports) => {
  let chat: ChatConnection | undefined;
  return {
    connect({ url, chatId }) {
      chat = connectChat({ url, chatId, token: () => reports.token() });
      chat.on('frame', ({ event, event_id: eventId = '' }) => reports.event(event, eventId));
      chat.on('reload', () => reports.reload());
      chat.on('state', ({ state }) => {
        if (state === 'closed') reports.ended();
      });
    },
    send(clientMessageId, text) {
      void chat?.sendMessage({ client_message_id: clientMessageId, text }).then(
        (message) => reports.accepted(clientMessageId, message.id),
        (error: unknown) =>
          reports.refused(
            clientMessageId,
            error instanceof ClientError ? error.code : String(error),
          ),
      );
    },
    close: () => chat?.close(),
  };
};
