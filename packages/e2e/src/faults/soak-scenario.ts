/** A bad quarter of an hour: one fault after the other, each chosen by chance, under steady load. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode, Redis } from '@switchboard/testkit';
import { sustained } from './expectations.ts';
import { follows } from './redis-scenarios.ts';
import { everysec, restart } from './restart-scenarios.ts';
import type { Scenario, Stage } from './scenario.ts';

/** What lives just now, as opposed to what the cluster was started with. */
interface Fleet {
  redis: Redis;
  /** Living edges, with the address that the readers use. */
  readonly edges: { readonly node: ClusterNode; readonly url: string }[];
  readonly ingresses: ClusterNode[];
}

type Fault = (stage: Stage, fleet: Fleet) => Promise<void>;

const redisArgs = [...everysec, '--enable-debug-command', 'local'];

const choose = <T>({ random }: Stage, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

const startsMost = 5;

/** A process that ends before it is ready (Redis may be hard to reach just then) is started again. */
const startAnother = async (
  { ledger }: Stage,
  start: () => Promise<ClusterNode>,
): Promise<ClusterNode> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === startsMost) throw error;
      ledger.mark('a start failed');
    }
  }
};

/** One edge ends, another one starts, as a Deployment would have it. */
const replaceEdge = async (stage: Stage, fleet: Fleet, signal: NodeJS.Signals): Promise<void> => {
  const { cluster, ledger } = stage;
  const doomed = choose(stage, fleet.edges);
  ledger.mark(`${signal} ${doomed.node.name}`);
  ledger.edges.remove(doomed.url);
  fleet.edges.splice(fleet.edges.indexOf(doomed), 1);
  doomed.node.kill(signal);
  await doomed.node.exited;
  const node = await startAnother(stage, cluster.addEdge);
  fleet.edges.push({ node, url: node.url });
  ledger.edges.add(node.url);
};

const replaceIngress = async (
  stage: Stage,
  fleet: Fleet,
  signal: NodeJS.Signals,
): Promise<void> => {
  const { cluster, ledger } = stage;
  const doomed = choose(stage, fleet.ingresses);
  ledger.mark(`${signal} ${doomed.name}`);
  fleet.ingresses.splice(fleet.ingresses.indexOf(doomed), 1);
  doomed.kill(signal);
  await doomed.exited;
  ledger.ingresses.remove(doomed.url); // Until now its callers ran into the closed port.
  const node = await startAnother(stage, cluster.addIngress);
  fleet.ingresses.push(node);
  ledger.ingresses.add(node.url);
};

const impose = async (
  { ledger, redisProxy }: Stage,
  label: string,
  ms: number,
  ...condition: Parameters<Stage['redisProxy']['impose']>
): Promise<void> => {
  ledger.mark(label);
  const lift = redisProxy.impose(...condition);
  await delay(ms);
  lift();
};

const faults: Readonly<Record<string, Fault>> = {
  edgeKilled: (stage, fleet) => replaceEdge(stage, fleet, 'SIGKILL'),
  edgeDrained: (stage, fleet) => replaceEdge(stage, fleet, 'SIGTERM'),
  ingressKilled: (stage, fleet) => replaceIngress(stage, fleet, 'SIGKILL'),
  ingressStopped: (stage, fleet) => replaceIngress(stage, fleet, 'SIGTERM'),
  pubSubKilled: async ({ ledger }, { redis }) => {
    ledger.mark('CLIENT KILL');
    await redis.client().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  },
  redisFrozen: async ({ ledger }, { redis }) => {
    ledger.mark('Redis sleeps 2 s');
    await redis.client().call('DEBUG', 'SLEEP', '2');
  },
  redisKilled: async (stage, fleet) => {
    fleet.redis = await restart(stage, { redis: fleet.redis, redisArgs });
  },
  redisFar: (stage) => impose(stage, '200 ms to Redis', 4000, { kind: 'delay', ms: 200 }),
  copiesRemoved: (stage) =>
    impose(stage, '30 % of copies', 4000, { kind: 'discard', share: 0.3 }, follows),
  followersDeaf: (stage) => impose(stage, 'black hole', 8000, { kind: 'black-hole' }, follows),
  redisCut: async ({ ledger, redisProxy }) => {
    ledger.mark('links to Redis cut');
    redisProxy.cut();
  },
  clientsCut: async (stage) => {
    stage.ledger.mark('half of the clients cut');
    for (const roamer of stage.ledger.roamers) if (stage.random() < 0.5) roamer.cut(2000);
  },
};

const pauseMs = 5000;

const goWrong = async (stage: Stage): Promise<void> => {
  const { cluster, edgeProxies, ledger, scale, figure } = stage;
  const fleet: Fleet = {
    redis: stage.redis,
    edges: cluster.edges.map((node, index) => ({
      node,
      url: `ws://127.0.0.1:${edgeProxies[index]!.port}`,
    })),
    ingresses: [...cluster.ingresses],
  };
  const counts = new Map<string, number>();
  while (ledger.now() < scale.seconds * 1000 - pauseMs) {
    const name = choose(stage, Object.keys(faults));
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await faults[name]!(stage, fleet);
    await delay(pauseMs * (0.5 + stage.random()));
  }
  for (const [name, count] of counts) figure(name, count);
};

export const soak: Scenario = {
  name: 'soak',
  edges: 3,
  ingresses: 2,
  shortSeconds: 20,
  redisArgs,
  env: { DRAIN_WAIT_MS: '500', DRAIN_WINDOW_MS: '2000', SHUTDOWN_TIMEOUT_MS: '8000' },
  shape: sustained,
  patienceMs: 20_000,
  faults: goWrong,
};
