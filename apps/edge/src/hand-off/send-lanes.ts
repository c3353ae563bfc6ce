/** Where messages wait for the backend: each socket's in its own lane, and not too many of one chat. */
import type { Answer } from '../command/answer.ts';
import { SendLane, type TakenMessage } from '../session/send-lane.ts';
import type { ChatSession } from '../session/session.ts';
import type { SendLines } from './send-lines.ts';

export interface SendLanesParts {
  readonly lines: SendLines;
  /** Messages of one socket that may wait. */
  readonly pendingMax: number;
  /** What a sender is told whose message is not waited for any more. */
  readonly unanswered: (session: ChatSession, message: TakenMessage) => Answer;
  readonly onError: (error: unknown) => void;
}

export interface SendLanes {
  /** No more of this socket, or of its chat, may wait. */
  isFull(session: ChatSession): boolean;
  /** Counts a message from the moment in which it came. */
  take(session: ChatSession, message: TakenMessage): void;
  /** Runs what it takes to answer one that was taken, in its turn. */
  push(session: ChatSession, message: TakenMessage, task: () => void | Promise<void>): void;
  /** The session has ended: what waited is forgotten. */
  forget(session: ChatSession): void;
  /** The answers of those that have none yet: the session is about to be ended. */
  abandon(session: ChatSession): Answer[];
}

export function createSendLanes(parts: SendLanesParts): SendLanes {
  const { lines, pendingMax } = parts;
  return {
    isFull: ({ sends, chatId }) => (sends?.waiting ?? 0) >= pendingMax || lines.isFull(chatId),
    take(session, message) {
      session.sends ??= new SendLane(parts.onError);
      session.sends.take(message);
      lines.enter(session.chatId);
    },
    push: (session, message, task) => session.sends?.push(message, task),
    forget(session) {
      const { sends } = session;
      if (sends === undefined) return;
      lines.leave(session.chatId, sends.waiting);
      sends.waiting = 0;
    },
    abandon: (session) =>
      [...(session.sends?.unanswered ?? [])].map((message) => parts.unanswered(session, message)),
  };
}
