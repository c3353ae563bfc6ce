/** The adapter of our own client. */
import { ClientError, connectChat, connectDesk, type ChatConnection } from '@switchboard/client';
import type { CreateSubject, Reports } from '../subject.ts';

export const clientSubject: CreateSubject = (reports) => {
  const token = () => reports.token();
  const leaving = new AbortController();
  const { signal } = leaving;
  let chat: ChatConnection | undefined;
  return {
    connect({ url, chatId }) {
      chat = connectChat({ url, chatId, token, signal });
      listen(chat, reports);
    },
    openDesk: (url) => listen(connectDesk({ url, token, signal }), reports),
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
    close: () => leaving.abort(),
  };
};

/** What both connections have, and the suite asks for. */
type Told = Pick<ChatConnection, 'on'>;

function listen(connection: Told, reports: Reports): void {
  connection.on('frame', ({ event, event_id: eventId = '' }) => reports.event(event, eventId));
  connection.on('reload', () => reports.reload());
  connection.on('state', ({ state }) => {
    if (state === 'closed') reports.ended();
  });
}
