/**
 * A look at Redis as operations need it: `switchboard doctor` and `switchboard keys`. It writes nothing,
 * claims no layout and takes no lease; so it does not create a deployment by looking for one.
 */
import { Cluster, type Redis } from 'ioredis';
import type { BusOptions } from '../contract.ts';
import { within } from '../redis/call.ts';
import { openConnections } from '../redis/connections.ts';
import { type Keys, createKeys } from '../redis/keys.ts';
import { type ChatKey, readChatKeys } from './chat-keys.ts';
import { type Finding, finding } from './finding.ts';
import { judgeDeployment } from './judge-deployment.ts';
import { judgeServer } from './judge-server.ts';
import { judgeDoor, judgeRights } from './role-rights.ts';
import { readServer } from './server-facts.ts';

export interface Inspection {
  /** The worst of all servers for each check. @throws BusUnavailable */
  check(): Promise<Finding[]>;
  /** @throws BusUnavailable */
  keysOf(chatId: string): Promise<ChatKey[]>;
  close(): void;
}

export type InspectionOptions = Pick<
  BusOptions,
  'redisUrl' | 'redisAccess' | 'keyPrefix' | 'partitions' | 'onWarning'
>;

const deadlineMs = 10_000;
const clockWarnMs = 1_000;
const worstFirst: readonly Finding['status'][] = ['fail', 'warn', 'skip', 'ok'];

/** @throws BusUnavailable when Redis does not answer */
export async function openInspection(options: InspectionOptions): Promise<Inspection> {
  const { redisUrl: url, redisAccess: access, onWarning } = options;
  const { redis, disconnect } = await openConnections({
    url,
    name: 'switchboard:inspection',
    onWarning,
    access,
  });
  const keys = createKeys(options.keyPrefix, options.partitions);
  const servers = () => (redis instanceof Cluster ? primariesOf(redis) : [redis]);
  const check = async (): Promise<Finding[]> => {
    const each = await Promise.all(servers().map((server) => checkServer(server, keys)));
    const deployment = judgeDeployment(await redis.hgetall(keys.cluster()), options);
    return [...worstOf(each), ...deployment];
  };
  return {
    check: () => within(deadlineMs, check()),
    keysOf: (chatId) => readChatKeys(redis, keys, chatId),
    close: disconnect,
  };
}

function primariesOf(cluster: Cluster): Redis[] {
  return cluster.nodes('master');
}

async function checkServer(server: Redis, keys: Keys) {
  const facts = await readServer(server);
  const offsetMs = Math.round(facts.clockOffsetMs);
  const findings = [
    ...judgeServer(facts),
    finding('redis-clock', [
      Math.abs(offsetMs) <= clockWarnMs ? 'ok' : 'warn',
      `${offsetMs} ms ahead of this machine`,
      "Redis' clock decides about leases and expiry: run an NTP client on its machine.",
    ]),
    await judgeRights(server, keys),
    await judgeDoor(server),
  ];
  return { address: facts.address, findings };
}

type Checked = Awaited<ReturnType<typeof checkServer>>;

function worstOf(servers: readonly Checked[]): Finding[] {
  const [first, ...others] = servers;
  if (!first || others.length === 0) return first?.findings ?? [];
  return first.findings.map(({ id }) => {
    const all = servers.map(({ address, findings }) => ({
      address,
      found: findings.find((each) => each.id === id) as Finding,
    }));
    const status = worstFirst.find((each) => all.some(({ found }) => found.status === each));
    const worst = all.find(({ found }) => found.status === status) as (typeof all)[number];
    return { ...worst.found, saw: `${worst.address}: ${worst.found.saw}` };
  });
}
