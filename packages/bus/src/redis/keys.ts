/**
 * Every key and channel, in one place. Kind first, id last; the hash tag puts all keys of a
 * partition (and all cluster-wide keys) into one slot, so that a script touches one slot only.
 */
import { partitionOf } from '@switchboard/protocol';

// oxlint-disable-next-line no-control-regex -- controls are what is encoded here
const STRUCTURE = /[%:{}\s\u0000-\u001f\u007f]|^-$/u;
const EVERY_STRUCTURE = new RegExp(STRUCTURE, 'gu');

/** In place of an encoded id: there is none. */
export const NO_CHAT = '-';

/** Ids stay readable: only what could be taken for structure is percent-encoded (and `-`, which means absent). */
export function encodeId(id: string): string {
  return STRUCTURE.test(id) ? id.replace(EVERY_STRUCTURE, encodeChar) : id;
}

/** Of the characters that are encoded, with whom the ids of users (`client:5`) are full. */
const encodedChars = new Map<string, string>();

function encodeChar(char: string): string {
  const known = encodedChars.get(char);
  if (known !== undefined) return known;
  const bytes = new TextEncoder().encode(char);
  const encoded = Array.from(
    bytes,
    (byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`,
  );
  encodedChars.set(char, encoded.join(''));
  return encoded.join('');
}

/** The inverse of `encodeId`. Total: what `encodeId` never wrote comes back as it is. */
export function decodeId(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

export type OnceKind = 'k' | 'c' | 'e';

export interface Keys {
  readonly partitions: number;
  partitionOf(chatId: string): number;
  /** The room's stream of events. */
  log(chatId: string): string;
  /** Newest position, chat facts, receipts' watermarks. */
  state(chatId: string): string;
  /** What is remembered of the chat's messages: this generation and the one before. */
  messages(chatId: string): string;
  olderMessages(chatId: string): string;
  once(chatId: string | undefined, kind: OnceKind, parts: readonly string[]): string;
  /** What `/broadcast` sees of a partition: a stream and, under the same name, a channel. */
  feed(partition: number): string;
  feedState(partition: number): string;
  /** What waits for the backend: a stream and, under the same name, the channel that says "no longer empty". */
  outbox(partition: number): string;
  /** Whose turn the outbox is, and how far it is. */
  outboxState(partition: number): string;
  /** Chats whose events the backend does not take: when each is tried again, and what became of it so far. */
  outboxParked(partition: number): string;
  outboxParking(partition: number): string;
  /** A parked chat's events. @param chatId undefined: operators who come and go, in partition 0 */
  outboxParkedEvents(chatId: string | undefined): string;
  outboxDead(partition: number): string;
  /** The room's channel. */
  room(chatId: string): string;
  members(chatId: string): string;
  /** The operators' desk: the pseudo-room of all `/broadcast` sessions, in partition 0. */
  desk(): string;
  /** A stream: which of the desk's sessions have changed. */
  deskChanges(): string;
  /** What a node has joined in a partition. */
  nodeSessions(partition: number, nodeId: string): string;
  nodes(): string;
  node(nodeId: string): string;
  /** The channel on which nodes that are late say so. */
  lag(): string;
  /** What a calling service has used of its rate. */
  rate(name: string): string;
  control(): string;
  controlState(): string;
  controlAnswers(commandId: string): string;
  operator(operatorId: string): string;
  denied(tokenId: string): string;
  /** When all that a user, a session or a room had was revoked. */
  revoked(kind: 'user' | 'session' | 'chat', id: string): string;
  cluster(): string;
  /** The processes that deliver. */
  outboxWorkers(): string;
  /** The heartbeat's channel of one process: of the whole cluster, or of one partition. */
  heartbeat(processId: string, partition?: number): string;
}

/** @param prefix without braces, e.g. `sb:` */
export function createKeys(prefix: string, partitions: number): Keys {
  const inPartition = (partition: number, kind: string, ...ids: string[]) =>
    `${prefix}{${partition}}:${[kind, ...ids.map(encodeId)].join(':')}`;
  const ofChat = createChatKeys(prefix, partitions);
  const ctl = (kind: string, ...ids: string[]) =>
    `${prefix}{ctl}:${[kind, ...ids.map(encodeId)].join(':')}`;
  return {
    partitions,
    partitionOf: (chatId) => ofChat(chatId).partition,
    log: (chatId) => ofChat(chatId).key('log'),
    state: (chatId) => ofChat(chatId).key('state'),
    messages: (chatId) => ofChat(chatId).key('messages'),
    olderMessages: (chatId) => ofChat(chatId).key('messages-older'),
    once: (chatId, kind, parts) =>
      inPartition(chatId === undefined ? 0 : ofChat(chatId).partition, 'once', kind, ...parts),
    feed: (partition) => `${prefix}{${partition}}:feed`,
    feedState: (partition) => `${prefix}{${partition}}:feed:state`,
    outbox: (partition) => `${prefix}{${partition}}:outbox`,
    outboxState: (partition) => `${prefix}{${partition}}:outbox:state`,
    outboxParked: (partition) => inPartition(partition, 'outbox', 'parked'),
    outboxParking: (partition) => inPartition(partition, 'outbox', 'parking'),
    outboxParkedEvents: (chatId) =>
      chatId === undefined
        ? `${prefix}{0}:outbox-parked:${NO_CHAT}`
        : ofChat(chatId).key('outbox-parked'),
    outboxDead: (partition) => inPartition(partition, 'outbox', 'dead'),
    room: (chatId) => ofChat(chatId).key('room'),
    members: (chatId) => ofChat(chatId).key('members'),
    desk: () => inPartition(0, 'desk'),
    deskChanges: () => inPartition(0, 'desk', 'changes'),
    nodeSessions: (partition, nodeId) => inPartition(partition, 'node', nodeId),
    nodes: () => ctl('nodes'),
    node: (nodeId) => ctl('node', nodeId),
    lag: () => ctl('lag'),
    rate: (name) => ctl('rate', name),
    control: () => ctl('control'),
    controlState: () => ctl('control', 'state'),
    controlAnswers: (commandId) => ctl('control-answers', commandId),
    operator: (operatorId) => ctl('operator', operatorId),
    denied: (tokenId) => ctl('denied', tokenId),
    revoked: (kind, id) => ctl('revoked', kind, id),
    cluster: () => ctl('cluster'),
    outboxWorkers: () => ctl('outbox-workers'),
    heartbeat: (processId, partition) =>
      partition === undefined
        ? ctl('heartbeat', processId)
        : inPartition(partition, 'heartbeat', processId),
  };
}

interface ChatKeys {
  readonly partition: number;
  key(kind: string): string;
}

/** An append names six keys of one chat: what they share is kept for the chat that was asked for last. */
function createChatKeys(prefix: string, partitions: number): (chatId: string) => ChatKeys {
  let lastId: string | undefined;
  let last: ChatKeys;
  return (chatId) => {
    if (chatId === lastId) return last;
    const partition = partitionOf(chatId, partitions);
    const [before, after] = [`${prefix}{${partition}}:`, `:${encodeId(chatId)}`];
    lastId = chatId;
    last = { partition, key: (kind) => before + kind + after };
    return last;
  };
}

/** What decides a key's slot. */
export function hashTag(key: string): string {
  return key.slice(key.indexOf('{') + 1, key.indexOf('}'));
}
