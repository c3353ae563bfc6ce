/**
 * Who may do what in Redis: one ACL user for each role. A test compares the commands with those that the
 * bus uses, and `infra/redis/users.acl` with what is rendered here.
 */

interface AclUser {
  readonly name: string;
  readonly purpose: string;
  readonly commands: readonly string[];
  /** Beyond these, and only on the outbox: what it does there must not touch leases or members. */
  readonly outboxCommands?: readonly string[];
  /** How keys and channels are marked: read and write, or read only. */
  readonly keys: '~' | '%R~';
  readonly follows: boolean;
}

/**
 * What a client needs to be one: to say who it is, to learn whom it talks to, to find the slots of a cluster
 * and to follow them when they move.
 * Without `client|setinfo`: Redis 7.0 refuses a file that names it, and the client does without.
 */
const connecting = [
  'auth',
  'hello',
  'ping',
  'quit',
  'select',
  'info',
  'client|setname',
  'client|id',
  'cluster|slots',
  'cluster|shards',
  'cluster|nodes',
  'cluster|info',
  'readonly',
  'readwrite',
  'asking',
  'command',
] as const;

/** What the append, read and control scripts do, and calls beside them. */
const logging = [
  'eval',
  'evalsha',
  'exists',
  'get',
  'hexists',
  'hget',
  'hgetall',
  'hincrby',
  'hlen',
  'hmget',
  'hscan',
  'hset',
  'lrange',
  'mget',
  'pexpire',
  'rename',
  'rpush',
  'set',
  'spublish',
  'ssubscribe',
  'sunsubscribe',
  'time',
  'xadd',
  'xlen',
  'xrange',
  'xrevrange',
  'xtrim',
  'zrange',
  'zrangebyscore',
  'zscore',
] as const;

/** Leases and leaves: only who holds sockets ends what it has begun. */
const holding = ['del', 'hdel', 'zadd', 'zrem'] as const;

/** The outbox: what the customer's backend has is taken out, and what it refuses is put aside. */
const delivering = [
  'hdel',
  'hsetnx',
  'xdel',
  'zadd',
  'zcard',
  'zrangebylex',
  'zrem',
  'zremrangebylex',
  'zremrangebyscore',
] as const;

/** For a person or a script that looks at the cluster. */
const looking = [
  'dbsize',
  'exists',
  'get',
  'hget',
  'hgetall',
  'hlen',
  'hmget',
  'hscan',
  'latency|latest',
  'lrange',
  'memory|usage',
  'pttl',
  'pubsub|shardchannels',
  'pubsub|shardnumsub',
  'scan',
  'slowlog|get',
  'time',
  'type',
  'xinfo|stream',
  'xlen',
  'xrange',
  'xrevrange',
  'zcard',
  'zrange',
  'zscore',
] as const;

export const aclUsers: readonly AclUser[] = [
  {
    name: 'edge',
    purpose: 'apps/edge: appends, follows, and keeps leases and members',
    commands: [...connecting, ...logging, ...holding],
    keys: '~',
    follows: true,
  },
  {
    name: 'ingress',
    purpose:
      "apps/ingress: appends, reads, and delivers to the customer's backend; it holds no session, and so ends none",
    commands: [...connecting, ...logging],
    outboxCommands: delivering,
    keys: '~',
    follows: true,
  },
  {
    name: 'operator',
    purpose: 'a person who looks: reads everything of the deployment and changes nothing',
    commands: [...connecting, ...looking],
    keys: '%R~',
    follows: false,
  },
];

/** What stands in the file until the deployment fills it in; Redis refuses to start with it. */
export const passwordPlaceholder = (user: string): string =>
  `#${user.toUpperCase()}_PASSWORD_SHA256`;

/** The lines of an ACL file. @param keyPrefix as in `KEY_PREFIX` */
export function renderAcl(keyPrefix: string): string {
  const prefix = globEscaped(keyPrefix);
  const lines = aclUsers.map((user) => {
    const channels = user.follows ? ` &${prefix}*` : '';
    const access = `resetkeys resetchannels ${user.keys}${prefix}*${channels} -@all ${allowed(user.commands)}`;
    return `user ${user.name} on ${passwordPlaceholder(user.name)} ${access}${onOutbox(prefix, user)}`;
  });
  return `${['user default off', ...lines].join('\n')}\n`;
}

/** No other key has an id after its braces that begins so: braces and colons in ids are encoded. */
function onOutbox(prefix: string, { outboxCommands }: AclUser): string {
  return outboxCommands ? ` (~${prefix}{*}:outbox* ${allowed(outboxCommands)})` : '';
}

function allowed(commands: readonly string[]): string {
  return commands.map((command) => `+${command}`).join(' ');
}

/** A prefix may hold what is a wildcard in an ACL pattern. */
function globEscaped(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/gu, (char) => `\\${char}`);
}
