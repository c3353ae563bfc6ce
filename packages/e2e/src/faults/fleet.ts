/** The processes of a long run, where one that ends is followed by another. */
import type { ClusterNode, Redis } from '@switchboard/testkit';
import type { Stage } from './scenario.ts';

/** What lives just now, as opposed to what the cluster was started with. */
export interface Fleet {
  redis: Redis;
  /** Living edges, with the address that the readers use. */
  readonly edges: { readonly node: ClusterNode; readonly url: string }[];
  readonly ingresses: ClusterNode[];
}

export const watchFleet = ({ cluster, edgeProxies, redis }: Stage): Fleet => ({
  redis,
  edges: cluster.edges.map((node, index) => ({
    node,
    url: `ws://127.0.0.1:${edgeProxies[index]!.port}`,
  })),
  ingresses: [...cluster.ingresses],
});

export const choose = <T>({ random }: Stage, from: readonly T[]): T =>
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
export const replaceEdge = async (
  stage: Stage,
  fleet: Fleet,
  signal: NodeJS.Signals,
): Promise<void> => {
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

export const replaceIngress = async (
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
