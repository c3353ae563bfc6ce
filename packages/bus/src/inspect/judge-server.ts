/** What is wrong with how a server is set. Pure; why each matters is in infra/redis/redis.conf. */
import { type Finding, finding } from './finding.ts';
import type { ServerFacts } from './server-facts.ts';

type Settings = ReadonlyMap<string, string>;
type Judged = Parameters<typeof finding>[1];

const MIB = 1024 * 1024;
const pubsubHardBytes = 256 * MIB;
const latencyWarnMs = 20;
const clientsWarnShare = 0.8;
const memoryWarnShare = 0.8;

export function judgeServer(facts: ServerFacts): Finding[] {
  const { settings } = facts;
  return [
    finding('redis-version', version(facts)),
    finding('redis-latency', latency(facts)),
    finding('redis-memory-used', memoryUsed(facts)),
    ...settingChecks.map(([id, judge]) =>
      finding(id, settings ? judge(settings, facts) : notVisible),
    ),
  ];
}

const notVisible: Judged = [
  'skip',
  'this Redis user may not read the settings',
  'Give doctor a user of its own, or compare with infra/redis/redis.conf by hand.',
];

const settingChecks: readonly [id: string, judge: (at: Settings, facts: ServerFacts) => Judged][] =
  [
    ['maxmemory', maxmemory],
    ['maxmemory-policy', (at) => expected(at, 'maxmemory-policy', 'noeviction', 'fail')],
    ['appendonly', (at) => expected(at, 'appendonly', 'yes', 'fail')],
    ['appendfsync', appendfsync],
    ['client-output-buffer-limit', outputBuffer],
    ['timeout', (at) => expected(at, 'timeout', '0', 'fail')],
    ['tcp-keepalive', tcpKeepalive],
    ['min-replicas-to-write', minReplicas],
    ['maxclients', maxclients],
  ];

function expected(at: Settings, name: string, value: string, otherwise: 'warn' | 'fail'): Judged {
  const is = at.get(name) ?? '(unknown)';
  return [is === value ? 'ok' : otherwise, `${name} ${is}`, setTo(name, value)];
}

const setTo = (name: string, value: string) =>
  `CONFIG SET ${name} ${value.includes(' ') ? `"${value}"` : value}, and in redis.conf`;

const oldestRedis = [7, 0] as const;
const oldestValkey = [7, 2] as const;

function version({ info }: ServerFacts): Judged {
  const valkey = info.get('valkey_version');
  const is = valkey ?? info.get('redis_version') ?? '0';
  const oldest = valkey === undefined ? oldestRedis : oldestValkey;
  const [major = 0, minor = 0] = is.split('.').map(Number);
  const isEnough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  const name = valkey === undefined ? 'Redis' : 'Valkey';
  return [isEnough ? 'ok' : 'fail', `${name} ${is}`, 'Redis >= 7.0 or Valkey >= 7.2 is needed.'];
}

function latency({ latencyMs }: ServerFacts): Judged {
  return [
    latencyMs <= latencyWarnMs ? 'ok' : 'warn',
    `${latencyMs.toFixed(1)} ms from here`,
    'Every event waits for it once: put Redis near, or look for what it is busy with (SLOWLOG GET).',
  ];
}

function memoryUsed({ info }: ServerFacts): Judged {
  const [used, max] = [Number(info.get('used_memory')), Number(info.get('maxmemory'))];
  const evicted = Number(info.get('evicted_keys') ?? 0);
  if (evicted > 0) {
    return [
      'fail',
      `${evicted} keys were thrown away`,
      'Set maxmemory-policy noeviction: logs and leases were lost.',
    ];
  }
  if (!max) return ['ok', `${mib(used)} used`];
  const isFull = used / max > memoryWarnShare;
  return [
    isFull ? 'warn' : 'ok',
    `${mib(used)} of ${mib(max)} used`,
    'Raise maxmemory, or keep less: ROOM_LOG_MAX_EVENTS, ROOM_LOG_MAX_BYTES.',
  ];
}

const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;

function maxmemory(at: Settings): Judged {
  const bytes = Number(at.get('maxmemory'));
  return [
    bytes > 0 ? 'ok' : 'warn',
    bytes > 0 ? `maxmemory ${mib(bytes)}` : 'no maxmemory',
    'Set it to about 60 % of the machine: without it the kernel ends Redis, with it appends get 503.',
  ];
}

function appendfsync(at: Settings): Judged {
  const is = at.get('appendfsync') ?? '(unknown)';
  return [is === 'no' ? 'fail' : 'ok', `appendfsync ${is}`, setTo('appendfsync', 'everysec')];
}

function outputBuffer(at: Settings): Judged {
  const limits = at.get('client-output-buffer-limit') ?? '';
  const [, hard = '0', soft = '0', seconds = '0'] = /pubsub (\d+) (\d+) (\d+)/u.exec(limits) ?? [];
  const isEnough = Number(hard) === 0 || Number(hard) >= pubsubHardBytes;
  return [
    isEnough ? 'ok' : 'warn',
    `pubsub ${mib(Number(hard))} hard, ${mib(Number(soft))} for ${seconds} s`,
    setTo('client-output-buffer-limit', 'pubsub 256mb 64mb 60'),
  ];
}

function tcpKeepalive(at: Settings): Judged {
  const seconds = Number(at.get('tcp-keepalive'));
  const isWell = seconds > 0 && seconds <= 300;
  return [isWell ? 'ok' : 'warn', `tcp-keepalive ${seconds} s`, setTo('tcp-keepalive', '60')];
}

/** A primary that has replicas and does not need them loses with itself what it took alone. */
function minReplicas(at: Settings, { info }: ServerFacts): Judged {
  const replicas = Number(info.get('connected_slaves') ?? 0);
  const wanted = Number(at.get('min-replicas-to-write'));
  if (info.get('role') !== 'master') return ['ok', 'a replica'];
  if (replicas < wanted) {
    return [
      'fail',
      `${replicas} replicas, ${wanted} needed: no write is taken`,
      'Start the replicas, or lower min-replicas-to-write.',
    ];
  }
  const isWell = replicas === 0 || wanted > 0;
  return [
    isWell ? 'ok' : 'warn',
    replicas === 0 ? 'no replicas' : `${replicas} replicas, min-replicas-to-write ${wanted}`,
    setTo('min-replicas-to-write', '1'),
  ];
}

function maxclients(at: Settings, { info }: ServerFacts): Judged {
  const [max, clients] = [Number(at.get('maxclients')), Number(info.get('connected_clients'))];
  return [
    clients / max <= clientsWarnShare ? 'ok' : 'warn',
    `${clients} of ${max} clients`,
    'Raise maxclients, and the limit of open files of Redis.',
  ];
}
