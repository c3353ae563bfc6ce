/**
 * Every key and channel, in one place. Kind first, id last; the hash tag puts all keys of a
 * partition (and all cluster-wide keys) into one slot, so that a script touches one slot only.
 */
import { partitionOf } from '@switchboard/protocol';

/** Ids stay readable: only what could be taken for structure is percent-encoded (and `-`, which means absent). */
export function encodeId(id: string): string {
  // oxlint-disable-next-line no-control-regex -- controls are what is encoded here
  return id.replace(/[%:{}\s\u0000-\u001f\u007f]|^-$/gu, encodeChar);
}

function encodeChar(char: string): string {
  const bytes = new TextEncoder().encode(char);
  return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(
    '',
  );
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
  cluster(): string;
  /** The heartbeat's channel of one process: of the whole cluster, or of one partition. */
  heartbeat(processId: string, partition?: number): string;
}

/** @param prefix without braces, e.g. `sb:` */
export function createKeys(prefix: string, partitions: number): Keys {
  const inPartition = (partition: number, kind: string, ...ids: string[]) =>
    `${prefix}{${partition}}:${[kind, ...ids.map(encodeId)].join(':')}`;
  const ofChat = (chatId: string, kind: string) =>
    inPartition(partitionOf(chatId, partitions), kind, chatId);
  const ctl = (kind: string, ...ids: string[]) =>
    `${prefix}{ctl}:${[kind, ...ids.map(encodeId)].join(':')}`;
  return {
    partitions,
    partitionOf: (chatId) => partitionOf(chatId, partitions),
    log: (chatId) => ofChat(chatId, 'log'),
    state: (chatId) => ofChat(chatId, 'state'),
    messages: (chatId) => ofChat(chatId, 'messages'),
    olderMessages: (chatId) => ofChat(chatId, 'messages-older'),
    once: (chatId, kind, parts) =>
      inPartition(
        chatId === undefined ? 0 : partitionOf(chatId, partitions),
        'once',
        kind,
        ...parts,
      ),
    feed: (partition) => inPartition(partition, 'feed'),
    feedState: (partition) => inPartition(partition, 'feed', 'state'),
    room: (chatId) => ofChat(chatId, 'room'),
    members: (chatId) => ofChat(chatId, 'members'),
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
    cluster: () => ctl('cluster'),
    heartbeat: (processId, partition) =>
      partition === undefined
        ? ctl('heartbeat', processId)
        : inPartition(partition, 'heartbeat', processId),
  };
}

/** What decides a key's slot. */
export function hashTag(key: string): string {
  return key.slice(key.indexOf('{') + 1, key.indexOf('}'));
}
