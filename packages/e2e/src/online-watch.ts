/** Asks every ingress for `/online-users` all the time, and keeps what each answer said. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@switchboard/testkit';

export interface OnlineAnswer {
  ingress: string;
  /** By `performance.now()`: the answer must be right for this moment or a later one. */
  askedMs: number;
  answeredMs: number;
  operatorIds: ReadonlySet<string>;
}

export interface OnlineWatch {
  /** Stops asking; resolves with all answers. */
  stop(): Promise<readonly OnlineAnswer[]>;
}

interface OnlineUser {
  id: string;
  node: string;
  operator_user: { id: string };
}

export const askOnlineUsers = async (
  cluster: Cluster,
  ingressUrl: string,
  query = '',
): Promise<OnlineUser[]> => {
  const headers = { 'api-token': cluster.apiToken };
  const response = await fetch(`${ingressUrl}/online-users${query}`, { headers });
  if (!response.ok) throw new Error(`/online-users answered ${response.status}`);
  return (await response.json()) as OnlineUser[];
};

export const watchOnlineUsers = (cluster: Cluster, everyMs: number): OnlineWatch => {
  const answers: OnlineAnswer[] = [];
  let isGoing = true;
  const watch = async (ingress: string, url: string) => {
    while (isGoing) {
      const askedMs = performance.now();
      const sessions = await askOnlineUsers(cluster, url);
      const operatorIds = new Set(sessions.map(({ operator_user }) => operator_user.id));
      answers.push({ ingress, askedMs, answeredMs: performance.now(), operatorIds });
      await delay(everyMs);
    }
  };
  const watches = Promise.all(cluster.ingresses.map(({ name, url }) => watch(name, url)));
  // Told by `stop`; until then a failed answer must not end the test run.
  watches.catch(() => undefined);
  return {
    stop: async () => {
      isGoing = false;
      await watches;
      return answers;
    },
  };
};
