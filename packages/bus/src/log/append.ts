/** Appends one event: encodes the request for the script, decodes its answer. */
import { type ChatFacts, type RoutedEvent, audienceOf, frameHead } from '@switchboard/protocol';
import {
  type AppendOutcome,
  type AppendRequest,
  BusUnavailable,
  type MessageFacts,
  type OnceKey,
  type OutboxOptions,
  type ReceiptMark,
} from '../contract.ts';
import type { LogLimits } from './log-limits.ts';
import {
  type CommonArg,
  type FurtherArg,
  appendScript,
  commonArgs,
  furtherArgs,
} from './append.lua.ts';
import { encodeMeta, encodeSubject, feedAudience, feedSubject } from './envelope.ts';
import { decodeFirstAnswer, decodeMemory } from './memory.ts';
import { createNonces } from './nonce.ts';
import { encodeRoutingId } from './routing.ts';
import { within } from '../redis/call.ts';
import { encodeId, type Keys, NO_CHAT } from '../redis/keys.ts';
import { onceKeyOf } from '../redis/once-key.ts';
import { type RedisCommands, defineScript } from '../redis/script.ts';

type Reply =
  | ['late' | 'closed' | 'unchanged' | 'outboxFull']
  | ['once' | 'fulfilled' | 'known', first: string]
  | ['appended', position: string, clients: string, operators: string];

/** The caller is told a little after the deadline, so that what was executed in time is still told so. */
const REPLY_MARGIN_MS = 250;

export interface AppendDependencies {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly limits: LogLimits;
  readonly outbox?: OutboxOptions | undefined;
  readonly nowMs: (partition: number) => number;
}

export function createAppend({ redis, keys, limits, outbox, nowMs }: AppendDependencies) {
  const script = defineScript<string[], Reply>('sbAppend', 'any', appendScript(limits, outbox));
  const nonce = createNonces();

  return async function append(request: AppendRequest): Promise<AppendOutcome> {
    const partition = partitionOfEvent(keys, request.event);
    const common: Record<CommonArg, string> = {
      notAfterMs: String(Math.round(nowMs(partition) + request.deadlineMs)),
      nonce: nonce(),
      identity: `${encodeId(request.event.eventId)} ${request.event.ts}`,
      ...roomArgs(request.event),
      ...feedArgs(request.event, partition),
      once: request.once ? digestOf(request.once) : '',
      ...messageArgs(request.message),
      refuseIfClosed: request.refuseIfClosed ? '1' : '',
      outboxChat: outbox ? outboxChat(request, outbox) : '',
    };
    const names = [
      ...keysOf(keys, request, partition),
      ...(outbox ? [keys.outbox(partition), keys.outboxState(partition)] : []),
      ...fulfilled(keys, request),
    ];
    const reply = script.run(redis, names, [
      ...commonArgs.map((name) => common[name]),
      ...further(request, partition),
    ]);
    return outcome(await within(request.deadlineMs + REPLY_MARGIN_MS, reply), request);
  };
}

/** Events without a chat (operators, global) live in partition 0. */
export function partitionOfEvent(keys: Keys, event: RoutedEvent): number {
  return event.chatId === undefined ? 0 : keys.partitionOf(event.chatId);
}

function keysOf(keys: Keys, { event, once }: AppendRequest, partition: number): string[] {
  const { chatId } = event;
  const feed = keys.feed(partition);
  const feedState = keys.feedState(partition);
  const onceKey = once ? onceKeyOf(keys, chatId, once) : feedState;
  // An event without a chat has no room: its keys are named all the same, and not touched.
  const room = (key: (chatId: string) => string) =>
    chatId === undefined ? feedState : key(chatId);
  return [
    room(keys.log),
    room(keys.state),
    room(keys.messages),
    room(keys.olderMessages),
    room(keys.members),
    room(keys.room),
    feed,
    feedState,
    onceKey,
  ];
}

function fulfilled(keys: Keys, { event, fulfils }: AppendRequest): string[] {
  if (!fulfils) return [];
  return [onceKeyOf(keys, event.chatId, { kind: 'clientMessage', ...fulfils })];
}

/** What else must be equal for a repeat to be one. */
function digestOf(once: OnceKey): string {
  return once.kind === 'idempotencyKey' ? once.bodyDigest : '-';
}

function roomArgs(event: RoutedEvent) {
  const { room } = event;
  if (!room) return { roomMeta: '', roomHead: '', roomData: '' };
  return {
    roomMeta: encodeMeta(event, room.audience, room.except),
    roomHead: frameHead(event),
    roomData: room.data,
  };
}

function feedArgs(event: RoutedEvent, partition: number) {
  const { feed } = event;
  if (!feed) return { feedMeta: '', feedHead: '', feedChatId: '' };
  return {
    feedMeta: feedMeta(event, feed),
    feedHead: frameHead(event, `${partition}:`),
    feedChatId: feed.joinChat ? JSON.stringify(event.chatId) : '',
  };
}

/** Without the routing, which the script knows. */
export function feedMeta(event: RoutedEvent, feed: NonNullable<RoutedEvent['feed']>): string {
  return `${encodeId(event.eventId)} ${event.event} ${feedAudience(feed)} ${encodeSubject(feedSubject(feed))}`;
}

const noMessage = { message: '', messageFacts: '', visibility: '' };

function messageArgs(message: MessageFacts | undefined) {
  if (!message) return noMessage;
  const seenBy = audienceOf(message.type, message.typeRole);
  return {
    message: encodeId(message.messageId),
    messageFacts: `${message.type} ${message.typeRole ?? '-'} ${message.author === undefined ? '-' : encodeId(message.author)}`,
    visibility: `${Number(seenBy.clients)}${Number(seenBy.operators)}${Number(seenBy.feed)}`,
  };
}

/** What nobody in a room reads is nothing that a backend is told. */
function outboxChat({ event, outbox: kind }: AppendRequest, { kinds }: OutboxOptions): string {
  if (kind === undefined || !kinds.has(kind) || !event.room) return '';
  return event.chatId === undefined ? NO_CHAT : encodeId(event.chatId);
}

type Further = Partial<Record<FurtherArg, string>>;

/** Nothing for a message of a known chat, and otherwise all of it. */
function further(
  { event, receipt, chat, rememberChat }: AppendRequest,
  partition: number,
): string[] {
  const args: Further = {
    ...(!event.room && { feedPrefix: `${partition}:` }),
    ...(event.room?.clientsData && { roomClientsData: event.room.clientsData }),
    // Mostly the very text that the room's operators read: it goes to Redis once.
    ...(event.feed && event.feed.data !== event.room?.data && { feedData: event.feed.data }),
    ...(receipt && receiptArgs(receipt)),
    ...(chat && chatArgs(chat, rememberChat ?? true)),
  };
  if (Object.keys(args).length === 0) return [];
  const fragments = chat ? Object.entries(chat.remembered).flat() : [];
  return [...furtherArgs.map((name) => args[name] ?? ''), ...fragments];
}

function receiptArgs(receipt: ReceiptMark): Further {
  return {
    receiptLevel: receipt.level,
    receiptReader: encodeId(receipt.reader),
    receiptMessage: receipt.upTo ? '' : encodeId(receipt.messageId),
    receiptSequence: receipt.sequence === undefined ? '' : String(receipt.sequence),
  };
}

function chatArgs(chat: ChatFacts, remember: boolean): Further {
  return {
    chatMode: remember ? 'remember' : 'route',
    chatVersion: chat.version === undefined ? '' : String(chat.version),
    chatRest: chat.rest,
    widget: encodeRoutingId(chat.widgetId),
    department: encodeRoutingId(chat.departmentId),
    operator: encodeRoutingId(chat.operatorId),
    closed: chat.closed === undefined ? '' : String(Number(chat.closed)),
  };
}

function outcome(reply: Reply, request: AppendRequest): AppendOutcome {
  switch (reply[0]) {
    case 'late':
      throw new BusUnavailable('The append came to Redis after its deadline', 'no');
    case 'closed':
    case 'unchanged':
    case 'outboxFull':
      return { kind: reply[0] };
    case 'known':
      return {
        kind: 'duplicate',
        ...decodeMemory(request.message?.messageId ?? '', reply[1]).answer,
      };
    case 'once':
      return decodeFirstAnswer(reply[1], request.once);
    case 'fulfilled':
      return decodeFirstAnswer(reply[1], undefined);
    case 'appended':
      return {
        kind: 'appended',
        eventId: request.event.eventId,
        position: reply[1],
        present: { clients: Number(reply[2]), operators: Number(reply[3]) },
      };
  }
}
