/** `POST /notifications/chat`: something for one operator to see. */
import {
  chatNotification,
  notificationAnswer,
  type NotificationAnswer,
  type NotificationBody,
} from '@switchboard/protocol';
import { eventAnswerOf } from '../event-answer.ts';
import type { Call, Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';

const path = '/notifications/chat';

export function notificationOperation(parts: Parts): Operation<NotificationBody> {
  return {
    method: 'POST',
    path,
    tag: 'Chats',
    operationId: 'createNotification',
    summary: 'Tell one operator of something important about a chat',
    description:
      'Goes to every `/broadcast` session of `operator_user.id`. It is logged: a session that reconnects still gets it. What is remembered of the chat does not change.',
    body: parts.schemas.notification,
    answer: notificationAnswer,
    chatIdOf: (body) => body.id,
    run: (body, call) => notify(parts, body, call),
  };
}

function notify(parts: Parts, body: NotificationBody, call: Call): Promise<NotificationAnswer> {
  const { append, bus, idempotency, stamp } = parts;
  return idempotency.run({ call, path, chatId: body.id }, async (keys) => {
    const event = chatNotification(body, stamp());
    const accepted = await append({ event, ...keys() });
    const sessions = await bus.presence.deskSessionsOf(body.operator_user.id);
    return { ...eventAnswerOf(accepted), sessions };
  });
}
