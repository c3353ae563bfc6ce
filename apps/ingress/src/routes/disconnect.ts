/** `POST /sessions/disconnect`: closes connections, wherever they are. */
import type { ControlCommand } from '@switchboard/bus';
import { disconnectAnswer, type DisconnectBody } from '@switchboard/protocol';
import type { Operation } from '../operation.ts';
import type { Parts } from '../parts.ts';

/** @param timeoutMs how long the edges have to say how many they closed */
export function disconnectOperation(parts: Parts, timeoutMs: number): Operation<DisconnectBody> {
  const { schemas, bus } = parts;
  return {
    method: 'POST',
    urgent: true,
    path: '/sessions/disconnect',
    tag: 'Sessions',
    operationId: 'disconnectSessions',
    summary: 'Close the connections of a user, a session or a chat',
    description:
      'They are closed with 4501. With `revoke` their tokens are refused for the rest of their lives (4500), and so are older ones of that user or room.',
    body: schemas.disconnect,
    answer: disconnectAnswer,
    chatIdOf: (body) => body.chat_id ?? undefined,
    run: async (body) => ({ disconnected: await bus.control.ask(commandOf(body), timeoutMs) }),
  };
}

function commandOf(body: DisconnectBody): ControlCommand {
  const { user_id: userId, session_id: sessionId, chat_id: chatId, reason, revoke } = body;
  return {
    kind: 'disconnect',
    revoke: revoke ?? false,
    ...(userId && { userId }),
    ...(sessionId && { sessionId }),
    ...(chatId && { chatId }),
    ...(reason && { reason }),
  };
}
