/** This product: edges, an ingress and Redis, with the defaults of production. */
import { mintToken, startCluster, type Cluster } from '@switchboard/testkit';
import { upgradeRequest } from '../load/upgrade.ts';
import type { PublishTarget } from '../load/publishing.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import type { Contender, Rooms, StartContender } from './contender.ts';
import { redisRole, startMeasuredRedis } from './redis.ts';

const tokenLifeS = 24 * 3600;

export const startSwitchboard: StartContender = (signal, nodes = 2) =>
  startSwitchboardWith({ nodes, env: {} }, signal);

export interface SwitchboardShape {
  nodes: number;
  /** What differs from the defaults. */
  env: Readonly<Record<string, string>>;
}

export const startSwitchboardWith = async (
  { nodes, env }: SwitchboardShape,
  signal: AbortSignal,
): Promise<Contender & { rooms: Rooms }> => {
  const redis = await startMeasuredRedis();
  try {
    const cluster = await startCluster({ edges: nodes, redisUrl: redis.url, env, signal });
    return describe(cluster, redis.pid, async () => {
      await cluster.stop();
      await redis.stop();
    });
  } catch (error) {
    await redis.stop();
    throw error;
  }
};

const describe = (
  cluster: Cluster,
  redisPid: number,
  stop: () => Promise<void>,
): Contender & { rooms: Rooms } => ({
  name: 'switchboard',
  processes: [
    ...[...cluster.edges, ...cluster.ingresses].map(({ role, pid }) => ({ role, pid })),
    { role: redisRole, pid: redisPid },
  ],
  publish: publishTarget(cluster),
  subscribers: (count) =>
    Promise.all(Array.from({ length: count }, (_, index) => planDesk(cluster, index))),
  rooms: describeRooms(cluster),
  stop,
});

/** Clients are visitors, each with a token for its chat. */
const describeRooms = (cluster: Cluster): Rooms => ({
  dialect: 'switchboard',
  nodes: cluster.edges.map(({ url, pid }) => ({ port: portOf(url), pid })),
  publish: publishTarget(cluster),
  admit: async (persona) => {
    const claims = { sub: persona.userId, role: 'client', chat_id: persona.chatId } as const;
    return { ...persona, token: await mintToken(cluster.authSecret, claims, tokenLifeS) };
  },
});

const publishTarget = ({ ingresses, apiToken }: Cluster): PublishTarget => ({
  ports: ingresses.map(({ url }) => portOf(url)),
  headers: `Api-Token: ${apiToken}\r\nContent-Type: application/json\r\n`,
});

/** Whoever comes to a desk is told to all desks: of more sockets, each operator has several. */
const operatorsMax = 1_000;

/** Every socket is another operator, as in a support team; without `sources` each gets everything. */
const planDesk = async (cluster: Cluster, index: number): Promise<SubscriberPlan> => {
  const port = portOf(cluster.edges[index % cluster.edges.length]?.url ?? '');
  const claims = { sub: `operator-${index % operatorsMax}`, role: 'operator' } as const;
  const token = await mintToken(cluster.authSecret, claims, tokenLifeS);
  return { port, request: upgradeRequest({ port, path: '/broadcast', token }), isGreeted: true };
};

const portOf = (url: string): number => Number(new URL(url).port);
