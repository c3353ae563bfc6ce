/** One well-formed client frame to its handler. */
import type { ClientFrame } from '@switchboard/protocol';
import type { Receipts, Respond } from '../receipt/receipts.ts';
import type { ChatSession, Session } from '../session/session.ts';
import type { Answer } from './answer.ts';
import { errorFrame, only } from './answer.ts';
import { ping } from './ping.ts';
import { refreshToken, type RefreshTokenParts } from './refresh-token.ts';
import type { SendMessage } from './send-message.ts';
import { tellEnd, updateTyping, type TypingParts } from './update-typing.ts';

export interface CommandParts {
  readonly send: SendMessage;
  readonly typing: TypingParts;
  readonly receipts: Receipts;
  readonly token: RefreshTokenParts;
  /** RFC 3339, by Redis' clock. */
  readonly ts: () => string;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

type ChatFrame = Exclude<ClientFrame, { event: 'ping' | 'refreshToken' }>;

export interface CommandContext {
  readonly parts: CommandParts;
  readonly respond: Respond;
}

/** Handles the frame and what it makes due before it; answers go through `respond`, in order. */
export function runCommand(
  session: Session,
  frame: ClientFrame,
  context: CommandContext,
): Promise<void> | void {
  if (session.socket === 'chat' && !isReceipt(frame)) {
    const flushed = context.parts.receipts.flush(session, context.respond);
    if (flushed !== undefined) return flushed.then(() => dispatch(session, frame, context));
  }
  return dispatch(session, frame, context);
}

function isReceipt({ event }: ClientFrame): boolean {
  return event === 'markMessageDelivered' || event === 'markMessageRead';
}

/** Handles the frame alone. */
export function dispatch(
  session: Session,
  frame: ClientFrame,
  { parts, respond }: CommandContext,
): Promise<void> | void {
  // Messages and receipts have a time of their own.
  if (session.socket === 'chat' && frame.event !== 'ping' && frame.event !== 'refreshToken')
    return runInRoom(session, frame, { parts, respond });
  const context = { ts: parts.ts(), requestId: frame.requestId };
  if (frame.event === 'ping') return respond(ping(context), frame.requestId);
  if (frame.event === 'refreshToken') {
    const answer = refreshToken(session, frame.data.token, { ...parts.token, context });
    return answer.then((given) => respond(given, frame.requestId));
  }
  // The parser refuses them on /broadcast already.
  return respond(only(errorFrame('forbidden', context)), frame.requestId);
}

function runInRoom(
  session: ChatSession,
  frame: ChatFrame,
  { parts, respond }: CommandContext,
): Promise<void> | void {
  const give = (answer: Answer) => respond(answer, frame.requestId);
  switch (frame.event) {
    case 'sendMessage':
      return parts.send(session, frame).then((answer) => {
        endTyping(session, parts);
        return give(answer);
      });
    case 'updateTyping':
      return updateTyping(session, frame.data, parts.typing).then(give);
    case 'markMessageDelivered':
    case 'markMessageRead':
      return parts.receipts.add(session, receiptOf(frame), respond);
  }
}

function receiptOf(frame: Extract<ChatFrame, { event: `markMessage${string}` }>) {
  const { message_id: messageId, up_to: upTo, type } = frame.data;
  return {
    level: frame.event === 'markMessageRead' ? ('read' as const) : ('delivered' as const),
    messageId,
    upTo,
    type: type ?? undefined,
    requestId: frame.requestId,
  };
}

/** Who has sent is not typing any more. */
function endTyping(session: ChatSession, { typing, onWarning }: CommandParts): void {
  typing.pace.restart(session);
  const ended = typing.clock.end(session);
  if (ended === undefined) return;
  tellEnd(ended, typing).catch((error: unknown) => {
    onWarning('the end of an indicator could not be told', { error: String(error) });
  });
}
