/** What the cluster says of its edges and of who is at their desks. */
import type { Stage } from './scenario.ts';

interface NodeOfCluster {
  id: string;
  /** `<host>:<port>`. */
  address: string;
}

interface DeskSession {
  node: string;
}

const get = async ({ cluster }: Pick<Stage, 'cluster'>, path: string): Promise<unknown> => {
  const headers = { 'api-token': cluster.apiToken };
  return (await fetch(cluster.ingress.url + path, { headers })).json();
};

export const readNodes = async (stage: Pick<Stage, 'cluster'>): Promise<NodeOfCluster[]> =>
  (await get(stage, '/nodes')) as NodeOfCluster[];

export const readDeskSessions = async (stage: Pick<Stage, 'cluster'>): Promise<DeskSession[]> =>
  (await get(stage, '/online-users')) as DeskSession[];

/** The id of an edge in presence. */
export const nodeIdOf = async (stage: Pick<Stage, 'cluster'>, url: string): Promise<string> => {
  const { port } = new URL(url);
  const node = (await readNodes(stage)).find(({ address }) => address.endsWith(`:${port}`));
  if (node === undefined) throw new Error(`no node at port ${port}`);
  return node.id;
};
