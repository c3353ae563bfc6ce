/** What edges say of themselves. */
import type { Cluster } from '@switchboard/testkit';

type Edge = Cluster['edges'][number];

/** Sum over the edges; one that is dead counts as 0. @param name with its labels, as `/metrics` writes it */
export const sumMetric = async (edges: readonly Edge[], name: string): Promise<number> => {
  const values = await Promise.all(edges.map((edge) => readMetric(edge, name).catch(() => 0)));
  return values.reduce((sum, value) => sum + value, 0);
};

const readMetric = async ({ privateUrl }: Edge, name: string): Promise<number> => {
  const text = await (await fetch(`${privateUrl}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
};

/** All sockets of the edges. */
export const countSockets = async (edges: readonly Edge[]): Promise<number> =>
  (await sumMetric(edges, 'switchboard_edge_sockets{socket="chat"}')) +
  (await sumMetric(edges, 'switchboard_edge_sockets{socket="broadcast"}'));
