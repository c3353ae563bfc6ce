/** The peers that run on Node: what one would write in an hour, without validation, log, presence or tokens. */
import { upgradeRequest } from '../load/upgrade.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import { everybody } from '../peer/message.ts';
import type { Contender, Rooms, StartContender } from './contender.ts';
import { startNodes, stopNodes, type PeerNode } from './nodes.ts';
import { redisRole, startMeasuredRedis } from './redis.ts';

const uwsServer = new URL('../peer/uws-server.ts', import.meta.url);
const minimalServer = new URL('../peer/minimal-server.ts', import.meta.url);
const wsServer = new URL('../peer/ws-server.ts', import.meta.url);
const socketIoServer = new URL('../peer/socket-io-server.ts', import.meta.url);
const fastifyServer = new URL('../peer/fastify-server.ts', import.meta.url);

export const publishHeaders = 'Content-Type: application/json\r\n';

/** The floor: one process, no Redis, and so no second node. */
export const startUws: StartContender = async () => {
  const nodes = await startNodes([uwsServer]);
  return {
    ...describe('uws', nodes, { others: [], plan: planPlain }),
    stop: () => stopNodes(nodes),
  };
};

/** Nodes that hear each other over Redis pub/sub; publishers are spread over them. */
export const startMinimal: StartContender = (_signal, nodes) =>
  startGroup({ name: 'minimal', program: minimalServer, dialect: 'plain', nodes });

/** A frame of ours in fan-out, without its header: text of the same length takes the rest of the way. */
const ourFrameBytes = 456;

/** The same with frames as long as ours: what is left between it and us is not bytes. */
export const startMinimalLong: StartContender = (_signal, nodes) =>
  startGroup({
    name: 'minimal-long',
    program: minimalServer,
    args: [String(ourFrameBytes)],
    dialect: 'plain',
    nodes,
  });

/** The same with the `ws` package. */
export const startWs: StartContender = (_signal, nodes) =>
  startGroup({ name: 'ws', program: wsServer, dialect: 'plain', nodes });

/** Nodes with the adapter for Redis pub/sub: what is sent while a client is away is gone. */
export const startSocketIo: StartContender = (_signal, nodes) =>
  startGroup({
    name: 'socket.io',
    program: socketIoServer,
    args: ['pub-sub'],
    dialect: 'socket.io',
    nodes,
  });

/** Nodes with the adapter for Redis streams and connection state recovery. */
export const startSocketIoStreams: StartContender = (_signal, nodes) =>
  startGroup({
    name: 'socket.io-streams',
    program: socketIoServer,
    args: ['streams'],
    dialect: 'socket.io',
    nodes,
  });

/** An HTTP server that validates and publishes; nobody listens, so it holds no sockets. */
export const startFastify: StartContender = async () => {
  const { rooms: _none, ...server } = await startGroup({
    name: 'fastify',
    program: fastifyServer,
    dialect: 'plain',
    nodes: 1,
  });
  const refuse = () => Promise.reject(new Error('fastify holds no sockets'));
  return { ...server, subscribers: refuse };
};

interface Group {
  name: string;
  program: URL;
  args?: readonly string[];
  dialect: Rooms['dialect'];
  /** Default 2. */
  nodes: number | undefined;
}

const startGroup = async (group: Group): Promise<Contender> => {
  const { name, program, args = [], dialect, nodes: count = 2 } = group;
  const redis = await startMeasuredRedis();
  try {
    const programs = Array.from({ length: count }, () => program);
    const nodes = await startNodes(programs, [redis.url, ...args]);
    const others = [{ role: redisRole, pid: redis.pid }];
    const plan = dialect === 'socket.io' ? planSocketIo : planPlain;
    const stop = async () => {
      await stopNodes(nodes);
      await redis.stop();
    };
    return { ...describe(name, nodes, { others, plan }), rooms: roomsOf(nodes, dialect), stop };
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

/** How a socket is opened that gets everything. */
type Plan = (node: PeerNode) => SubscriberPlan;

const describe = (
  name: string,
  nodes: readonly PeerNode[],
  { others, plan }: { others: Contender['processes']; plan: Plan },
): Omit<Contender, 'stop'> => ({
  name,
  processes: [...nodes.map(({ pid }) => ({ role: 'node', pid })), ...others],
  publish: { ports: nodes.map(({ port }) => port), headers: publishHeaders },
  subscribers: async (count) =>
    Array.from({ length: count }, (_, index) => plan(nodes[index % nodes.length] as PeerNode)),
});

export const planPlain: Plan = ({ port }) => ({
  port,
  request: upgradeRequest({ port, path: '/broadcast' }),
  isGreeted: false,
});

/** It is in when its room is confirmed, which takes some talk. */
const planSocketIo: Plan = ({ port }) => ({
  port,
  talk: { dialect: 'socket.io', persona: { chatId: everybody, userId: 'operator' } },
});
