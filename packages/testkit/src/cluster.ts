/** A cluster of real processes, as `npm start` and the end-to-end tests use it. */
import { randomBytes } from 'node:crypto';
import {
  startNode,
  takePorts,
  type ClusterNode,
  type NodeSetting,
  type Ports,
  type Role,
} from './cluster-node.ts';
import { createPortAllocation } from './port-allocation.ts';
import { findRedis, type Redis } from './redis.ts';

export type { ClusterNode } from './cluster-node.ts';

export interface StartClusterOptions {
  /** Default 2. */
  edges?: number;
  /** Default 1. */
  ingresses?: number;
  /** Default: `REDIS_URL`, else a private server that stops with the cluster. */
  redisUrl?: string;
  /** More environment variables for every process; they win over ours. */
  env?: Readonly<Record<string, string>>;
  /** The same for one process, by its name, e.g. `{ 'ingress-1': { … } }`. */
  envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The folder of the sources that a process runs, by its name; default: these. */
  sourcesOf?: Readonly<Record<string, string>>;
  /** How far the clock of a process is off, in ms, by its name, e.g. `{ 'edge-1': 300_000 }`. */
  clockOffsetsMs?: Readonly<Record<string, number>>;
  /** First port: ingresses, then edges; taken ones are stepped over. Default: the system chooses. */
  basePort?: number;
  /** Default: one of its own, so that clusters may share a Redis. */
  keyPrefix?: string;
  /** Bound of every process's orderly stop, in ms (default 3000); after that it is killed. */
  shutdownTimeoutMs?: number;
  /** Bound of the start, in ms (default 30 000). */
  readyTimeoutMs?: number;
  /** Gives up the start when aborted. */
  signal?: AbortSignal;
  /** Told every line that a process writes. */
  onOutput?: (node: string, line: string) => void;
}

export interface Cluster {
  edges: readonly ClusterNode[];
  ingresses: readonly ClusterNode[];
  /** The first ingress. */
  ingress: ClusterNode;
  redisUrl: string;
  keyPrefix: string;
  /** A token for the `Api-Token` header. */
  apiToken: string;
  /** The secret for `mintToken`. */
  authSecret: string;
  /** Starts one more edge and waits until it is ready. */
  addEdge(): Promise<ClusterNode>;
  /** Starts one more ingress and waits until it is ready. */
  addIngress(): Promise<ClusterNode>;
  /** Starts a node that has ended again, at the ports that it had, and waits until it is ready. */
  restart(node: ClusterNode): Promise<ClusterNode>;
  /** Stops everything that was started, all at once and bounded in time. */
  stop(): Promise<void>;
}

interface Plan {
  role: Role;
  name: string;
  /** Default: free ones. */
  ports?: Ports;
}

/** Resolves when every process is ready; rejects, with all stopped again, with what the failed one wrote. */
export const startCluster = async (options: StartClusterOptions = {}): Promise<Cluster> => {
  const redis = options.redisUrl === undefined ? await findRedis() : undefined;
  const identity = createIdentity(options, options.redisUrl ?? redis?.url ?? '');
  const setting = createSetting(options, identity);
  const tracked: ClusterNode[] = [];
  const stop = once(async () => {
    await stopAll(tracked, options.shutdownTimeoutMs ?? 3000, redis);
    setting.ports.release();
  });
  const track = (node: ClusterNode) => {
    tracked.push(node);
    if (stop.isRunning()) node.kill(); // It was tried again while the others stopped.
  };
  const start = (plans: readonly Plan[]) => startNodes(setting, plans, track);
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  try {
    const nodes = await start(planNodes(options));
    return assemble(identity, nodes, { start, stop });
  } catch (error) {
    await stop();
    throw error;
  }
};

type Identity = Pick<Cluster, 'redisUrl' | 'keyPrefix' | 'apiToken' | 'authSecret'>;

const createIdentity = (options: StartClusterOptions, redisUrl: string): Identity => ({
  redisUrl,
  keyPrefix: options.keyPrefix ?? `t${randomBytes(6).toString('hex')}:`,
  apiToken: randomBytes(18).toString('base64url'),
  authSecret: randomBytes(32).toString('base64url'),
});

const createSetting = (options: StartClusterOptions, identity: Identity): NodeSetting => ({
  ports: createPortAllocation(options.basePort),
  readyTimeoutMs: options.readyTimeoutMs ?? 30_000,
  sourcesOf: options.sourcesOf ?? {},
  onOutput: options.onOutput ?? (() => {}),
  envOf: {
    ...options.envOf,
    ...Object.fromEntries(
      Object.entries(options.clockOffsetsMs ?? {}).map(([name, offsetMs]) => [
        name,
        { ...options.envOf?.[name], SWITCHBOARD_CLOCK_OFFSET_MS: String(offsetMs) },
      ]),
    ),
  },
  env: {
    REDIS_URL: identity.redisUrl,
    KEY_PREFIX: identity.keyPrefix,
    AUTH_SECRET: identity.authSecret,
    API_TOKENS: `local:${identity.apiToken}`,
    HOST: '127.0.0.1',
    PRIVATE_HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    SHUTDOWN_TIMEOUT_MS: String(options.shutdownTimeoutMs ?? 3000),
    ...options.env,
  },
});

const planNodes = ({ edges = 2, ingresses = 1 }: StartClusterOptions): Plan[] => [
  ...numberFrom(1, ingresses).map((number): Plan => ({
    role: 'ingress',
    name: `ingress-${number}`,
  })),
  ...numberFrom(1, edges).map((number): Plan => ({ role: 'edge', name: `edge-${number}` })),
];

const numberFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Ports are handed out in order before anything starts; then all start at the same time. */
const startNodes = async (
  setting: NodeSetting,
  plans: readonly Plan[],
  track: (node: ClusterNode) => void,
): Promise<ClusterNode[]> => {
  const planned = [];
  for (const plan of plans)
    planned.push({ ...plan, ports: plan.ports ?? (await takePorts(setting.ports)) });
  return Promise.all(planned.map((plan) => startNode(setting, plan, track)));
};

const assemble = (
  identity: Identity,
  nodes: readonly ClusterNode[],
  { start, stop }: { start: (plans: Plan[]) => Promise<ClusterNode[]>; stop: () => Promise<void> },
): Cluster => {
  const edges = nodes.filter(({ role }) => role === 'edge');
  const ingresses = nodes.filter(({ role }) => role === 'ingress');
  const addTo = async (list: ClusterNode[], role: Role): Promise<ClusterNode> => {
    const [node] = await start([{ role, name: `${role}-${list.length + 1}` }]);
    list.push(node as ClusterNode);
    return node as ClusterNode;
  };
  const restart = async ({ role, name, url, privateUrl }: ClusterNode): Promise<ClusterNode> => {
    const list = role === 'edge' ? edges : ingresses;
    const ports = { port: portOf(url), privatePort: portOf(privateUrl) };
    const [node] = await start([{ role, name, ports }]);
    list[list.findIndex((one) => one.name === name)] = node as ClusterNode;
    return node as ClusterNode;
  };
  return {
    ...identity,
    edges,
    ingresses,
    ingress: ingresses[0] as ClusterNode,
    addEdge: () => addTo(edges, 'edge'),
    addIngress: () => addTo(ingresses, 'ingress'),
    restart,
    stop,
  };
};

const portOf = (url: string): number => Number(new URL(url).port);

const stopAll = async (
  nodes: readonly ClusterNode[],
  timeoutMs: number,
  redis: Redis | undefined,
): Promise<void> => {
  await Promise.all(nodes.map((node) => node.stop(timeoutMs + 500)));
  await redis?.stop();
};

const once = (work: () => Promise<void>): (() => Promise<void>) & { isRunning(): boolean } => {
  let running: Promise<void> | undefined;
  return Object.assign(() => (running ??= work()), { isRunning: () => running !== undefined });
};
