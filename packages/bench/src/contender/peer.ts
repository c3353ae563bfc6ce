/** The peers: what one would write in an hour, without validation, log, presence or authentication. */
import { upgradeRequest } from '../load/upgrade.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import type { Contender, Rooms, StartContender } from './contender.ts';
import { startNodes, stopNodes, type PeerNode } from './nodes.ts';
import { redisRole, startMeasuredRedis } from './redis.ts';

const uwsServer = new URL('../peer/uws-server.ts', import.meta.url);
const minimalServer = new URL('../peer/minimal-server.ts', import.meta.url);
const socketIoServer = new URL('../peer/socket-io-server.ts', import.meta.url);

const publishHeaders = 'Content-Type: application/json\r\n';

/** The floor: one process, no Redis, and so no second node. */
export const startUws: StartContender = async () => {
  const nodes = await startNodes([uwsServer]);
  return describe('uws', nodes, {
    others: [],
    plan: planPlain,
    stop: () => stopNodes(nodes),
  });
};

/** Two nodes that hear each other over Redis pub/sub; publishers are spread over both. */
export const startMinimal: StartContender = () =>
  startPair({ name: 'minimal', program: minimalServer, dialect: 'plain', plan: planPlain });

/** Two nodes with the adapter for Redis pub/sub: what is sent while a client is away is gone. */
export const startSocketIo: StartContender = () =>
  startPair({
    name: 'socket.io',
    program: socketIoServer,
    args: ['pub-sub'],
    dialect: 'socket.io',
  });

/** Two nodes with the adapter for Redis streams and connection state recovery. */
export const startSocketIoStreams: StartContender = () =>
  startPair({
    name: 'socket.io-streams',
    program: socketIoServer,
    args: ['streams'],
    dialect: 'socket.io',
  });

interface Pair {
  name: string;
  program: URL;
  args?: readonly string[];
  dialect: Rooms['dialect'];
  /** How a socket is opened that gets everything; absent: the peer takes no part in fan-out. */
  plan?: (node: PeerNode) => SubscriberPlan;
}

const startPair = async ({ name, program, args = [], dialect, plan }: Pair): Promise<Contender> => {
  const redis = await startMeasuredRedis();
  try {
    const nodes = await startNodes([program, program], [redis.url, ...args]);
    const stop = async () => {
      await stopNodes(nodes);
      await redis.stop();
    };
    const others = [{ role: redisRole, pid: redis.pid }];
    return { ...describe(name, nodes, { others, plan, stop }), rooms: roomsOf(nodes, dialect) };
  } catch (error) {
    await redis.stop();
    throw error;
  }
};

const roomsOf = (nodes: readonly PeerNode[], dialect: Rooms['dialect']): Rooms => ({
  dialect,
  nodes,
  publish: { ports: nodes.slice(-1).map(({ port }) => port), headers: publishHeaders },
  admit: (persona) => Promise.resolve(persona),
});

const describe = (
  name: string,
  nodes: readonly PeerNode[],
  {
    others,
    plan = () => {
      throw new Error(`${name} takes no part in fan-out`);
    },
    stop,
  }: {
    others: Contender['processes'];
    plan: Pair['plan'];
    stop: () => Promise<void>;
  },
): Contender => ({
  name,
  processes: [...nodes.map(({ pid }) => ({ role: 'node', pid })), ...others],
  publish: { ports: nodes.map(({ port }) => port), headers: publishHeaders },
  subscribers: async (count) =>
    Array.from({ length: count }, (_, index) => plan(nodes[index % nodes.length] as PeerNode)),
  stop,
});

const planPlain = ({ port }: PeerNode): SubscriberPlan => ({
  port,
  request: upgradeRequest({ port, path: '/broadcast' }),
  isGreeted: false,
});
