/** Every kind of key and channel, for people: what it is, and what to type to see it. */
import type { Keys } from '../redis/keys.ts';

export interface KeyKind {
  /** The method of `Keys` that names it. */
  readonly method: Exclude<keyof Keys, 'partitions' | 'partitionOf'>;
  /** With the default prefix; `p` is the partition. */
  readonly pattern: string;
  readonly type: 'stream' | 'hash' | 'string' | 'list' | 'zset' | 'channel' | 'stream and channel';
  readonly lives: string;
  readonly holds: string;
  /** Redis' command that reads it. */
  readonly read: string;
}

const kind = (
  method: KeyKind['method'],
  [pattern, type]: readonly [string, KeyKind['type']],
  [lives, holds]: readonly [string, string],
  read: string,
): KeyKind => ({ method, pattern, type, lives, holds, read });

export const keyKinds: readonly KeyKind[] = [
  kind(
    'log',
    ['sb:{p}:log:<chat>', 'stream'],
    ['24 h', "the room's events, newest last"],
    'XREVRANGE <key> + - COUNT 5',
  ),
  kind(
    'state',
    ['sb:{p}:state:<chat>', 'hash'],
    ['30 d', 'newest position, what is known of the chat, read marks'],
    'HGETALL <key>',
  ),
  kind(
    'messages',
    ['sb:{p}:messages:<chat>', 'hash'],
    ['30 d', 'known message ids: the duplicate check'],
    'HGETALL <key>',
  ),
  kind(
    'olderMessages',
    ['sb:{p}:messages-older:<chat>', 'hash'],
    ['30 d', 'the same, of the day before'],
    'HGETALL <key>',
  ),
  kind(
    'once',
    ['sb:{p}:once:<kind>:<key>', 'string'],
    [
      '24 h; a claim: seconds',
      'first answers, by Idempotency-Key (k), client_message_id (c), event (e); `~…`: a claim, the backend is being asked; `!…`: its refusal',
    ],
    'GET <key>',
  ),
  kind(
    'members',
    ['sb:{p}:members:<chat>', 'hash'],
    ['while somebody is there', 'who is in the room, with their sessions'],
    'HGETALL <key>',
  ),
  kind(
    'room',
    ['sb:{p}:room:<chat>', 'channel'],
    ['-', 'live copies; its subscribers are the edges that hold the room'],
    'PUBSUB SHARDNUMSUB <key>',
  ),
  kind(
    'feed',
    ['sb:{p}:feed', 'stream and channel'],
    ['10 min', 'what /broadcast sees of a partition'],
    'XREVRANGE <key> + - COUNT 5',
  ),
  kind(
    'feedState',
    ['sb:{p}:feed:state', 'hash'],
    ['for ever', "the feed's newest position"],
    'HGETALL <key>',
  ),
  kind(
    'outbox',
    ['sb:{p}:outbox', 'stream and channel'],
    ['until it is taken', "what the customer's backend is to be told, oldest first"],
    'XRANGE <key> - + COUNT 5',
  ),
  kind(
    'outboxState',
    ['sb:{p}:outbox:state', 'hash'],
    ['for ever', 'which ingress delivers it, until when, and how many events wait in parked chats'],
    'HGETALL <key>',
  ),
  kind(
    'outboxParked',
    ['sb:{p}:outbox:parked', 'zset'],
    [
      'while one is parked',
      'chats whose events the backend does not take → when they are tried again',
    ],
    'ZRANGE <key> 0 -1 WITHSCORES',
  ),
  kind(
    'outboxParking',
    ['sb:{p}:outbox:parking', 'hash'],
    ['while one is parked', 'why, since when and how often each parked chat was tried'],
    'HGETALL <key>',
  ),
  kind(
    'outboxParkedEvents',
    ['sb:{p}:outbox-parked:<chat>', 'zset'],
    ['while it is parked', "a parked chat's events, oldest first"],
    'ZRANGE <key> 0 4',
  ),
  kind(
    'outboxDead',
    ['sb:{p}:outbox:dead', 'stream'],
    ['until replayed or discarded', 'dead letters: what the backend refuses for good, and why'],
    'XRANGE <key> - + COUNT 5',
  ),
  kind(
    'desk',
    ['sb:{0}:desk', 'hash'],
    ['while somebody is there', 'the operators at their desks'],
    'HGETALL <key>',
  ),
  kind(
    'deskChanges',
    ['sb:{0}:desk:changes', 'stream'],
    ['bounded', 'which desk sessions have changed'],
    'XREVRANGE <key> + - COUNT 5',
  ),
  kind(
    'nodeSessions',
    ['sb:{p}:node:<node>', 'hash'],
    ['while the node lives', 'what a node has joined in a partition'],
    'HGETALL <key>',
  ),
  kind(
    'nodes',
    ['sb:{ctl}:nodes', 'zset'],
    ['for ever', 'node → end of its lease, ms since the epoch; negative: declared dead'],
    'ZRANGE <key> 0 -1 WITHSCORES',
  ),
  kind(
    'node',
    ['sb:{ctl}:node:<node>', 'hash'],
    ['while the node lives', 'what an edge says of itself: state, address, sockets, lags'],
    'HGETALL <key>',
  ),
  kind(
    'lag',
    ['sb:{ctl}:lag', 'channel'],
    ['-', 'nodes that are late say so'],
    'PUBSUB SHARDNUMSUB <key>',
  ),
  kind(
    'rate',
    ['sb:{ctl}:rate:<name>', 'string'],
    ['seconds', 'what a calling service has used of its rate'],
    'GET <key>',
  ),
  kind(
    'control',
    ['sb:{ctl}:control', 'stream and channel'],
    ['bounded', 'commands to all edges: drain, disconnect, sources'],
    'XREVRANGE <key> + - COUNT 5',
  ),
  kind(
    'controlState',
    ['sb:{ctl}:control:state', 'hash'],
    ['for ever', "the control log's newest position"],
    'HGETALL <key>',
  ),
  kind(
    'controlAnswers',
    ['sb:{ctl}:control-answers:<id>', 'list'],
    ['seconds', 'what the edges answered to a command'],
    'LRANGE <key> 0 -1',
  ),
  kind(
    'operator',
    ['sb:{ctl}:operator:<id>', 'hash'],
    ['30 d', 'live sources of an operator'],
    'HGETALL <key>',
  ),
  kind(
    'denied',
    ['sb:{ctl}:denied:<digest>', 'string'],
    ["the token's life", 'tokens that are revoked'],
    'EXISTS <key>',
  ),
  kind(
    'revoked',
    ['sb:{ctl}:revoked:<kind>:<id>', 'string'],
    ["the tokens' life", 'users, sessions and chats whose earlier tokens are revoked'],
    'GET <key>',
  ),
  kind(
    'cluster',
    ['sb:{ctl}:cluster', 'hash'],
    ['for ever', 'partitions, layout, when the deployment was made'],
    'HGETALL <key>',
  ),
  kind(
    'outboxWorkers',
    ['sb:{ctl}:outbox-workers', 'zset'],
    ['for ever', 'ingress that delivers → until when it is known to live'],
    'ZRANGE <key> 0 -1 WITHSCORES',
  ),
  kind(
    'heartbeat',
    ['sb:{ctl}:heartbeat:<process>', 'channel'],
    ['-', "a process' proof that its following works; in a cluster one for each partition"],
    'PUBSUB SHARDNUMSUB <key>',
  ),
];
