/** What the append script remembers, decoded: messages (24 h) and first answers (24 h). */
import type {
  AppendOutcome,
  AppendedAnswer,
  MessageFacts,
  OnceKey,
  RecalledMessage,
} from '../contract.ts';
import { decodeId } from '../redis/keys.ts';
import type { UserKey } from '@switchboard/protocol';

type FirstAnswer = AppendedAnswer & { readonly ts: string; readonly messageId?: string };

/**
 * `position eventId ts clients operators sequence type typeRole author newestForClients
 * newestForOperators newestForFeed`, as the script wrote it.
 */
export function decodeMemory(
  messageId: string,
  value: string,
): { answer: FirstAnswer; message: RecalledMessage } {
  const fields = value.split(' ');
  const [
    position = '',
    eventId = '',
    ts = '',
    clients,
    operators,
    sequence,
    type,
    typeRole,
    author,
    ...newest
  ] = fields;
  const answer = { ...answerOf(position, eventId, clients, operators), ts, messageId };
  const message: RecalledMessage = {
    messageId,
    type: type as MessageFacts['type'],
    ...(typeRole !== '-' && { typeRole: typeRole as 'client' | 'operator' }),
    ...(author !== '-' && { author: decodeId(author ?? '') as UserKey }),
    eventId: answer.eventId,
    position,
    sequence: Number(sequence),
    newestFor: newestFor(newest),
  };
  return { answer, message };
}

function newestFor([clients, operators, feed]: readonly string[]): RecalledMessage['newestFor'] {
  return {
    ...(known(clients) && { clients: decodeId(clients) }),
    ...(known(operators) && { operators: decodeId(operators) }),
    ...(known(feed) && { feed: decodeId(feed) }),
  };
}

function known(id: string | undefined): id is string {
  return id !== undefined && id !== '-';
}

/** `position eventId ts clients operators messageId digest`, as the script wrote it. */
export function decodeFirstAnswer(value: string, once: OnceKey | undefined): AppendOutcome {
  const [position = '', eventId = '', ts = '', clients, operators, messageId, digest] =
    value.split(' ');
  if (once?.kind === 'idempotencyKey' && digest !== once.bodyDigest) return { kind: 'keyReused' };
  return {
    kind: 'duplicate',
    ...answerOf(position, eventId, clients, operators),
    ts,
    ...(known(messageId) && { messageId: decodeId(messageId) }),
  };
}

function answerOf(
  position: string,
  eventId: string,
  clients = '0',
  operators = '0',
): AppendedAnswer {
  return {
    position,
    eventId: decodeId(eventId),
    present: { clients: Number(clients), operators: Number(operators) },
  };
}
