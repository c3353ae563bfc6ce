/** `updateTyping`: told to the room and the desk, ended by itself unless it is repeated. */
import type { EventLog } from '@switchboard/bus';
import { typingUpdated, type ClientData } from '@switchboard/protocol';
import type { NewStamp } from '../clock/stamps.ts';
import type { ChatSession } from '../session/session.ts';
import type { Indicator, TypingClock } from '../typing/typing-clock.ts';
import type { TypingPace } from '../typing/typing-pace.ts';
import type { Answer } from './answer.ts';

export interface TypingParts {
  readonly log: Pick<EventLog, 'publish'>;
  readonly clock: TypingClock;
  readonly newStamp: NewStamp;
  readonly ttlMs: number;
  /** False: this `true` is one too many, or there is no time for it now. Dropped without an answer. */
  readonly mayTell: (session: ChatSession) => boolean;
  readonly pace: Pick<TypingPace, 'restart'>;
}

export async function updateTyping(
  session: ChatSession,
  data: ClientData['updateTyping'],
  parts: TypingParts,
): Promise<Answer> {
  if (!data.is_typing) {
    const ended = parts.clock.end(session);
    if (ended !== undefined) await tellEnd(ended, parts);
    return undefined;
  }
  const isPrivate = session.identity.role === 'operator' && data.is_private;
  if (!parts.mayTell(session)) {
    await endForClients(session, isPrivate, parts);
    return undefined;
  }
  const before = parts.clock.renew(session, isPrivate);
  // Clients were told of it and must not be told that it goes on in private: for them it ends.
  if (before !== undefined && isPrivate && !before.isPrivate) await tellEnd(before, parts);
  await parts.log.publish(typingUpdated(typingOf(session, data, parts.ttlMs), parts.newStamp()));
  return undefined;
}

/** One that is dropped tells nobody anything, but that clients must not go on seeing what is private now. */
async function endForClients(
  session: ChatSession,
  isPrivate: boolean,
  parts: TypingParts,
): Promise<void> {
  if (!isPrivate || parts.clock.running(session)?.isPrivate !== false) return;
  const ended = parts.clock.end(session);
  if (ended !== undefined) await tellEnd(ended, parts);
}

/** Tells whoever was told of the indicator that it has ended. */
export function tellEnd(
  { session, isPrivate }: Indicator,
  parts: Pick<TypingParts, 'log' | 'newStamp' | 'ttlMs'>,
): Promise<void> {
  const data = { is_typing: false, is_private: isPrivate };
  return parts.log.publish(typingUpdated(typingOf(session, data, parts.ttlMs), parts.newStamp()));
}

function typingOf(session: ChatSession, data: ClientData['updateTyping'], ttlMs: number) {
  return {
    chatId: session.chatId,
    user: session.identity.user,
    isTyping: data.is_typing,
    isPrivate: data.is_private,
    preview: data.preview,
    ttlMs,
  };
}
